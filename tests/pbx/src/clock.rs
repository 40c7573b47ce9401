//! Wall-clock times as text, without a date library: the simulator only ever prints UTC.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const SECOND_US: u64 = 1_000_000;
pub(crate) const DAY_US: u64 = 86_400 * SECOND_US;

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    now_us() / 1_000
}

/// Microseconds since 1970: what call logs are written in.
pub(crate) fn now_us() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

/// `2026-03-04T03:15:00Z`, whole seconds as XAPI prints them.
pub(crate) fn iso(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The same with a fraction, zeros at its end left out.
pub(crate) fn iso_us(us: u64) -> String {
    let whole = iso(us / 1_000);
    format!(
        "{}{}Z",
        whole.trim_end_matches('Z'),
        fraction(us % SECOND_US)
    )
}

/// `PT1M12.577027S`, `PT0S`: a duration as OData prints it.
pub(crate) fn duration(us: u64) -> String {
    let seconds = us / SECOND_US;
    let mut text = "PT".to_owned();
    for (amount, unit) in [(seconds / 3_600, 'H'), (seconds / 60 % 60, 'M')] {
        if amount > 0 {
            text.push_str(&format!("{amount}{unit}"));
        }
    }
    if us == 0 || !us.is_multiple_of(60 * SECOND_US) {
        text.push_str(&format!("{}{}S", seconds % 60, fraction(us % SECOND_US)));
    }
    text
}

fn fraction(us: u64) -> String {
    if us == 0 {
        return String::new();
    }
    format!(".{us:06}").trim_end_matches('0').to_owned()
}

/// Microseconds of `2026-03-04T03:15:00Z`, with or without a fraction; only UTC is understood.
pub(crate) fn parse_iso(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 || fraction.is_empty() || fraction.len() > 12 {
        return None;
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: u64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(parse_date(date)? + (hour * 3_600 + minute * 60 + second) * SECOND_US + micros)
}

/// Microseconds of the first moment of `2026-03-04`.
pub(crate) fn parse_date(text: &str) -> Option<u64> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    // No month is longer, and a day that does not exist comes out as another one.
    let near = days_until(year, month, day);
    (civil(near) == (year, month, day)).then_some(near * DAY_US)
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let mut found = [0; 3];
    for (slot, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        let plain = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        *slot = part.parse().ok().filter(|_| plain)?;
    }
    parts.next().is_none().then_some(found)
}

/// Days from 1970-01-01 to a date of 1970 or later.
fn days_until(year: u64, month: u64, day: u64) -> u64 {
    let (year, month_index) = if month > 2 {
        (year, month - 3)
    } else {
        (year.saturating_sub(1), month + 9)
    };
    let day_of_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100
        + (153 * month_index + 2) / 5
        + day.saturating_sub(1);
    (year / 400 * 146_097 + day_of_era).saturating_sub(719_468)
}

/// Year, month and day of a day number (days since 1970-01-01), proleptic Gregorian.
pub(crate) fn civil(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that leap days fall at the end of a year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

/// Moments that are text in JSON and microseconds inside.
pub(crate) mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(us: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::iso_us(*us))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        super::parse_iso(&text).ok_or_else(|| D::Error::custom("not a time in UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_772_594_100_999, "2026-03-04T03:15:00Z"),
        ] {
            assert_eq!(iso(ms), expected);
            assert_eq!(parse_iso(expected), Some(ms / 1_000 * SECOND_US));
        }
        assert_eq!(iso_us(302_650), "1970-01-01T00:00:00.30265Z");
        assert_eq!(parse_iso("1970-01-01T00:00:00.30265Z"), Some(302_650));
        for bad in [
            "2026-02-30T00:00:00Z",
            "2026-03-04T03:15:00+03:00",
            "2026-03-04",
            "2026-3-4T03:15:00Z",
            "2026-03-04T24:00:00Z",
            "2026-03-04T03:15:00.Z",
        ] {
            assert_eq!(parse_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations() {
        for (us, expected) in [
            (0, "PT0S"),
            (44_912, "PT0.044912S"),
            (72_577_027, "PT1M12.577027S"),
            (3_600_000_000, "PT1H"),
            (120_000_000, "PT2M"),
        ] {
            assert_eq!(duration(us), expected);
        }
    }
}
