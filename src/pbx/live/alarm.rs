//! The one alarm of the owner: what it is set to, and when it has to be set anew.
//!
//! Invariants
//! - It is set again only to ring earlier or after it rang: setting it writes to storage.
//! - An alarm that was lost is set again by whatever happens next.

use super::backoff::share;
use super::protocol::Action;
use crate::time::Millis;

/// The alarm rings this often at least, and up to [`JITTER`] later.
const HEARTBEAT: Millis = 25_000;
const JITTER: Millis = 10_000;
/// An alarm that is so late was lost.
const LOST: Millis = 60_000;

/// The alarm.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    set_to: Option<Millis>,
}

impl Alarm {
    /// It rang, so it is not set any more.
    pub(super) fn rang(&mut self) {
        self.set_to = None;
    }

    /// It has to ring with the heartbeat, and by `wake_at`.
    pub(super) fn set(
        &mut self,
        wake_at: Option<Millis>,
        now: Millis,
        random: u32,
    ) -> Option<Action> {
        let heartbeat = now
            .saturating_add(HEARTBEAT)
            .saturating_add(share(random, JITTER));
        // A time too far off: the clock was set back.
        let is_sound = |at: &Millis| {
            at.saturating_add(LOST) >= now && *at <= now.saturating_add(HEARTBEAT + JITTER)
        };
        let latest = self.set_to.filter(is_sound).unwrap_or(heartbeat);
        let at = wake_at.map_or(latest, |wake_at| wake_at.min(latest));
        if self.set_to == Some(at) {
            return None;
        }
        self.set_to = Some(at);
        Some(Action::Arm { at })
    }

    /// There is nothing to wait for.
    pub(super) fn clear(&mut self, is_tick: bool) -> Option<Action> {
        let was_set = self.set_to.take().is_some();
        (is_tick || was_set).then_some(Action::Disarm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_760_000_000_000;

    #[test]
    fn it_is_set_when_it_has_to_be() {
        let mut alarm = Alarm::default();
        let mut check = |wake_at: Option<Millis>, now: Millis, expected: Option<Millis>| {
            let wake_at = wake_at.map(|wake_at| NOW + wake_at);
            let at = expected.map(|at| Action::Arm { at: NOW + at });
            assert_eq!(alarm.set(wake_at, NOW + now, 0), at);
        };
        check(None, 0, Some(25_000));
        check(None, 3_000, None);
        check(Some(9_000), 4_000, Some(9_000));
        check(Some(12_000), 5_000, None);
        check(None, 69_000, None);
        check(None, 69_001, Some(94_001));
        check(None, -500_000, Some(-475_000));
        assert_eq!(alarm.clear(false), Some(Action::Disarm));
        assert_eq!(alarm.clear(false), None);
        assert_eq!(alarm.clear(true), Some(Action::Disarm));
    }
}
