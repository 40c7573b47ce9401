//! How the link is doing, for people who look after it.
//!
//! Safe to show: no names, no numbers, no tokens.

use serde::{Deserialize, Serialize};

use super::protocol::{Epoch, EventsMode};
use super::view::Freshness;
use crate::time::Millis;

/// How the link is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkStatus {
    /// When it is kept.
    pub mode: EventsMode,
    /// What it is doing.
    pub state: LinkState,
    /// How true the table is.
    pub freshness: Freshness,
    /// What is wrong, if something is.
    pub trouble: Option<LinkTrouble>,
    /// The newest connection attempt.
    pub epoch: Epoch,
    /// Attempts that failed one after another.
    pub failures: u32,
    /// When the next attempt is made, while waiting.
    pub next_attempt: Option<Millis>,
    /// Since the object started.
    pub counters: Counters,
}

/// What the link is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Nothing: nobody asks, or it is switched off.
    Idle,
    /// Opening a socket.
    Connecting,
    /// The socket is open.
    Open,
    /// Waiting until it may try again.
    Waiting,
}

/// What is wrong with the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTrouble {
    /// The PBX refuses the handshake (401 or 403), also with a new token.
    Refused,
    /// The socket cannot be opened or does not stay open.
    Unreachable,
    /// The socket is open, but `GET /callcontrol` fails.
    SnapshotsFail,
    /// The PBX has more DNs or calls than are kept here.
    TooLarge,
}

/// What the link has met since the object started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Connection attempts.
    pub connects: u64,
    /// Messages of the PBX.
    pub frames: u64,
    /// Events that came again and were dropped.
    pub repeated: u64,
    /// Times that events were missing.
    pub gaps: u64,
    /// Messages that could not be read.
    pub unreadable: u64,
    /// Events of a kind or path that is not known.
    pub ignored: u64,
    /// Snapshots asked for.
    pub snapshots: u64,
    /// Legs asked for.
    pub entity_reads: u64,
    /// Reads that failed or were never answered.
    pub failed_reads: u64,
    /// Times that a bound was reached.
    pub overflows: u64,
    /// Sockets that were open but said nothing any more.
    pub deaf: u64,
}
