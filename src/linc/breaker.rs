//! Not asking for a while after it failed: a dead MasterLinc must not cost every call two seconds.
//!
//! Three failures in a row open it; then nobody is asked for fifteen seconds; then one call tries. If that
//! fails, the pause doubles, up to a minute. Forgotten at a restart, which costs three questions.

use crate::time::Millis;

/// Failures in a row that open it.
const MOST_FAILURES: u32 = 3;
/// The first pause.
const PAUSE_MS: Millis = 15_000;
/// The longest.
const LONGEST_PAUSE_MS: Millis = 60_000;
/// A trial that has not ended by then was lost; its asker waits much less.
const TRIAL_MS: Millis = 5_000;

/// See the head of this file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    /// In a row.
    failures: u32,
    /// Nobody asks before; zero while it is closed.
    not_before: Millis,
    /// How long the present pause is.
    pause: Millis,
}

impl Breaker {
    /// Whether this call may ask now. After a pause it is one call that may: whoever gets a yes then asks.
    pub fn admits(&mut self, now: Millis) -> bool {
        if self.not_before == 0 {
            return true;
        }
        let wait = self.not_before.saturating_sub(now);
        // A longer wait than there is: the clock was set back.
        if wait > 0 && wait <= LONGEST_PAUSE_MS {
            return false;
        }
        self.not_before = now.saturating_add(TRIAL_MS);
        true
    }

    /// Whether nobody is asked at present.
    pub fn is_open(&self) -> bool {
        self.not_before != 0
    }

    /// It replied.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It did not, or sent what is no reply. `true` if it is open from now on.
    pub fn failed(&mut self, now: Millis) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < MOST_FAILURES {
            return false;
        }
        // Those that were asking already when it opened fail, too: they do not make the pause longer.
        if self.failures == MOST_FAILURES || self.not_before <= now.saturating_add(TRIAL_MS) {
            self.pause = self
                .pause
                .saturating_mul(2)
                .clamp(PAUSE_MS, LONGEST_PAUSE_MS);
            self.not_before = now.saturating_add(self.pause);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Millis) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..MOST_FAILURES {
            assert!(breaker.admits(now));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn three_failures_in_a_row_open_it_and_a_success_between_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            assert!(!breaker.failed(0) && !breaker.failed(0));
            breaker.succeeded();
        }
        assert!(breaker.admits(0) && !breaker.is_open());
        assert!(!opened(1_000).admits(1_000 + PAUSE_MS - 1));
    }

    #[test]
    fn one_trial_after_the_pause() {
        let mut breaker = opened(0);
        assert!(breaker.admits(PAUSE_MS), "one may try");
        assert!(!breaker.admits(PAUSE_MS + 1), "and only one");
        breaker.succeeded();
        assert!(breaker.admits(PAUSE_MS + 2) && breaker.admits(PAUSE_MS + 2));
    }

    #[test]
    fn the_pause_doubles_up_to_a_minute() {
        let mut breaker = opened(0);
        let mut now = 0;
        for pause in [15_000, 30_000, 60_000, 60_000] {
            assert!(!breaker.admits(now + pause - 1), "{pause}");
            now += pause;
            assert!(breaker.admits(now), "{pause}");
            breaker.failed(now);
        }
    }

    #[test]
    fn those_that_asked_before_it_opened_do_not_lengthen_the_pause() {
        let mut breaker = opened(0);
        for _ in 0..20 {
            breaker.failed(10);
        }
        assert!(breaker.admits(PAUSE_MS));
    }

    #[test]
    fn a_lost_trial_and_a_clock_set_back_do_not_close_it_for_ever() {
        let mut breaker = opened(0);
        assert!(breaker.admits(PAUSE_MS));
        assert!(breaker.admits(PAUSE_MS + TRIAL_MS));
        let mut breaker = opened(1_000_000);
        assert!(breaker.admits(0));
    }
}
