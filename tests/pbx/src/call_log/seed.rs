//! Invented days of calls: the same seed gives the same calls for the same day.
//!
//! Days are those of the clinic, Asia/Riyadh (UTC+3). Every day has one call across its first
//! midnight, one across midnight UTC and one that begins exactly at its first moment; the rest
//! is spread over opening hours. Of today only what is over by now.

use fastrand::Rng;

use crate::clock::{DAY_US, SECOND_US};

use super::CallLog;
use super::scenario::{Scenario, write};

/// Riyadh is so far ahead of UTC, all year.
const RIYADH_US: u64 = 3 * 3_600 * SECOND_US;

/// How long before midnight the calls begin that go across it.
const BEFORE_MIDNIGHT_US: u64 = 20 * SECOND_US;

impl CallLog {
    /// Invents so many whole days before today, and today so far. How many calls that made.
    pub(crate) fn seed(&mut self, now_us: u64, days: u64, calls_per_day: u64, seed: u64) -> usize {
        let before = self.truths.len();
        let today = (now_us + RIYADH_US) / DAY_US;
        for day in today.saturating_sub(days)..=today {
            self.seed_day(day, calls_per_day, seed, now_us);
        }
        self.truths.len() - before
    }

    fn seed_day(&mut self, day: u64, calls: u64, seed: u64, now_us: u64) {
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(day));
        let midnight = day * DAY_US - RIYADH_US;
        let mut plan: Vec<(u64, Scenario)> = (0..calls)
            .map(|index| match index {
                0 => (midnight - BEFORE_MIDNIGHT_US, Scenario::Straddling),
                1 => (
                    midnight + RIYADH_US - BEFORE_MIDNIGHT_US,
                    Scenario::Straddling,
                ),
                2 => (midnight, Scenario::any(&mut rng)),
                _ => (midnight + moment(&mut rng), Scenario::any(&mut rng)),
            })
            .collect();
        plan.sort_by_key(|(start_us, _)| *start_us);
        for (start_us, scenario) in plan {
            let (record, truth) = write(scenario, start_us, &mut rng);
            let over = |us: u64| us < now_us;
            let ends = record
                .rows
                .iter()
                .map(|row| row.start_us + row.ringing_us + row.talking_us);
            if ends.max().is_some_and(over) {
                self.add_known(record, truth);
            }
        }
    }
}

/// Most calls come between eight in the morning and eight in the evening.
fn moment(rng: &mut Rng) -> u64 {
    let hours = if rng.u8(..100) < 85 { 8..20 } else { 1..23 };
    rng.u64(hours.start * 3_600 * SECOND_US..hours.end * 3_600 * SECOND_US)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn the_same_day_again_is_the_same() {
        let now = clock::parse_iso("2026-09-13T22:00:00Z").unwrap();
        let log = |days| {
            let mut log = CallLog::default();
            log.seed(now, days, 50, 7);
            log
        };
        let (short, long) = (log(2), log(3));
        let contents = |log: &CallLog| log.rows().map(|row| row.content.clone()).collect();
        let (short, long): (Vec<_>, Vec<_>) = (contents(&short), contents(&long));
        assert!(long.ends_with(&short));
        let today = clock::parse_iso("2026-09-13T21:00:00Z").unwrap();
        assert!(short.iter().any(|row| row.start_us == today));
        let straddling = short
            .iter()
            .filter(|row| row.start_us == today - 20 * SECOND_US);
        assert_eq!(straddling.count(), 1);
    }
}
