//! When a frame is due: 50 a second by the clock, whatever the timer does.
//!
//! Frames are counted against the moment of the first one, so nothing adds up over a long call. A few are
//! sent ahead, so that a timer that is late by less than that is not heard.
//!
//! Not here: what is in a frame (`playback`).

use super::audio::FRAME_MS;
use crate::time::Millis;

/// Frames sent ahead of the clock: two for the time until it is looked at again, and one for a timer that is
/// late. More would go on sounding when the caller interrupts.
const AHEAD: i64 = 3;
/// A frame is due this much before its time, because a timer may also be early: half a frame then would be
/// missing until the next look.
const EARLY_MS: i64 = 5;
/// More than this is not made up for after a long pause: it would be heard as haste, and delay all that
/// follows. The clock begins anew instead.
const MOST_AT_ONCE: i64 = 25;

/// The clock of one way of sound.
#[derive(Debug, Default)]
pub struct Pacer {
    first_at: Option<Millis>,
    /// Since `first_at`.
    sent: i64,
    /// How it went.
    pub counted: Counted,
}

/// How well the clock was kept.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Frames in all.
    pub frames: u64,
    /// Of these, frames that went more than 20 ms after the moment at which they had to be there.
    pub late: u64,
}

impl Pacer {
    /// How many frames are due now. They count as sent.
    pub fn due(&mut self, now: Millis) -> i64 {
        let first_at = *self.first_at.get_or_insert(now);
        let elapsed = now.saturating_sub(first_at).max(0);
        let full = elapsed.saturating_add(EARLY_MS).div_euclid(FRAME_MS);
        let wanted = full.saturating_add(AHEAD);
        let mut due = wanted.saturating_sub(self.sent).max(0);
        // Without what was sent ahead, this many would have been too late by a whole frame.
        let late = due.saturating_sub(AHEAD).saturating_sub(1).max(0);
        if due > MOST_AT_ONCE {
            due = AHEAD;
            self.first_at = Some(now);
            self.sent = 0;
        }
        self.sent = self.sent.saturating_add(due);
        let counted = &mut self.counted;
        counted.frames = counted.frames.saturating_add(due.unsigned_abs());
        counted.late = counted.late.saturating_add(late.unsigned_abs());
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_a_second_for_an_hour_and_no_drift() {
        let mut pacer = Pacer::default();
        let (mut now, mut sent) = (1_000, 0);
        // A timer of two frames that is up to 4 ms early and up to 5 ms late.
        for round in 0..90_000_i64 {
            let left = sent * FRAME_MS - (now - 1_000);
            assert!(round == 0 || left > 0, "dry at {now}");
            sent += pacer.due(now);
            let ahead = sent * FRAME_MS - (now - 1_000);
            assert!((46..=65).contains(&ahead), "{ahead} ms ahead at {now}");
            now += 2 * FRAME_MS + (round * 7) % 10 - 4;
        }
        assert_eq!(pacer.counted.late, 0);
    }

    #[test]
    fn a_late_timer_is_made_up_for_and_counted() {
        let mut pacer = Pacer::default();
        assert_eq!(pacer.due(0), AHEAD);
        assert_eq!(pacer.due(5), 0);
        assert_eq!(pacer.due(60), 3);
        assert_eq!(pacer.counted.late, 0);
        // 160 ms later there are eight to send; three were ahead, one may be late by 20 ms: four are late.
        assert_eq!(pacer.due(220), 8);
        assert_eq!(
            pacer.counted,
            Counted {
                frames: 14,
                late: 4
            }
        );
        // After ten seconds nothing is made up for.
        assert_eq!(pacer.due(10_220), AHEAD);
        assert_eq!(pacer.due(10_240), 1);
        // A clock that went back sends nothing twice.
        assert_eq!(pacer.due(10_000), 0);
    }
}
