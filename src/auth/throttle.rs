//! How often somebody may be wrong: keys, codes and tokens cannot be guessed.
//!
//! Owns the judgement over failed authentications of one address ([`Attempts`]), which address stands
//! for a visitor ([`Visitor`]), and the bounded memory of an isolate ([`Door`]).
//!
//! Invariants: only failures count, so that whoever comes with good credentials, or with none, closes
//! nothing; what is refused while an address is closed does not count either, so that it opens again
//! however hard somebody knocks.
//! Not here: clocks, and where the exact count lives (the Durable Object).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::sorted;
use crate::time::Millis;

/// So many failures within [`WINDOW_MS`] close an address. A program with a wrong key that tries again
/// every few seconds stays below.
const MOST_FAILURES: i64 = 20;
/// Counted from the first failure.
const WINDOW_MS: Millis = 60_000;
/// How long an address is closed the first time; each further time doubles it.
const FIRST_CLOSING_MS: Millis = 60_000;
/// And no longer than this.
const LONGEST_CLOSING_MS: Millis = 15 * 60_000;
/// After so long without being closed again an address begins anew, and one that did nothing at all is
/// forgotten.
pub const FORGOTTEN_AFTER_MS: Millis = 60 * 60_000;
/// Addresses that one isolate remembers.
const MOST_REMEMBERED: usize = 512;
/// How often one isolate asks for the exact count.
const MOST_ASKED_A_SECOND: u32 = 50;

/// What is known of the failures of one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// When the window began.
    pub since: Millis,
    /// Failures in it.
    pub failures: i64,
    /// How often it was closed.
    pub closings: i64,
    /// Closed until then; in the past if it is open.
    pub closed_until: Millis,
}

impl Attempts {
    /// After one more failure.
    #[must_use]
    pub fn failed(mut self, now: Millis) -> Self {
        if self.closed_until > now {
            return self;
        }
        if now >= self.closed_until.saturating_add(FORGOTTEN_AFTER_MS) {
            self.closings = 0;
        }
        if now >= self.since.saturating_add(WINDOW_MS) {
            self.since = now;
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= MOST_FAILURES {
            let doublings = u32::try_from(self.closings).unwrap_or(u32::MAX);
            let length = FIRST_CLOSING_MS
                .saturating_mul(2_i64.saturating_pow(doublings))
                .min(LONGEST_CLOSING_MS);
            self.closings = self.closings.saturating_add(1);
            self.closed_until = now.saturating_add(length);
            self.failures = 0;
        }
        self
    }

    /// Whether nothing of it matters any more.
    #[must_use]
    pub fn is_forgotten(&self, now: Millis) -> bool {
        now >= self.latest().saturating_add(FORGOTTEN_AFTER_MS)
    }

    /// When something last came of it: a window that began, or the end of a closing.
    #[must_use]
    pub fn latest(&self) -> Millis {
        self.since.max(self.closed_until)
    }
}

/// Who is at the door, as far as counting goes: an IPv4 address, or the /64 of an IPv6 address, which is
/// what one household or machine has.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Visitor(String);

impl Visitor {
    /// From the header `CF-Connecting-IP`, which Cloudflare sets and nobody else can. Without it, or with
    /// rubbish in it, all are one visitor.
    #[must_use]
    pub fn of(header: Option<&str>) -> Self {
        let Some(address) = header.and_then(|text| text.trim().parse::<IpAddr>().ok()) else {
            return Self::default();
        };
        Self(match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                format!("{a}.{b}.{c}.{d}")
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
        })
    }

    /// What it is counted by.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Fit for a log: the part of it that tells a network, not a person.
    #[must_use]
    pub fn masked(&self) -> String {
        let mark = if self.0.contains(':') { ':' } else { '.' };
        let head = self.0.match_indices(mark).nth(1);
        match head.and_then(|(at, _)| self.0.get(..at)) {
            Some(head) => format!("{head}{mark}•"),
            None => "unknown".to_owned(),
        }
    }
}

/// What one isolate remembers of failures: enough to refuse without asking anybody, and to go on where
/// the exact count cannot be had.
#[derive(Debug, Default)]
pub struct Door {
    known: sorted::Map<Visitor, Attempts>,
    /// The second in which the exact count was asked last, and how often in it.
    asked: (Millis, u32),
}

impl Door {
    /// Nobody failed of late: the common case.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.known.is_empty()
    }

    /// How long this visitor has to wait, if it does.
    #[must_use]
    pub fn closed_for(&self, visitor: &Visitor, now: Millis) -> Option<Millis> {
        let left = self.known.get(visitor)?.closed_until.saturating_sub(now);
        (left > 0).then_some(left)
    }

    /// One more failure, as this isolate sees it. Says whether the exact count should hear of it: all do,
    /// but in a flood from many addresses, in which whoever keeps the count has better things to do.
    pub fn failed(&mut self, visitor: &Visitor, now: Millis) -> bool {
        let attempts = self.known.get(visitor).copied().unwrap_or_default();
        self.keep(visitor, attempts.failed(now), now);
        let second = now.div_euclid(1000);
        let (last, count) = self.asked;
        let count = if last == second { count } else { 0 };
        self.asked = (second, count.saturating_add(1));
        count < MOST_ASKED_A_SECOND
    }

    /// The exact count says until when this visitor is closed.
    pub fn learn(&mut self, visitor: &Visitor, closed_until: Millis, now: Millis) {
        let mut attempts = self.known.get(visitor).copied().unwrap_or_default();
        attempts.closed_until = attempts.closed_until.max(closed_until);
        self.keep(visitor, attempts, now);
    }

    /// Makes room first by what is forgotten, then by who would be let in again soonest.
    fn keep(&mut self, visitor: &Visitor, attempts: Attempts, now: Millis) {
        if self.known.len() >= MOST_REMEMBERED && self.known.get(visitor).is_none() {
            let worth = |attempts: &Attempts| {
                let is_worthless = attempts.is_forgotten(now);
                (!is_worthless, attempts.closed_until, attempts.since)
            };
            let least = self
                .known
                .iter()
                .min_by_key(|(_, attempts)| worth(attempts));
            if let Some(least) = least.map(|(visitor, _)| visitor.clone()) {
                self.known.remove(&least);
            }
        }
        self.known.insert(visitor.clone(), attempts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Failures at these moments; how long it is closed right after each, in seconds.
    fn closed_after(moments: impl IntoIterator<Item = Millis>) -> Vec<Millis> {
        let mut attempts = Attempts::default();
        let mut lengths = Vec::new();
        for now in moments {
            attempts = attempts.failed(now);
            lengths.push((attempts.closed_until - now).max(0) / 1000);
        }
        lengths
    }

    #[test]
    fn twenty_within_a_minute_close() {
        let burst = closed_after((0..25).map(|at| 1_000_000 + at));
        assert_eq!(burst[..19], [0; 19]);
        // What comes while it is closed changes nothing.
        assert_eq!(burst[19..], [60, 59, 59, 59, 59, 59]);
        // The twentieth of one minute is the first of the next.
        let spread = closed_after((0..20).map(|at| 1_000_000 + at * 3_158));
        assert_eq!(spread, [0; 20]);
        let just = closed_after((0..20).map(|at| 1_000_000 + at * 3_157));
        assert_eq!(just[19], 60);
    }

    #[test]
    fn whoever_retries_slowly_is_never_closed() {
        // A program with a wrong key, every four seconds for a day.
        let day = closed_after((0..21_600).map(|at| 1_000_000 + at * 4_000));
        assert!(day.iter().all(|length| *length == 0));
    }

    #[test]
    fn repetition_closes_longer_and_quiet_forgets() {
        let mut attempts = Attempts::default();
        let mut now = 1_000_000;
        let close = |attempts: &mut Attempts, now: &mut Millis| {
            for _ in 0..MOST_FAILURES {
                *attempts = attempts.failed(*now);
            }
            let length = attempts.closed_until - *now;
            *now = attempts.closed_until;
            length / 60_000
        };
        let lengths: Vec<_> = (0..7).map(|_| close(&mut attempts, &mut now)).collect();
        assert_eq!(lengths, [1, 2, 4, 8, 15, 15, 15]);
        assert!(!attempts.is_forgotten(now));
        now += FORGOTTEN_AFTER_MS - 1;
        assert_eq!(close(&mut attempts, &mut now), 15);
        now += FORGOTTEN_AFTER_MS;
        assert!(attempts.is_forgotten(now));
        assert_eq!(close(&mut attempts, &mut now), 1);
        // However often: nothing overflows.
        attempts.closings = i64::MAX;
        assert_eq!(close(&mut attempts, &mut now), 15);
    }

    #[test]
    fn visitors() {
        let check = |header: Option<&str>, counted: &str, masked: &str| {
            let visitor = Visitor::of(header);
            assert_eq!(
                (visitor.0.as_str(), visitor.masked().as_str()),
                (counted, masked)
            );
        };
        check(None, "", "unknown");
        check(Some("nonsense"), "", "unknown");
        check(Some(" 203.0.113.7 "), "203.0.113.7", "203.0.•");
        check(Some("::ffff:203.0.113.7"), "203.0.113.7", "203.0.•");
        check(Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2", "2001:db8:•");
        check(Some("2001:db8:1:2::"), "2001:db8:1:2", "2001:db8:•");
        check(Some("2001:db8:1:3::1"), "2001:db8:1:3", "2001:db8:•");
        check(Some("::1"), "0:0:0:0", "0:0:•");
    }

    #[test]
    fn an_isolate_remembers_and_learns() {
        let (one, other) = (
            Visitor::of(Some("203.0.113.7")),
            Visitor::of(Some("203.0.113.8")),
        );
        let mut door = Door::default();
        assert!(door.is_untouched());
        // The exact count cannot be asked: it closes by its own.
        for _ in 0..MOST_FAILURES {
            assert!(door.failed(&one, 1_000_000));
        }
        assert_eq!(door.closed_for(&one, 1_000_000), Some(60_000));
        assert_eq!(door.closed_for(&one, 1_060_000), None);
        assert_eq!(door.closed_for(&other, 1_000_000), None);
        door.learn(&other, 1_005_000, 1_000_000);
        assert_eq!(door.closed_for(&other, 1_000_000), Some(5_000));
        // What others know is never less than what it knows itself.
        door.learn(&one, 0, 1_000_000);
        assert_eq!(door.closed_for(&one, 1_000_000), Some(60_000));
    }

    #[test]
    fn a_flood_takes_neither_memory_nor_the_counter() {
        let mut door = Door::default();
        let closed = Visitor::of(Some("203.0.113.7"));
        door.learn(&closed, 2_000_000, 1_000_000);
        let mut asked = 0;
        for number in 0..2_000 {
            let visitor = Visitor::of(Some(&format!("2001:db8:0:{number:x}::1")));
            asked += u32::from(door.failed(&visitor, 1_000_000 + number / 4));
        }
        assert_eq!(door.known.len(), MOST_REMEMBERED);
        assert_eq!(asked, MOST_ASKED_A_SECOND);
        assert!(door.failed(&closed, 1_001_000), "the next second");
        assert!(door.closed_for(&closed, 1_001_000).is_some());
    }
}
