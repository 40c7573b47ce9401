//! What a row of the call log says, before it has ids.
//!
//! Texts as in a published capture: `Extension`, `Queue`, `Digital Receptionist`, `External`,
//! `System`; `Answered`, `Unanswered`, `Waiting`; `Inbound`, `Inbound Queue`, `Outbound`,
//! `Internal`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;

/// One end of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogParty {
    /// An internal number; the trunk for outside parties.
    pub dn: String,
    /// The caller id; of somebody inside his own number.
    pub number: String,
    /// As shown: `Sara (100)`, or whatever is known of an outside party.
    pub name: String,
    /// Whether it is behind the trunk.
    pub external: bool,
}

impl LogParty {
    /// Somebody or something inside.
    pub fn inside(number: &str, name: &str) -> Self {
        Self {
            dn: number.to_owned(),
            number: number.to_owned(),
            name: format!("{name} ({number})"),
            external: false,
        }
    }

    /// Somebody behind the trunk 10000; the name is the number where none is known.
    pub fn outside(number: &str, name: &str) -> Self {
        Self {
            dn: "10000".to_owned(),
            number: number.to_owned(),
            name: if name.is_empty() { number } else { name }.to_owned(),
            external: true,
        }
    }
}

/// One row: somebody was rung, and perhaps talked to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallRow {
    /// Microseconds since 1970; in JSON `"start":"2026-09-13T18:11:27.302658Z"`.
    #[serde(rename = "start", with = "clock::as_text")]
    pub start_us: u64,
    /// How long it rang.
    pub ringing_us: u64,
    /// How long it lasted after that.
    pub talking_us: u64,
    /// Who called.
    pub source: LogParty,
    /// Who or what was called.
    pub destination: LogParty,
    /// `Inbound` ...
    pub direction: String,
    /// `Extension` ...
    pub call_type: String,
    /// `Answered` ...
    pub status: String,
    /// True also where a queue or a menu took the call.
    pub answered: bool,
    /// How it went on, in the PBX's words.
    pub reason: String,
    /// Whether there is a recording.
    pub recorded: bool,
    /// Properties of `CallLogData` to show instead, unchecked: `{"CallCost":12}`.
    pub properties: Map<String, Value>,
}

impl CallRow {
    /// A row that begins at a moment such as `2026-09-13T18:11:27.302658Z`; else at 1970.
    pub fn at(start: &str) -> Self {
        Self {
            start_us: clock::parse_iso(start).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// One call: all its rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// In any order.
    pub rows: Vec<CallRow>,
}
