//! `QUIET_HOURS`: when nobody outside is called or written to.
//!
//! Minutes of the local day; which zone that is, and what time it is there, are the asker's.

use std::fmt;

const MINUTES_A_DAY: u32 = 24 * 60;

/// A stretch of the day, perhaps over midnight. The first minute is quiet, the last is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: u32,
    to: u32,
}

/// Not a stretch of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must look like 21:00-08:00, with two different times of the day")]
pub struct NotQuietHours;

impl QuietHours {
    /// Reads `21:00-08:00`.
    ///
    /// # Errors
    /// [`NotQuietHours`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotQuietHours> {
        let (from, to) = text.split_once('-').ok_or(NotQuietHours)?;
        let quiet = Self {
            from: minute_of_day(from).ok_or(NotQuietHours)?,
            to: minute_of_day(to).ok_or(NotQuietHours)?,
        };
        if quiet.from == quiet.to {
            return Err(NotQuietHours);
        }
        Ok(quiet)
    }

    /// Minutes until it is over, if `minute` of the day is quiet.
    pub fn remaining(self, minute: u32) -> Option<u32> {
        let since =
            |then: u32| (minute.saturating_add(MINUTES_A_DAY).saturating_sub(then)) % MINUTES_A_DAY;
        let length = (self
            .to
            .saturating_add(MINUTES_A_DAY)
            .saturating_sub(self.from))
            % MINUTES_A_DAY;
        length
            .checked_sub(since(self.from))
            .filter(|rest| *rest > 0)
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

fn minute_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, end: u32| {
        let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|number: &u32| fits && *number < end)
    };
    number(hour, 24)?
        .checked_mul(60)?
        .checked_add(number(minute, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_midnight_and_within_a_day() {
        let check = |text: &str, time: &str, expected: Option<u32>| {
            let quiet = QuietHours::parse(text).unwrap();
            let minute = minute_of_day(time).unwrap();
            assert_eq!(quiet.remaining(minute), expected, "{text} at {time}");
        };
        check("21:00-08:00", "20:59", None);
        check("21:00-08:00", "21:00", Some(11 * 60));
        check("21:00-08:00", "0:00", Some(8 * 60));
        check("21:00-08:00", "07:59", Some(1));
        check("21:00-08:00", "08:00", None);
        check("12:00-15:30", "11:59", None);
        check("12:00-15:30", "12:00", Some(210));
        check("12:00-15:30", "15:29", Some(1));
        check("12:00-15:30", "15:30", None);
    }

    #[test]
    fn what_is_no_stretch_is_refused() {
        for text in [
            "",
            "21-8",
            "21:00",
            "24:00-08:00",
            "21:60-08:00",
            "08:00-08:00",
            "a:b-c:d",
            "+1:00-08:00",
        ] {
            assert_eq!(QuietHours::parse(text), Err(NotQuietHours), "{text}");
        }
        assert_eq!(
            QuietHours::parse(" 9:05 - 21:00 ").unwrap().to_string(),
            "09:05-21:00"
        );
    }
}
