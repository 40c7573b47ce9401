//! ISO 8601 as 3CX's reports write it: durations (`PT1M12.577027S`) and date-times.
//!
//! Durations stay in milliseconds until they are shown, so that rounding happens once.
//! Whatever is not readable is `None`: a report row with a strange time must not stop a page.

use crate::time::{Millis, days_from_civil};

/// `PT1M12.577027S`, `PT0S`, `P5DT13H` in milliseconds; a negative one counts as none.
///
/// Shape: `-?P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?` (3CX XAPI, Edm.Duration).
pub(super) fn parse_duration(text: &str) -> Option<u64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) => (days, time),
        None => (text, ""),
    };
    let mut total: u64 = 0;
    if !days.is_empty() {
        let days: u64 = digits(days.strip_suffix('D')?)?;
        total = days.checked_mul(86_400_000)?;
    }
    let mut rest = time;
    for (unit, millis) in [('H', 3_600_000), ('M', 60_000)] {
        if let Some((count, after)) = rest.split_once(unit) {
            total = total.checked_add(digits(count)?.checked_mul(millis)?)?;
            rest = after;
        }
    }
    if !rest.is_empty() {
        let seconds = rest.strip_suffix('S')?;
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let whole = digits(whole)?.checked_mul(1000)?;
        total = total
            .checked_add(whole)?
            .checked_add(thousandths(fraction)?)?;
    }
    Some(if negative { 0 } else { total })
}

/// `2026-09-13T18:11:27.302658Z`, with or without fraction, seconds and offset.
///
/// Without an offset the time is UTC, as 3CX's reports mean it.
pub fn parse_timestamp(text: &str) -> Option<Millis> {
    let stamp = Stamp::parse(text)?;
    stamp.utc(stamp.offset_minutes.unwrap_or(0))
}

/// A date-time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Milliseconds since 1970-01-01T00:00 on the clock that was written down.
    pub(super) local: Millis,
    /// `Z` is 0; `None` if nothing was written.
    pub(super) offset_minutes: Option<i64>,
}

impl Stamp {
    /// Reads `2026-09-13T18:11[:27[.302658]][Z|+03:00]`; a space may stand for the `T`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let day = parse_date(date)?;
        let at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
        let (clock, zone) = time.split_at_checked(at)?;
        let offset_minutes = match zone {
            "" => None,
            "Z" | "z" => Some(0),
            _ => Some(parse_offset(zone)?),
        };
        let local = day.checked_mul(86_400_000)?.checked_add(clock_of(clock)?)?;
        Some(Self {
            local,
            offset_minutes,
        })
    }

    fn utc(self, offset_minutes: i64) -> Option<Millis> {
        self.local.checked_sub(offset_minutes.checked_mul(60_000)?)
    }

    /// The moment, where an offset was written.
    pub(super) fn moment(self) -> Option<Millis> {
        self.utc(self.offset_minutes?)
    }
}

/// `2026-09-13` as days since 1970-01-01.
pub(super) fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || date.len() != 2 {
        return None;
    }
    let number = |text: &str| digits(text).and_then(|number| i64::try_from(number).ok());
    days_from_civil(number(year)?, number(month)?, number(date)?)
}

/// `+03:00`, `-0530`, `+3` in minutes east; at most 14 hours.
pub(super) fn parse_offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "0"),
    };
    if hours.len() > 2 || minutes.len() > 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    let total = i64::try_from(total).ok()?;
    (minutes < 60 && total <= 14 * 60).then(|| total.saturating_mul(sign))
}

/// `18:11`, `18:11:27`, `18:11:27.302658` in milliseconds.
fn clock_of(text: &str) -> Option<Millis> {
    let mut parts = text.split(':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let second = parts.next().unwrap_or("00");
    let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let (whole, fraction) = (two_digits(whole)?, thousandths(fraction)?);
    let valid = parts.next().is_none() && hour < 24 && minute < 60 && whole <= 60;
    let total = hour
        .checked_mul(3_600_000)?
        .checked_add(minute.checked_mul(60_000)?)?
        .checked_add(whole.checked_mul(1000)?)?
        .checked_add(fraction)?;
    valid.then(|| i64::try_from(total).ok()).flatten()
}

fn two_digits(text: &str) -> Option<u64> {
    digits(text).filter(|_| text.len() == 2)
}

fn digits(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

/// The first three digits after the point, as thousandths.
fn thousandths(fraction: &str) -> Option<u64> {
    digits(fraction.get(..1)?)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept: String = fraction.chars().chain("00".chars()).take(3).collect();
    digits(&kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_of_reports() {
        let check = |text, expected| assert_eq!(parse_duration(text), expected, "{text:?}");
        check("PT1M12.577027S", Some(72_577));
        check("PT0S", Some(0));
        check("P5DT13H", Some((5 * 24 + 13) * 3_600_000));
        check("PT0.00976S", Some(9));
        check("PT2H", Some(7_200_000));
        check("P1D", Some(86_400_000));
        check("-PT5S", Some(0));
        check("PT1.5S", Some(1_500));
        for broken in [
            "",
            "P1",
            "PT5",
            "1M",
            "PT1.S",
            "PT-5S",
            "PTxS",
            "P99999999999999999999D",
        ] {
            check(broken, None);
        }
    }

    #[test]
    fn timestamps_with_and_without_fraction_and_offset() {
        let check = |text, expected| assert_eq!(parse_timestamp(text), expected, "{text:?}");
        check("1970-01-01T00:00:01Z", Some(1_000));
        check("1970-01-01T00:00:01.302658Z", Some(1_302));
        check("1970-01-01T03:00:01+03:00", Some(1_000));
        check("1970-01-01T03:00:01.5+0300", Some(1_500));
        check("1970-01-01T00:00:01", Some(1_000));
        check("1970-01-01T00:01", Some(60_000));
        check("2026-11-22T14:03:09Z", Some(1_795_356_189_000));
        check("2024-02-29T00:00:00Z", Some(1_709_164_800_000));
        let broken = [
            "",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T25:00:00Z",
        ];
        for broken in broken {
            check(broken, None);
        }
    }

    proptest! {
        #[test]
        fn nonsense_never_panics(text in "[-+PTDHMSZ0-9.:é ]{0,40}", any in ".*") {
            for text in [text, any] {
                let _ = (parse_duration(&text), parse_timestamp(&text), parse_offset(&text));
            }
        }

        #[test]
        fn what_is_written_is_read(millis in 0_i64..4_000_000_000_000) {
            let whole = millis / 1000 * 1000;
            prop_assert_eq!(parse_timestamp(&crate::time::iso(millis)), Some(whole));
        }
    }
}
