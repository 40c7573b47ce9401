//! One leg of a call: its name, how it is, and what can happen to it.
//!
//! Not here: which legs there are (`table`), and how that is known (`feed`).

use serde::{Deserialize, Serialize};

use crate::pbx::types::Participant;
use crate::time::Millis;

/// Names one leg: `/callcontrol/{dn}/participants/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LegKey {
    /// The DN whose leg it is.
    pub dn: String,
    /// The participant's id.
    pub id: i64,
}

/// One leg, and since when it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// As last seen.
    pub participant: Participant,
    /// When it was first seen; the PBX itself tells no times.
    pub first_seen: Millis,
    /// It began before our eyes; otherwise it may be older than `first_seen`.
    pub saw_start: bool,
}

/// What happened to a leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It is new here.
    Appeared {
        /// As it is.
        leg: Leg,
    },
    /// It is different.
    Changed {
        /// As it was.
        before: Box<Participant>,
        /// As it is.
        leg: Leg,
    },
    /// It is gone.
    Ended {
        /// As it was last seen.
        leg: Leg,
        /// When that was noticed.
        ended_at: Millis,
        /// It left before our eyes; otherwise it may have left earlier.
        saw_end: bool,
    },
}

impl Change {
    /// The leg as it is or was last.
    pub fn leg(&self) -> &Leg {
        match self {
            Self::Appeared { leg } | Self::Changed { leg, .. } | Self::Ended { leg, .. } => leg,
        }
    }

    /// An event must have told of this: a leg came, went, or is in another state.
    pub(super) fn is_event(&self) -> bool {
        match self {
            Self::Appeared { .. } | Self::Ended { .. } => true,
            Self::Changed { before, leg } => before.status != leg.participant.status,
        }
    }
}
