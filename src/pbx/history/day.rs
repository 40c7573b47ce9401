//! Days: UTC days (what is fetched and kept) and local days (what people mean), and windows of time.
//!
//! A window holds its start and not its end. Conversions between local and UTC are
//! [`Zone`](super::Zone)'s. Not here: what arguments of tools mean (`range`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::zone::Zone;
use crate::time::{DAY_MS, Millis, civil, days_from_civil};

/// From a moment (inclusive) to a moment (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub from: Millis,
    /// The first moment after it.
    pub to: Millis,
}

impl Window {
    /// Whether `moment` lies in it.
    pub fn contains(&self, moment: Millis) -> bool {
        (self.from..self.to).contains(&moment)
    }

    /// How long it is; 0 for an empty one.
    pub fn length_ms(&self) -> Millis {
        self.to.saturating_sub(self.from).max(0)
    }

    /// The UTC days needed to know each call that began in it, newest first, none after `now`.
    ///
    /// A call has rows for as long as it runs, so the day after is needed where the window ends
    /// less than [`UtcDay::LONGEST_CALL_MS`] before midnight; likewise the day before: there the
    /// call may have begun whose later row looks like a call of its own.
    pub fn utc_days(&self, now: Millis) -> Vec<UtcDay> {
        if self.length_ms() == 0 {
            return Vec::new();
        }
        let margin = UtcDay::LONGEST_CALL_MS;
        let first = UtcDay::of(self.from.saturating_sub(margin));
        let last = self.to.saturating_sub(1).saturating_add(margin).min(now);
        let last = UtcDay::of(last);
        (first.0..=last.0).rev().map(UtcDay).collect()
    }
}

/// A day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UtcDay(i64);

impl UtcDay {
    /// How long after a day rows of its calls are expected: the PBX writes a row when the leg ends.
    pub const LONGEST_CALL_MS: Millis = 2 * 3_600_000;

    /// For the PBX to write its rows.
    const SETTLING_MS: Millis = 15 * 60_000;

    /// The day of a moment.
    pub fn of(moment: Millis) -> Self {
        Self(moment.div_euclid(DAY_MS))
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i64 {
        self.0
    }

    /// From midnight to midnight.
    pub fn window(self) -> Window {
        let from = self.0.saturating_mul(DAY_MS);
        Window {
            from,
            to: from.saturating_add(DAY_MS),
        }
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Nothing about this day changes any more: it may be kept for good.
    pub fn is_settled(self, now: Millis) -> bool {
        let wait = Self::LONGEST_CALL_MS.saturating_add(Self::SETTLING_MS);
        now >= self.window().to.saturating_add(wait)
    }
}

/// `2026-09-12`.
impl fmt::Display for UtcDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        LocalDay(self.0).fmt(formatter)
    }
}

/// A day on the calendar of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalDay(pub(super) i64);

impl LocalDay {
    /// The day with this date, if there is one.
    pub fn new(year: i64, month: i64, date: i64) -> Option<Self> {
        days_from_civil(year, month, date).map(Self)
    }

    /// The day that a clock in `zone` shows at `moment`.
    pub fn at(moment: Millis, zone: &Zone) -> Self {
        Self(zone.local(moment).div_euclid(DAY_MS))
    }

    /// So many days before.
    #[must_use]
    pub fn earlier(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// From its midnight to the next one, in UTC: 23 to 25 hours where clocks are changed.
    pub fn window(self, zone: &Zone) -> Window {
        let midnight = |day: i64| zone.utc(day.saturating_mul(DAY_MS));
        Window {
            from: midnight(self.0),
            to: midnight(self.0.saturating_add(1)),
        }
    }
}

/// `2026-09-12`.
impl fmt::Display for LocalDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, date) = civil(self.0);
        write!(formatter, "{year:04}-{month:02}-{date:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    #[test]
    fn a_local_day_of_riyadh_begins_at_nine_in_the_evening_utc() {
        let zone = Zone::parse("Asia/Riyadh").unwrap();
        let window = LocalDay::new(2026, 9, 12).unwrap().window(&zone);
        assert_eq!(iso(window.from), "2026-09-11T21:00:00Z");
        assert_eq!(iso(window.to), "2026-09-12T21:00:00Z");
        let days = window.utc_days(window.to + 10 * DAY_MS);
        let days: Vec<_> = days.iter().map(ToString::to_string).collect();
        assert_eq!(days, ["2026-09-12", "2026-09-11"]);
    }

    #[test]
    fn days_at_the_edges_are_read_where_a_call_may_reach_over() {
        let window = UtcDay::of(0).window();
        let count = |now| window.utc_days(now).len();
        assert_eq!(count(10 * DAY_MS), 3, "before, itself, after");
        assert_eq!(count(5), 2, "tomorrow has not begun");
        let nothing = Window { from: 5, to: 5 };
        assert!(nothing.utc_days(DAY_MS).is_empty());
    }

    #[test]
    fn a_day_settles_some_time_after_it_is_over() {
        let day = UtcDay::of(0);
        let check = |minutes: i64, settled| {
            assert_eq!(
                day.is_settled(DAY_MS + minutes * 60_000),
                settled,
                "{minutes}"
            );
        };
        check(0, false);
        check(134, false);
        check(135, true);
    }
}
