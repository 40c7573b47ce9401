//! `start_date` and `end_date` of a tool: what people and models write, as a window of time.
//!
//! A date is a local day and counts as a whole, also as the end. A time without an offset is local.
//! A moment as the end counts up to it, not with it. What cannot be meant is refused with a hint.

use super::day::{LocalDay, Window};
use super::iso8601::{Stamp, parse_date};
use super::zone::Zone;
use crate::time::Millis;

/// The longest range that is read at once.
pub const MAX_DAYS: i64 = 366;

/// Why a range is refused. The caller should change the arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// Not a date.
    #[error("{name} `{text}` is not a date; write 2026-09-12, or 2026-09-12T14:30:00+03:00")]
    Unreadable {
        /// The argument.
        name: &'static str,
        /// What it was.
        text: String,
    },
    /// The end lies before the start.
    #[error("end_date {end} lies before start_date {start}; exchange them")]
    Reversed {
        /// The first local day.
        start: LocalDay,
        /// The last local day.
        end: LocalDay,
    },
    /// Nothing can have happened yet.
    #[error("start_date {start} lies in the future; today is {today} in {zone}")]
    Future {
        /// The first local day.
        start: LocalDay,
        /// The local day of now.
        today: LocalDay,
        /// The time zone.
        zone: String,
    },
    /// Too much at once.
    #[error("a range holds at most {MAX_DAYS} days, this one has {days}; ask for a part of it")]
    TooLong {
        /// How many days it has.
        days: i64,
    },
}

/// What was written as one end.
#[derive(Clone, Copy)]
enum Written {
    Day(LocalDay),
    Moment(Millis),
}

/// The window from `start` to `end`, none of it after `now`.
///
/// Without an end it reaches to `now`; without a start it has `default_days` local days, the day
/// of the end among them.
pub fn parse_range(
    start: Option<&str>,
    end: Option<&str>,
    default_days: i64,
    zone: &Zone,
    now: Millis,
) -> Result<Window, RangeError> {
    let start = read("start_date", start, zone)?;
    let end = read("end_date", end, zone)?;
    let today = LocalDay::at(now, zone);
    // The end itself is outside of the window, and now belongs to it.
    let after_now = now.saturating_add(1);
    let (to, last_day) = match end {
        None => (after_now, today),
        Some(Written::Day(day)) => (day.window(zone).to, day),
        Some(Written::Moment(moment)) => (moment, LocalDay::at(moment, zone)),
    };
    let (from, first_day) = match start {
        None => {
            let back = default_days.clamp(1, MAX_DAYS).saturating_sub(1);
            let first = last_day.min(today).earlier(back);
            (first.window(zone).from, first)
        }
        Some(Written::Day(day)) => (day.window(zone).from, day),
        Some(Written::Moment(moment)) => (moment, LocalDay::at(moment, zone)),
    };
    if from > now {
        return Err(RangeError::Future {
            start: first_day,
            today,
            zone: zone.name().to_owned(),
        });
    }
    if to <= from {
        return Err(RangeError::Reversed {
            start: first_day,
            end: last_day,
        });
    }
    let to = to.min(after_now);
    let days = LocalDay::at(to.saturating_sub(1), zone)
        .0
        .saturating_sub(first_day.0)
        .saturating_add(1);
    if days > MAX_DAYS {
        return Err(RangeError::TooLong { days });
    }
    Ok(Window { from, to })
}

fn read(
    name: &'static str,
    text: Option<&str>,
    zone: &Zone,
) -> Result<Option<Written>, RangeError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let written = parse_date(text)
        .map(|day| Written::Day(LocalDay(day)))
        .or_else(|| {
            let stamp = Stamp::parse(text)?;
            let moment = match stamp.offset_minutes {
                Some(_) => stamp.moment()?,
                None => zone.utc(stamp.local),
            };
            Some(Written::Moment(moment))
        });
    let unreadable = || RangeError::Unreadable {
        name,
        text: text.chars().take(60).collect(),
    };
    written.map(Some).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::history::iso8601::parse_timestamp;
    use crate::time::iso;

    const NOW: &str = "2026-09-13T10:00:00Z";

    fn range(start: Option<&str>, end: Option<&str>) -> Result<String, RangeError> {
        let zone = Zone::parse(Zone::DEFAULT).unwrap();
        let now = parse_timestamp(NOW).unwrap();
        let window = parse_range(start, end, 7, &zone, now)?;
        Ok(format!("{} {}", iso(window.from), iso(window.to)))
    }

    fn check(start: Option<&str>, end: Option<&str>, expected: &str) {
        assert_eq!(range(start, end).unwrap(), expected, "{start:?} {end:?}");
    }

    #[test]
    fn local_days_and_moments() {
        let day = Some("2026-09-12");
        check(day, day, "2026-09-11T21:00:00Z 2026-09-12T21:00:00Z");
        check(None, None, "2026-09-06T21:00:00Z 2026-09-13T10:00:00Z");
        check(None, day, "2026-09-05T21:00:00Z 2026-09-12T21:00:00Z");
        check(day, None, "2026-09-11T21:00:00Z 2026-09-13T10:00:00Z");
        check(
            day,
            Some("2026-12-31"),
            "2026-09-11T21:00:00Z 2026-09-13T10:00:00Z",
        );
        check(
            Some("2026-09-12T08:00"),
            Some("2026-09-12T09:30:00Z"),
            "2026-09-12T05:00:00Z 2026-09-12T09:30:00Z",
        );
        check(
            Some(" "),
            Some(""),
            "2026-09-06T21:00:00Z 2026-09-13T10:00:00Z",
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_hint() {
        let check = |start, end, hint: &str| {
            let error = range(Some(start), Some(end)).unwrap_err().to_string();
            assert!(error.contains(hint), "{error}");
        };
        check("2026-09-12", "2026-09-11", "exchange");
        check("2026-09-12T08:00", "2026-09-12T08:00", "exchange");
        check(
            "2026-09-14",
            "2026-09-15",
            "today is 2026-09-13 in Asia/Riyadh",
        );
        check("2020-01-01", "2026-09-12", "at most 366 days");
        check("yesterday", "2026-09-12", "start_date `yesterday`");
        check("2026-09-12", "12/09/2026", "end_date `12/09/2026`");
        check("2026-02-30", "2026-09-12", "2026-09-12T14:30:00+03:00");
        assert!(range(Some("2025-09-13"), None).is_ok(), "366 days");
    }
}
