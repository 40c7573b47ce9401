//! Every attempt to bring somebody into a call, for tests that count and for nobody else.
//!
//! Entries outlive their calls; only a reset or an explicit clear forgets them.

use serde::Serialize;

use crate::clock;
use crate::world::World;

use super::Failure;

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacedOutcome {
    /// Still dialling or ringing.
    Pending,
    /// Somebody, or something, answered.
    Answered,
    /// Nobody did; `reason` says why.
    Failed,
}

/// One attempt: a call placed, diverted, routed, transferred, or come in.
#[derive(Debug, Clone, Serialize)]
pub struct Placed {
    /// Identifies the entry.
    pub id: u32,
    /// The call; 0 where the attempt failed before there was one.
    pub callid: u32,
    /// `makecall`, `makecall_device`, `makecall_xapi`, `inbound`, `divert`, `routeto`,
    /// `transferto`, `poll` (a queue rings its agents) or `park_return`.
    pub how: String,
    /// Number that placed it.
    pub from: String,
    /// Destination as given.
    pub to: String,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// What became of it.
    pub outcome: PlacedOutcome,
    /// 3CX's name of the failure, empty otherwise.
    pub reason: String,
    /// Whether the call it belongs to is over.
    pub ended: bool,
}

impl World {
    pub(crate) fn note_placed(&mut self, callid: u32, how: &str, from: &str, to: &str) -> u32 {
        let id = self.next_id();
        self.history.push(Placed {
            id,
            callid,
            how: how.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            at_ms: clock::now_ms(),
            outcome: PlacedOutcome::Pending,
            reason: String::new(),
            ended: false,
        });
        id
    }

    pub(crate) fn note_answered(&mut self, placed: u32) {
        if let Some(entry) = self.history.iter_mut().find(|entry| entry.id == placed) {
            entry.outcome = PlacedOutcome::Answered;
        }
    }

    pub(crate) fn note_failed(&mut self, placed: u32, failure: &Failure) {
        let pending =
            |entry: &&mut Placed| entry.id == placed && entry.outcome == PlacedOutcome::Pending;
        if let Some(entry) = self.history.iter_mut().find(pending) {
            entry.outcome = PlacedOutcome::Failed;
            entry.reason = failure.name();
            entry.ended |= entry.callid == 0;
        }
    }

    pub(crate) fn note_ended(&mut self, callid: u32) {
        for entry in self
            .history
            .iter_mut()
            .filter(|entry| entry.callid == callid)
        {
            entry.ended = true;
        }
    }
}
