//! What a correct client must say about a call, known from how the call was made.
//!
//! Not derived from rows by grouping: a scenario writes its truth while it writes its rows.

use serde::Serialize;

use crate::clock;

use super::LogParty;

/// Somebody in a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TruthParty {
    /// The extension, or the number outside.
    pub number: String,
    /// The name as rows show it.
    pub name: String,
    /// Whether the party is outside.
    pub external: bool,
}

impl From<&LogParty> for TruthParty {
    fn from(party: &LogParty) -> Self {
        Self {
            number: party.number.clone(),
            name: party.name.clone(),
            external: party.external,
        }
    }
}

/// One call as it really was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallTruth {
    /// `MainCallHistoryId` of all its rows.
    pub id: String,
    /// `SrcParticipantId` of all its rows in `CallHistoryView`.
    pub participant: u32,
    /// How it was made: `queue_answered`, `forwarded` ..., `simulated` for live calls.
    pub kind: String,
    /// Start of its first row; in JSON as text.
    #[serde(rename = "start", with = "clock::as_text")]
    pub start_us: u64,
    /// `Inbound`, `Outbound` or `Internal`.
    pub direction: String,
    /// A person talked: an extension or the party outside. Queues and menus are nobody.
    pub answered: bool,
    /// Came from outside and nobody talked to the caller.
    pub missed: bool,
    /// Time with people, all of them together.
    pub talk_us: u64,
    /// The same in seconds, rounded once.
    pub talk_seconds: u64,
    /// Who called.
    pub from: TruthParty,
    /// Who or what was called first.
    pub to: TruthParty,
    /// The people who talked to the caller, in order.
    pub answered_by: Vec<TruthParty>,
    /// `CdrId` of its rows, in order of time.
    pub cdr_ids: Vec<String>,
    /// `SegmentId` of its rows in `CallHistoryView`, in order of time.
    pub segment_ids: Vec<u32>,
}

/// The truth of a call, but for the ids: who called whom, and who talked for how long.
pub(crate) fn judge(
    kind: &str,
    direction: &str,
    from: &LogParty,
    to: &LogParty,
    talks: &[(LogParty, u64)],
) -> CallTruth {
    let talk_us = talks.iter().map(|(_, us)| us).sum();
    CallTruth {
        kind: kind.to_owned(),
        direction: direction.to_owned(),
        answered: !talks.is_empty(),
        missed: talks.is_empty() && direction == "Inbound",
        talk_us,
        talk_seconds: (talk_us + clock::SECOND_US / 2) / clock::SECOND_US,
        from: from.into(),
        to: to.into(),
        answered_by: talks.iter().map(|(party, _)| party.into()).collect(),
        ..CallTruth::default()
    }
}
