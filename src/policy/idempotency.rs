//! One key, one call: what a repeated `idempotency_key` means.
//!
//! Owns the judgement over what is on record for a key; the record itself lives in the Durable
//! Object, which asks and writes without a pause between, so that two isolates cannot both be first.
//!
//! Invariants
//! - A key is [`Begun::Fresh`] at most once, unless its call certainly was not placed and was
//!   released.
//! - A call whose end nobody recorded (the Worker died) is [`Begun::Unclear`], never fresh again.

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

/// After this long without an end on record, the one who began is taken for dead. Longer than any tool
/// may take: two calls with the longest ring time (a stale phone first), the reads between, and waiting
/// for the session object. A test of `make_call` adds it up.
pub const LEASE_MS: i64 = 8 * 60 * 1000;
/// How long answers are kept for repetitions.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// The longest key.
pub const MAX_KEY_CHARS: usize = 200;

/// Who wants to do what under which key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The caller: keys of one caller mean nothing to another.
    pub caller: String,
    /// The tool.
    pub tool: String,
    /// The key.
    pub key: String,
    /// What would be done, in one line: the same key for something else is a mistake.
    pub intent: String,
}

/// What a claim came upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// Nobody did this under this key: go, then record the end.
    Fresh,
    /// It was done; this is the answer that was given (JSON).
    Answered {
        /// The recorded answer.
        answer: String,
    },
    /// Somebody is at it.
    Running,
    /// Somebody was at it and never recorded an end.
    Unclear,
    /// The key was used for something else.
    Conflict,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was done, or may have been: repetitions get this answer (JSON).
    Answered {
        /// What to answer.
        answer: String,
    },
    /// It certainly was not done: the key is free again.
    NotDone,
}

/// The ledger could not be reached, so nothing may be begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger of calls cannot be reached: {0}")]
pub struct LedgerDown(pub String);

/// The record of what was done under which key, for all isolates.
pub trait CallLedger {
    /// Begins, or says why not. Waits a while for somebody who is at it.
    fn begin<'a>(&'a self, claim: &'a Claim) -> LocalBoxFuture<'a, Result<Begun, LedgerDown>>;

    /// Records the end of a claim that was fresh.
    fn end<'a>(
        &'a self,
        claim: &'a Claim,
        ended: Ended,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>>;
}

/// What is on record for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The intent it was begun with.
    pub intent: String,
    /// When it was begun, in milliseconds since the epoch.
    pub begun_at: i64,
    /// The answer, once there is one.
    pub answer: Option<String>,
}

/// Judges a claim with `intent` by the entry on record.
pub fn judge(entry: Option<&Entry>, intent: &str, now: i64) -> Begun {
    let Some(entry) = entry else {
        return Begun::Fresh;
    };
    if entry.intent != intent {
        return Begun::Conflict;
    }
    match &entry.answer {
        Some(answer) => Begun::Answered {
            answer: answer.clone(),
        },
        None if now < entry.begun_at.saturating_add(LEASE_MS) => Begun::Running,
        None => Begun::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_fresh_once() {
        let entry = |answer: Option<&str>| Entry {
            intent: "100 calls +966500000000".to_owned(),
            begun_at: 1_000,
            answer: answer.map(str::to_owned),
        };
        let same = "100 calls +966500000000";
        let check = |entry: Option<Entry>, intent: &str, now: i64, expected: Begun| {
            assert_eq!(judge(entry.as_ref(), intent, now), expected);
        };
        check(None, same, 0, Begun::Fresh);
        check(Some(entry(None)), same, 1_001, Begun::Running);
        check(Some(entry(None)), same, 1_000 + LEASE_MS, Begun::Unclear);
        check(Some(entry(None)), same, i64::MAX, Begun::Unclear);
        check(
            Some(entry(Some("{}"))),
            same,
            i64::MAX,
            Begun::Answered {
                answer: "{}".into(),
            },
        );
        check(Some(entry(Some("{}"))), "100 calls 101", 0, Begun::Conflict);
    }
}
