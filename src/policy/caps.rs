//! How often: caps per caller and per number, and when they open again.
//!
//! Owns the windows and the judgement over what was spent in them. The record of what was spent lives in
//! the Durable Object, which counts and writes without a pause between, so that the caps are exact for
//! any number of isolates and parallel requests.
//!
//! Windows roll: "per day" is the last 24 hours, so no midnight doubles what may be done at night.

use serde::{Deserialize, Serialize};

use crate::time::{DAY_MS, Millis};

const MINUTE_MS: Millis = 60_000;
const HOUR_MS: Millis = 60 * MINUTE_MS;

/// How long what was spent must be kept.
pub const SPENT_KEPT_MS: Millis = DAY_MS;
/// The caps of one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// `CALLS_PER_MINUTE`.
    pub calls_per_minute: u32,
    /// `CALLS_PER_DAY`.
    pub calls_per_day: u32,
    /// `MESSAGES_PER_DAY`.
    pub messages_per_day: u32,
    /// `CALLS_PER_NUMBER`: calls of all callers together to one outside number within an hour. Nobody is
    /// called for ever by a machine that does not understand why they hang up.
    pub calls_per_number: u32,
    /// `CALLS_AT_ONCE`: calls that one extension may have at the same time.
    pub calls_at_once: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            calls_per_minute: 10,
            calls_per_day: 200,
            messages_per_day: 500,
            calls_per_number: 20,
            calls_at_once: 10,
        }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// A call that is placed, or one that is moved to the outside.
    Call,
    /// A message.
    Message,
}

impl Counted {
    /// As it is written in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Message => "message",
        }
    }
}

/// A cap that is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// What it is, in words.
    pub cap: String,
    /// When the next one is let through; `None` if that does not depend on time.
    pub opens_at: Option<Millis>,
}

impl Caps {
    /// The cap that stops one more, judged by when earlier ones were let through (oldest first).
    pub fn reached(&self, counted: Counted, spent: &[Millis], now: Millis) -> Option<Reached> {
        let windows: &[(u32, Millis, &str)] = match counted {
            Counted::Call => &[
                (self.calls_per_minute, MINUTE_MS, "calls a minute"),
                (self.calls_per_day, DAY_MS, "calls in 24 hours"),
            ],
            Counted::Message => &[(self.messages_per_day, DAY_MS, "messages in 24 hours")],
        };
        // The one that stays closed longest is the one worth telling.
        windows
            .iter()
            .filter_map(|(limit, length, unit)| full(*limit, *length, unit, spent, now))
            .max_by_key(|reached| reached.opens_at.unwrap_or(Millis::MAX))
    }
}

impl Caps {
    /// Whether one outside number was called too often.
    pub fn called_too_often(&self, spent: &[Millis], now: Millis) -> Option<Reached> {
        let unit = "calls an hour to the same number";
        full(self.calls_per_number, HOUR_MS, unit, spent, now)
    }

    /// Whether an extension has as many calls as it may have.
    pub fn busy(&self, calls: usize) -> Option<Reached> {
        (calls >= self.calls_at_once as usize).then(|| Reached {
            cap: format!("{} calls of one extension at once", self.calls_at_once),
            opens_at: None,
        })
    }
}

/// Whether a window of `length` lets no more in, and when it will.
fn full(limit: u32, length: Millis, unit: &str, spent: &[Millis], now: Millis) -> Option<Reached> {
    let begins = now.saturating_sub(length);
    let within = spent.iter().filter(|at| **at > begins);
    let surplus = within.clone().count().checked_sub(limit as usize)?;
    // One more goes when all but `limit - 1` have left the window.
    let last = within.copied().nth(surplus);
    Some(Reached {
        cap: format!("{limit} {unit}"),
        opens_at: last.map(|at| at.saturating_add(length)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPS: Caps = Caps {
        calls_per_minute: 2,
        calls_per_day: 4,
        messages_per_day: 0,
        calls_per_number: 6,
        calls_at_once: 3,
    };

    fn call(spent: &[Millis], now: Millis) -> Option<(String, Option<Millis>)> {
        let reached = CAPS.reached(Counted::Call, spent, now)?;
        Some((reached.cap, reached.opens_at))
    }

    #[test]
    fn windows_roll() {
        let minute = |opens_at| Some(("2 calls a minute".to_owned(), Some(opens_at)));
        let day = |opens_at| Some(("4 calls in 24 hours".to_owned(), Some(opens_at)));
        assert_eq!(call(&[], 0), None);
        assert_eq!(call(&[1_000], 2_000), None);
        assert_eq!(call(&[1_000, 2_000], 3_000), minute(61_000));
        assert_eq!(call(&[1_000, 2_000], 60_999), minute(61_000));
        assert_eq!(call(&[1_000, 2_000], 61_000), None);
        assert_eq!(call(&[0, 1, 100_000, 200_000], 300_000), day(DAY_MS));
        // Four in the day and two of them just now: the day is what counts.
        assert_eq!(call(&[0, 1, 300_000, 300_001], 300_002), day(DAY_MS));
        assert_eq!(call(&[0, 1, 300_000, 300_001], DAY_MS), None);
    }

    #[test]
    fn zero_never_opens() {
        let reached = CAPS.reached(Counted::Message, &[], 5).unwrap();
        assert_eq!(
            (reached.cap.as_str(), reached.opens_at),
            ("0 messages in 24 hours", None)
        );
    }

    #[test]
    fn one_number_and_one_extension() {
        let often = [1, 2, 3, 4, 5, 6];
        assert!(CAPS.called_too_often(&often[1..], 10).is_none());
        assert_eq!(
            CAPS.called_too_often(&often, 10).unwrap().opens_at,
            Some(1 + HOUR_MS)
        );
        assert!(CAPS.busy(2).is_none() && CAPS.busy(3).is_some());
    }
}
