//! What callers were told against the audit, what came of each key, and what is counted.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::AddAssign;

use serde_json::{Value, json};

use super::crowd::{Attempt, CALLERS, Wanted, Wish};
use crate::harness::Client;

/// What is counted; `O` is what only one kind of storm counts.
#[derive(Debug, Default)]
pub(crate) struct Tally<O> {
    pub(crate) attempts: usize,
    /// Callers' keys, and those under which something was done.
    pub(crate) keys: usize,
    pub(crate) keys_used: usize,
    /// What the other side did for callers.
    pub(crate) acts: usize,
    /// Told that it was done, now or before.
    pub(crate) done: usize,
    /// Told that it was not done.
    pub(crate) not_done: usize,
    /// … because of the number, a yes that is missing, or a cap.
    pub(crate) refused: usize,
    /// Told that nobody knows.
    pub(crate) unclear: usize,
    /// Answers that died with the runtime.
    pub(crate) lost: usize,
    /// … of attempts that are on record.
    pub(crate) lost_on_record: usize,
    pub(crate) restarts: usize,
    /// Requests of the Worker to which the other side did something wrong.
    pub(crate) faults: usize,
    /// Of the audit.
    pub(crate) entries: usize,
    pub(crate) others: O,
}

impl<O: AddAssign> AddAssign for Tally<O> {
    fn add_assign(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.keys += other.keys;
        self.keys_used += other.keys_used;
        self.acts += other.acts;
        self.done += other.done;
        self.not_done += other.not_done;
        self.refused += other.refused;
        self.unclear += other.unclear;
        self.lost += other.lost;
        self.lost_on_record += other.lost_on_record;
        self.restarts += other.restarts;
        self.faults += other.faults;
        self.entries += other.entries;
        self.others += other.others;
    }
}

/// What became of one attempt, by what its caller was told or else by the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was done.
    Done,
    /// An earlier one with its key was.
    DoneBefore,
    /// The one or the other; its answer was lost.
    DoneSometime,
    NotDone,
    Unclear,
}

impl Fate {
    pub(crate) fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::DoneBefore | Self::DoneSometime)
    }
}

/// What became of an attempt; nothing where it never reached the Worker. Told and audit must agree.
/// `forbidden` is how a forbidden number may be answered.
pub(crate) fn fate<D: Debug, O>(
    attempt: &Attempt,
    wish: &Wish<D>,
    entries: &[Value],
    forbidden: &[&str],
    tally: &mut Tally<O>,
) -> Option<Fate> {
    let context = || format!("{attempt:?} of {wish:?}: {entries:?}");
    assert!(entries.len() <= 1, "on record twice: {}", context());
    let entry = entries.first();
    if let Some(entry) = entry {
        // A key is listed under its first word.
        let caller = CALLERS[wish.caller].split('-').next();
        assert_eq!(entry["caller"], json!(caller), "{}", context());
    }
    let recorded = entry.map(|entry| entry["outcome"].as_str().expect("text"));
    let Some(told) = &attempt.told else {
        tally.lost += 1;
        tally.lost_on_record += usize::from(recorded.is_some());
        return match recorded? {
            "ok" => Some(Fate::DoneSometime),
            "pending" | "outcome_unknown" => Some(Fate::Unclear),
            _ => Some(Fate::NotDone),
        };
    };
    let outcome = if told.is_error { told.code() } else { "ok" };
    assert_eq!(recorded, Some(outcome), "{}", context());
    if wish.is_forbidden {
        assert!(forbidden.contains(&outcome), "{}", context());
    }
    Some(match outcome {
        "ok" => {
            tally.done += 1;
            if told.value["repeated"] == json!(true) {
                Fate::DoneBefore
            } else {
                Fate::Done
            }
        }
        "outcome_unknown" => {
            tally.unclear += 1;
            Fate::Unclear
        }
        code => {
            let is_refusal = ["confirmation_required", "limit_reached"].contains(&code);
            tally.not_done += 1;
            tally.refused += usize::from(is_refusal || forbidden.contains(&code));
            Fate::NotDone
        }
    })
}

/// What was done under each key, and for each caller.
#[derive(Default)]
pub(crate) struct Once {
    keys: BTreeMap<(usize, String), usize>,
    callers: [usize; CALLERS.len()],
}

impl Once {
    /// So much was done of a wish.
    pub(crate) fn note<D>(&mut self, wish: &Wish<D>, acts: usize) {
        // What may be done several times, several callers want.
        if wish.most == 1 {
            self.callers[wish.caller] += acts;
        }
        if let Some(key) = &wish.key {
            *self.keys.entry((wish.caller, key.clone())).or_default() += acts;
        }
    }

    /// A key is good for one, and a caller for so many a day.
    pub(crate) fn check<O>(self, a_day: usize, tally: &mut Tally<O>) {
        tally.keys = self.keys.len();
        tally.keys_used = self.keys.values().filter(|acts| **acts > 0).count();
        for (key, acts) in self.keys {
            assert!(acts <= 1, "{acts} under {key:?}");
        }
        for acts in self.callers {
            assert!(acts <= a_day, "{acts} of one caller");
        }
    }
}

/// Every use of a tool on record, by the name of the attempt, and those that others made.
pub(crate) async fn audit<W: Wanted>(admin: &Client) -> (BTreeMap<usize, Vec<Value>>, Vec<Value>) {
    let mut all: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    let mut others = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let query = json!({ "tool": W::TOOL, "limit": 100, "cursor": cursor });
        let page = admin.call("get_audit_log", query).await;
        for entry in page.ok()["entries"].as_array().expect("entries") {
            let client = entry["client"].as_str().unwrap_or_default();
            match client.strip_prefix("storm/") {
                Some(name) => {
                    let name = name.parse().expect("a number");
                    all.entry(name).or_default().push(entry.clone());
                }
                None => others.push(entry.clone()),
            }
        }
        cursor = page.ok()["nextCursor"].clone();
        if cursor.is_null() {
            return (all, others);
        }
    }
}
