//! What [`Link`](super::Link) and its owner say to each other.
//!
//! Owns the inputs, the actions, their identifiers, and what survives a restart.
//! Not here: what is decided (`link`, `feed`); legs (`leg`).

use serde::{Deserialize, Serialize};

use super::leg::{Change, LegKey};
use crate::pbx::types::{DnInfo, Participant};
use crate::time::Millis;

/// When the link to the PBX is kept (`PBX_EVENTS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventsMode {
    /// From the first moment on.
    #[default]
    Always,
    /// While somebody asks for live calls, and ten minutes longer.
    OnDemand,
    /// Never: live calls are read by HTTP each time.
    Off,
}

impl EventsMode {
    /// Reads `always`, `on_demand` or `off`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "always" => Some(Self::Always),
            "on_demand" => Some(Self::OnDemand),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// Counts connection attempts: what belongs to an older one is not listened to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Names one HTTP read; never used twice in the life of a [`Link`](super::Link).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(u64);

impl Ticket {
    /// Draws a new one.
    pub(super) fn draw(last: &mut Self) -> Self {
        last.0 = last.0.saturating_add(1);
        *last
    }
}

/// A read brought nothing to go by: no answer, a refusal, or one that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadFailed;

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// The alarm rang.
    Tick,
    /// A request would like live calls.
    Demand,
    /// The handshake succeeded.
    Opened {
        /// Of which [`Action::Connect`].
        epoch: Epoch,
    },
    /// The PBX sent a message, text or binary.
    Frame {
        /// On which socket.
        epoch: Epoch,
        /// As it came.
        bytes: Vec<u8>,
    },
    /// The socket closed or failed.
    Closed {
        /// Which socket.
        epoch: Epoch,
    },
    /// There is no socket.
    ConnectFailed {
        /// Of which [`Action::Connect`].
        epoch: Epoch,
        /// The PBX said 401 or 403: the token was not to its taste.
        is_refused: bool,
    },
    /// [`Action::ReadSnapshot`] is done.
    SnapshotRead {
        /// As in the action.
        ticket: Ticket,
        /// Every DN that may be seen.
        outcome: Result<Vec<DnInfo>, ReadFailed>,
    },
    /// [`Action::ReadEntity`] is done.
    EntityRead {
        /// As in the action.
        ticket: Ticket,
        /// `None` is a 404: the leg is gone.
        outcome: Result<Option<Participant>, ReadFailed>,
    },
}

/// What is to be done. Reads and connecting must not hold up further inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Get a token, open the socket with it, and report `Opened` or `ConnectFailed`.
    Connect {
        /// For everything that this socket will report.
        epoch: Epoch,
        /// The last handshake was refused: a token other than the one it carried.
        replace_token: bool,
    },
    /// Close this socket, also one that is still being opened. Reporting it is not needed.
    Close {
        /// Which socket.
        epoch: Epoch,
    },
    /// `GET /callcontrol`, then [`Input::SnapshotRead`].
    ReadSnapshot {
        /// For the report.
        ticket: Ticket,
    },
    /// `GET /callcontrol/{dn}/participants/{id}`, then [`Input::EntityRead`].
    ReadEntity {
        /// For the report.
        ticket: Ticket,
        /// What to read.
        leg: LegKey,
    },
    /// Set the alarm, in place of any other.
    Arm {
        /// When to send [`Input::Tick`].
        at: Millis,
    },
    /// Nothing is left to wait for: remove the alarm, so that the owner may sleep.
    Disarm,
    /// Store this for [`Link::restore`](super::Link::restore).
    Persist(LinkRecord),
    /// Calls came, changed or went.
    Changed(Vec<Change>),
}

/// What a restarted owner has to know: small facts, never the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkRecord {
    /// The newest connection attempt.
    pub(super) epoch: Epoch,
    /// Attempts that failed one after another.
    pub(super) attempt: u32,
    /// Handshakes that were refused one after another.
    pub(super) refusals: u32,
    /// No attempt before this.
    pub(super) not_before: Millis,
}
