//! What happens to calls by itself, after a while.
//!
//! A timer names ids only. Ids are never used twice, so a timer whose call is gone does nothing.

use crate::world::World;

use super::{Failure, Mode, Reason, Target};

/// Something due later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The destination begins to ring.
    Ring { delivery: u32 },
    /// The ringing party answers.
    Answer { leg: u32 },
    /// The ringing party declines.
    Decline { leg: u32 },
    /// Nobody answered the destination.
    Timeout { delivery: u32 },
    /// Nobody picked up the phone the call was to be placed from.
    OwnPhoneTimeout { call: u32 },
    /// A parked call goes back.
    ParkReturn { leg: u32, parked_by: String },
    /// Nobody sends anything for the caller to hear.
    Unheard { leg: u32 },
}

impl Timer {
    pub(crate) fn fire(self, world: &mut World) {
        match self {
            Self::Ring { delivery } => world.ring(delivery),
            Self::Answer { leg } => {
                world.answer_leg(leg);
            }
            Self::Decline { leg } => {
                world.drop_leg(
                    leg,
                    &Failure::new(Reason::DestinationBusy, "the call was declined"),
                );
            }
            Self::Timeout { delivery } => {
                let failure = Failure::new(Reason::DestinationNoAnswer, "nobody answered");
                world.fail_delivery(delivery, &failure);
            }
            Self::OwnPhoneTimeout { call } => {
                if world
                    .calls
                    .get(&call)
                    .is_some_and(|call| call.pending.is_some())
                {
                    let text = "the phone was not picked up";
                    world.end_call(call, &Failure::new(Reason::DestinationNoAnswer, text));
                }
            }
            Self::Unheard { leg } => world.hang_up_unheard(leg),
            Self::ParkReturn { leg, parked_by } => {
                let target = Target::Number(parked_by);
                world.deliver_beside(leg, target, Mode::Poll, "park_return");
            }
        }
    }
}
