//! Time: how it is counted here, and how people and programs write it (ISO 8601 in UTC).

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// Of a day.
pub(crate) const DAY_MS: Millis = 86_400_000;

/// `2026-11-22T14:03:09Z`.
pub fn iso(millis: Millis) -> String {
    let seconds = millis.div_euclid(1000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, date) = civil(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of the `day`th day since 1970-01-01, in the proleptic Gregorian calendar
/// (Howard Hinnant, "chrono-compatible low-level date algorithms").
#[expect(
    clippy::arithmetic_side_effects,
    reason = "days of i64 milliseconds are far from overflow"
)]
pub(crate) fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let day_of_era = day.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, date)
}

/// Days from 1970-01-01 to a date of the years 1 to 9999, if it exists.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the parts are checked to be small first"
)]
pub(crate) fn days_from_civil(year: i64, month: i64, date: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
    // Howard Hinnant, "chrono-compatible low-level date algorithms".
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    (civil(days) == (year, month, date)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let check = |millis, expected| assert_eq!(iso(millis), expected);
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399_000, "2000-02-28T23:59:59Z");
        check(951_782_400_000, "2000-02-29T00:00:00Z");
        check(1_795_356_189_999, "2026-11-22T14:03:09Z");
        check(-1, "1969-12-31T23:59:59Z");
        check(i64::MAX, "292278994-08-17T07:12:55Z");
        check(i64::MIN, "-292275055-05-16T16:47:04Z");
    }

    #[test]
    fn dates_that_do_not_exist() {
        assert_eq!(days_from_civil(1970, 1, 1), Some(0));
        assert_eq!(days_from_civil(2024, 2, 29), Some(19_782));
        assert_eq!(days_from_civil(2026, 2, 29), None);
        assert_eq!(days_from_civil(2026, 4, 31), None);
        for day in -200_000..200_000 {
            let (year, month, date) = civil(day);
            assert_eq!(days_from_civil(year, month, date), Some(day));
        }
    }
}
