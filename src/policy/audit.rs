//! The audit: who asked for what, before it was done, and how it ended, after.
//!
//! Owns what an entry says. Marks are made as a request runs, travel to the Durable Object with the next
//! question to it, and are kept there in SQLite.
//!
//! Invariants
//! - An act is on record before it is done; its end is recorded before it is answered. An intent without an
//!   end is shown as [`Outcome::Unknown`]: the Worker died between.
//! - A read is recorded with its end, a moment after its answer, many at a time: nobody waits for it. One
//!   that its isolate dies with in that moment is missing.
//! - No message bodies, no handles, no keys; outside numbers are masked unless an administrator says
//!   otherwise.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::idempotency::LEASE_MS;
use super::mask::mask_number;
use crate::time::Millis;

/// An intent without an end is called pending for so long: longer than any tool may take.
const PENDING_MS: Millis = LEASE_MS;
/// Longer texts of arguments are cut.
const MOST_CHARS: usize = 100;

/// Something to put on record: an intent, or how it ended. The intent goes along with its end, so that
/// marks may be lost, come twice, or come in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What somebody wants.
    pub intent: Intent,
    /// How it ended, once it has.
    pub end: Option<End>,
}

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub at: Millis,
    /// `ok`, or the code of the error.
    pub outcome: String,
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Names it, so that its end can be found.
    pub id: String,
    /// When it came.
    pub at: Millis,
    /// Who: the name of a key or grant.
    pub caller: String,
    /// How they got in: `api_key`, `oauth`, `binding`, `local`.
    pub kind: String,
    /// From which program, in its own words.
    pub client: String,
    /// The tool.
    pub tool: String,
    /// Whose telephone, where the request says so.
    pub extension: String,
    /// The arguments, fit for the record: a JSON object.
    pub arguments: String,
}

/// How something ended, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `ok`, or the code of the error.
    Known(String),
    /// It is under way.
    Pending,
    /// Nobody recorded the end.
    Unknown,
}

impl Outcome {
    /// From what is on record.
    pub fn of(recorded: Option<String>, begun_at: Millis, now: Millis) -> Self {
        match recorded {
            Some(outcome) => Self::Known(outcome),
            None if now < begun_at.saturating_add(PENDING_MS) => Self::Pending,
            None => Self::Unknown,
        }
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(outcome) => outcome,
            Self::Pending => "pending",
            Self::Unknown => "outcome_unknown",
        }
    }
}

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Only of this caller.
    pub caller: Option<String>,
    /// Only of this tool.
    pub tool: Option<String>,
    /// Only of this extension.
    pub extension: Option<String>,
    /// Not before.
    pub from: Option<Millis>,
    /// Before.
    pub to: Option<Millis>,
    /// Only older than this place in the record.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

/// One entry as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place in the record; newer ones are higher.
    pub place: i64,
    /// What was wanted.
    pub intent: Intent,
    /// When it ended, if that is known.
    pub ended_at: Option<Millis>,
    /// How it ended, if that is known.
    pub outcome: Option<String>,
}

/// Arguments as they are recorded. `is_known` tells a tool's own arguments from what else a client sent,
/// which could be anything.
pub fn recordable(
    arguments: &Map<String, Value>,
    is_known: &dyn Fn(&str) -> bool,
    whole_numbers: bool,
) -> String {
    let entry = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), value) {
            ("message" | "confirm" | "idempotency_key", _) => return None,
            (_, Value::String(text)) => {
                let text: String = text.chars().take(MOST_CHARS).collect();
                let is_number = matches!(name.as_str(), "destination" | "to");
                Value::String(if is_number && !whole_numbers {
                    mask_number(&text)
                } else {
                    text
                })
            }
            (_, Value::Number(_) | Value::Bool(_)) => value.clone(),
            _ => return None,
        };
        is_known(name).then(|| (name.clone(), value))
    };
    Value::Object(arguments.iter().filter_map(entry).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_of_arguments() {
        let arguments: Map<String, Value> = serde_json::from_str(
            r#"{"extension":"100","destination":"+966500000123","to":"0500000123","message":"secret words",
                "confirm":"h","idempotency_key":"k","limit":5,"include_status":true,"password":"x","deep":{}}"#,
        )
        .unwrap();
        let known = |name: &str| name != "password";
        assert_eq!(
            recordable(&arguments, &known, false),
            r#"{"destination":"+9665•••••123","extension":"100","include_status":true,"limit":5,"to":"•••••••123"}"#
        );
        assert!(recordable(&arguments, &known, true).contains("+966500000123"));
        let long =
            serde_json::from_str(&format!(r#"{{"department":"{}"}}"#, "ب".repeat(500))).unwrap();
        assert_eq!(
            recordable(&long, &|_| true, false).chars().count(),
            100 + r#"{"department":""}"#.len()
        );
    }

    #[test]
    fn an_intent_without_an_end_is_unknown_after_a_while() {
        let check = |recorded: Option<&str>, now, expected: &str| {
            let outcome = Outcome::of(recorded.map(str::to_owned), 0, now);
            assert_eq!(outcome.as_str(), expected);
        };
        check(Some("ok"), Millis::MAX, "ok");
        check(None, PENDING_MS - 1, "pending");
        check(None, PENDING_MS, "outcome_unknown");
    }
}
