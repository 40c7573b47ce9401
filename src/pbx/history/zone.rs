//! Time zones without a database: the ones a clinic of the region is likely to name, and offsets.
//!
//! Rules for summer time are those in force in 2026; earlier years may differ by an hour.
//! Not here: calendars and windows (`day`).

use super::iso8601::parse_offset;
use crate::time::{DAY_MS, Millis, civil, days_from_civil};

const MINUTE_MS: Millis = 60_000;
const HOUR_MS: Millis = 3_600_000;

/// `PBX_TIMEZONE`: what "today" means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    offset_minutes: i64,
    summer: Summer,
}

/// When clocks are an hour ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    Never,
    /// From the last Sunday of March to that of October, at 01:00 UTC.
    Europe,
    /// From the second Sunday of March to the first of November, at 02:00 local.
    America,
    /// From the last Friday of April, 00:00, to the end of the last Thursday of October.
    Egypt,
}

/// The name, minutes east of Greenwich in winter, and the rule for summer.
const KNOWN: &[(&str, i64, Summer)] = &[
    ("Africa/Cairo", 120, Summer::Egypt),
    ("Africa/Khartoum", 120, Summer::Never),
    ("Africa/Nairobi", 180, Summer::Never),
    ("America/New_York", -300, Summer::America),
    ("Asia/Aden", 180, Summer::Never),
    ("Asia/Amman", 180, Summer::Never),
    ("Asia/Baghdad", 180, Summer::Never),
    ("Asia/Bahrain", 180, Summer::Never),
    ("Asia/Damascus", 180, Summer::Never),
    ("Asia/Dhaka", 360, Summer::Never),
    ("Asia/Dubai", 240, Summer::Never),
    ("Asia/Karachi", 300, Summer::Never),
    ("Asia/Kolkata", 330, Summer::Never),
    ("Asia/Kuwait", 180, Summer::Never),
    ("Asia/Manila", 480, Summer::Never),
    ("Asia/Muscat", 240, Summer::Never),
    ("Asia/Qatar", 180, Summer::Never),
    ("Asia/Riyadh", 180, Summer::Never),
    ("Etc/UTC", 0, Summer::Never),
    ("Europe/Berlin", 60, Summer::Europe),
    ("Europe/Istanbul", 180, Summer::Never),
    ("Europe/London", 0, Summer::Europe),
    ("GMT", 0, Summer::Never),
    ("UTC", 0, Summer::Never),
];

/// A name that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a known time zone; use an offset such as +03:00 or UTC+3, or one of {}",
    Zone::names()
)]
pub struct ZoneError {
    /// What was written.
    pub name: String,
}

impl Zone {
    /// What counts when nothing is set.
    pub const DEFAULT: &str = "Asia/Riyadh";

    /// Reads `Asia/Riyadh`, `UTC+3`, `GMT+05:30` or `+03:00`.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let text = text.trim();
        let known = KNOWN
            .iter()
            .find(|(name, ..)| name.eq_ignore_ascii_case(text));
        if let Some(&(name, offset_minutes, summer)) = known {
            return Ok(Self {
                name: name.to_owned(),
                offset_minutes,
                summer,
            });
        }
        let offset = text
            .strip_prefix("UTC")
            .or_else(|| text.strip_prefix("GMT"))
            .unwrap_or(text);
        match parse_offset(offset) {
            Some(offset_minutes) => Ok(Self {
                name: text.to_owned(),
                offset_minutes,
                summer: Summer::Never,
            }),
            None => Err(ZoneError {
                name: text.to_owned(),
            }),
        }
    }

    /// As it is shown to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn names() -> String {
        let names: Vec<_> = KNOWN.iter().map(|(name, ..)| *name).collect();
        names.join(", ")
    }

    /// What a clock in this zone shows at a moment: milliseconds since 1970-01-01T00:00 there.
    pub(super) fn local(&self, moment: Millis) -> Millis {
        moment.saturating_add(self.offset_ms(moment))
    }

    /// Which minute of the day it is there at a moment.
    pub fn minute_of_day(&self, moment: Millis) -> u32 {
        let minute = self.local(moment).rem_euclid(DAY_MS) / MINUTE_MS;
        u32::try_from(minute).unwrap_or(0)
    }

    /// The moment at which a clock in this zone shows `local`.
    ///
    /// A time that is skipped becomes the moment of the change; of one that comes twice the second
    /// counts, so that a day begins when the date changes for good.
    pub(super) fn utc(&self, local: Millis) -> Millis {
        let winter = local.saturating_sub(self.offset_minutes.saturating_mul(MINUTE_MS));
        let offset = self.offset_ms(winter);
        let moment = local.saturating_sub(offset);
        if self.offset_ms(moment) == offset {
            moment
        } else {
            self.summer_of(winter).map_or(winter, |(begins, _)| begins)
        }
    }

    fn offset_ms(&self, moment: Millis) -> Millis {
        let winter = self.offset_minutes.saturating_mul(MINUTE_MS);
        match self.summer_of(moment) {
            Some((begins, ends)) if (begins..ends).contains(&moment) => {
                winter.saturating_add(HOUR_MS)
            }
            _ => winter,
        }
    }

    /// From when to when clocks are ahead in the year of `moment`.
    fn summer_of(&self, moment: Millis) -> Option<(Millis, Millis)> {
        let (year, ..) = civil(moment.div_euclid(DAY_MS));
        let winter = self.offset_minutes.saturating_mul(MINUTE_MS);
        let at = |day: Option<i64>, hour: i64| {
            let midnight = day?.saturating_mul(DAY_MS);
            Some(midnight.saturating_add(hour.saturating_mul(HOUR_MS)))
        };
        // Local midnights and hours become moments by the winter offset; the end lies an hour
        // earlier, because summer time is what is shown until then.
        let local = |moment: Option<Millis>| moment.map(|moment| moment.saturating_sub(winter));
        match self.summer {
            Summer::Never => None,
            Summer::Europe => Some((
                at(weekday_until(year, 3, 31, SUNDAY), 1)?,
                at(weekday_until(year, 10, 31, SUNDAY), 1)?,
            )),
            Summer::America => Some((
                local(at(weekday_until(year, 3, 14, SUNDAY), 2))?,
                local(at(weekday_until(year, 11, 7, SUNDAY), 1))?,
            )),
            Summer::Egypt => Some((
                local(at(weekday_until(year, 4, 30, FRIDAY), 0))?,
                local(at(weekday_until(year, 10, 31, THURSDAY), 23))?,
            )),
        }
    }
}

const SUNDAY: i64 = 0;
const THURSDAY: i64 = 4;
const FRIDAY: i64 = 5;

/// The last such day of the week up to a date.
fn weekday_until(year: i64, month: i64, date: i64, weekday: i64) -> Option<i64> {
    let day = days_from_civil(year, month, date)?;
    // 1970-01-01 was a Thursday.
    let back = day
        .saturating_add(THURSDAY)
        .saturating_sub(weekday)
        .rem_euclid(7);
    Some(day.saturating_sub(back))
}

#[cfg(test)]
mod tests {
    use super::super::day::LocalDay;
    use super::*;
    use crate::time::iso;

    fn check(zone: &str, (year, month, date): (i64, i64, i64), from: &str, hours: i64) {
        let zone = Zone::parse(zone).unwrap();
        let window = LocalDay::new(year, month, date).unwrap().window(&zone);
        assert_eq!(iso(window.from), from, "{}", zone.name());
        assert_eq!(window.length_ms(), hours * HOUR_MS, "{}", zone.name());
        assert_eq!(
            LocalDay::at(window.from, &zone).to_string(),
            format!("{year}-{month:02}-{date:02}")
        );
    }

    #[test]
    fn midnights_around_the_world() {
        check("Asia/Riyadh", (2026, 9, 12), "2026-09-11T21:00:00Z", 24);
        check("asia/dubai", (2026, 1, 1), "2025-12-31T20:00:00Z", 24);
        check("Asia/Kolkata", (2026, 9, 12), "2026-09-11T18:30:00Z", 24);
        check("UTC+3", (2026, 9, 12), "2026-09-11T21:00:00Z", 24);
        check("+03:00", (2026, 9, 12), "2026-09-11T21:00:00Z", 24);
        check("UTC-05:30", (2026, 9, 12), "2026-09-12T05:30:00Z", 24);
        check("UTC", (2026, 9, 12), "2026-09-12T00:00:00Z", 24);
    }

    #[test]
    fn days_on_which_clocks_change() {
        check("Europe/London", (2026, 3, 29), "2026-03-29T00:00:00Z", 23);
        check("Europe/Berlin", (2026, 10, 25), "2026-10-24T22:00:00Z", 25);
        check("Europe/Berlin", (2026, 7, 1), "2026-06-30T22:00:00Z", 24);
        check("America/New_York", (2026, 3, 8), "2026-03-08T05:00:00Z", 23);
        check(
            "America/New_York",
            (2026, 11, 1),
            "2026-11-01T04:00:00Z",
            25,
        );
        // In Egypt the clocks change at midnight itself.
        check("Africa/Cairo", (2026, 4, 23), "2026-04-22T22:00:00Z", 24);
        check("Africa/Cairo", (2026, 4, 24), "2026-04-23T22:00:00Z", 23);
        check("Africa/Cairo", (2026, 4, 25), "2026-04-24T21:00:00Z", 24);
        check("Africa/Cairo", (2026, 10, 29), "2026-10-28T21:00:00Z", 25);
        check("Africa/Cairo", (2026, 10, 30), "2026-10-29T22:00:00Z", 24);
    }

    #[test]
    fn an_unknown_zone_is_answered_with_the_known_ones() {
        for name in ["Mars/Olympus", "", "+15:00", "UTC+", "3"] {
            let error = Zone::parse(name).unwrap_err().to_string();
            assert!(
                error.contains("Asia/Riyadh") && error.contains("+03:00"),
                "{error}"
            );
        }
        assert_eq!(Zone::parse(Zone::DEFAULT).unwrap().name(), "Asia/Riyadh");
    }
}
