//! Live calls: the types, and the map of how they change.
//!
//! A call has two sides, caller and callee. A side holds one established leg, or the legs that
//! ring for it, or both (a route rings while its parent talks). A call ends when a side is empty:
//! no leg, nothing on its way. A leg is what the 3CX Call Control API calls a participant.
//! A [`Delivery`] is one attempt to bring a leg to a side: dialling, diverting, routing.
//! Behaviour follows the Call Control API page and the .NET help of 3CX's call control library.

mod answer;
mod deliver;
mod destination;
mod end;
mod history;
mod journal;
mod parking;
mod participant;
mod place;
mod timer;

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use crate::directory::{Answering, Device, Kind};

pub(crate) use destination::{Failure, Reason, Target};
pub use history::{Placed, PlacedOutcome};
pub use place::InboundCall;
pub(crate) use place::Source;
pub(crate) use timer::Timer;

/// The three states that 3CX shows; a held party still reads `Connected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Dialing,
    Ringing,
    Connected,
}

/// Which end of the conversation a leg belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Caller = 0,
    Callee = 1,
}

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// How a leg looks from the other side.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    /// An internal number; the trunk for outside parties.
    pub(crate) dn: String,
    pub(crate) kind: Kind,
    /// The number shown as caller id.
    pub(crate) number: String,
    pub(crate) name: String,
}

/// One participant.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    /// Unique in the PBX: the `id` in paths.
    pub(crate) id: u32,
    /// Unique in the call only.
    pub(crate) leg_id: u32,
    pub(crate) side: Side,
    pub(crate) status: Status,
    pub(crate) own: Party,
    pub(crate) device: Option<Device>,
    /// Set while the API's own call rings the phone it is to be placed from.
    pub(crate) rings_own_phone: bool,
    /// The attempt that created it; `None` for the one who placed the call.
    pub(crate) delivery: Option<u32>,
    /// `dn` and type of who brought the call here, as in captures of inbound calls.
    pub(crate) originated_by: Option<(String, Kind)>,
    pub(crate) referred_by: Option<(String, Kind)>,
    pub(crate) on_behalf_of: Option<(String, Kind)>,
    pub(crate) attached: BTreeMap<String, String>,
}

/// One conversation.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Shared by all participants: `callid`.
    pub(crate) id: u32,
    pub(crate) legs: Vec<Leg>,
    /// Whom each side shows while none of its legs is connected.
    pub(crate) address: [Party; 2],
    pub(crate) last_leg_id: u32,
    pub(crate) placed_ms: u64,
    pub(crate) changed_ms: u64,
    pub(crate) answered: bool,
    /// Dialled once one of the caller's phones is picked up.
    pub(crate) pending: Option<Pending>,
    /// Overrides every phone's own way to answer, for this call only.
    pub(crate) answering: Option<Answering>,
    /// Entry in the history of placed calls.
    pub(crate) placed: u32,
    /// What the call log will say.
    journal: journal::Journal,
}

/// What a call that rings its own phone will dial.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) target: Target,
    pub(crate) timeout_ms: u64,
}

/// Why a leg is being brought to a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The call's first destination.
    Initial,
    /// Instead of a ringing leg.
    Divert,
    /// Beside a leg that stays until the new one answers.
    Route,
    /// Blind transfer of a connected leg.
    Transfer,
    /// A queue or a parking place looks for a person.
    Poll,
}

/// What became of a delivery.
pub(crate) type Verdict = Result<(), Failure>;

/// One attempt to bring a leg to a side of a call.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) call: u32,
    pub(crate) side: Side,
    pub(crate) target: Target,
    /// The leg it replaces when it succeeds.
    pub(crate) parent: Option<u32>,
    pub(crate) mode: Mode,
    /// Whose request it is, shown as `referred_by` (or `on_behalf_of` for queues).
    pub(crate) referred_by: Option<(String, Kind)>,
    /// Entry in the history.
    pub(crate) placed: u32,
    /// Told once; requests that wait for the outcome listen here.
    pub(crate) waiter: Option<oneshot::Sender<Verdict>>,
}

impl Call {
    pub(crate) fn leg(&self, id: u32) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.id == id)
    }

    pub(crate) fn leg_mut(&mut self, id: u32) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.id == id)
    }

    pub(crate) fn side(&self, side: Side) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(move |leg| leg.side == side)
    }

    /// Whom the other side sees on `side`.
    pub(crate) fn principal(&self, side: Side) -> &Party {
        let connected = self.side(side).find(|leg| leg.status == Status::Connected);
        connected.map_or(&self.address[side as usize], |leg| &leg.own)
    }
}

impl crate::world::World {
    /// The call a participant belongs to.
    pub(crate) fn call_of(&self, leg: u32) -> Option<u32> {
        self.calls
            .values()
            .find(|call| call.leg(leg).is_some())
            .map(|call| call.id)
    }

    /// A participant by its number and id.
    pub(crate) fn participant(&self, dn: &str, id: u32) -> Option<(&Call, &Leg)> {
        let call = self.calls.get(&self.call_of(id)?)?;
        call.leg(id)
            .filter(|leg| leg.own.dn == dn)
            .map(|leg| (call, leg))
    }
}
