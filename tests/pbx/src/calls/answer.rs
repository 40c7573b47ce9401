//! How a ringing leg is answered.
//!
//! The answering leg takes its side over: everybody else there leaves (phones that still ring,
//! the parent it replaces), and the other side is connected with it.

use crate::clock;
use crate::world::World;

use super::{Delivery, Failure, Reason, Side, Status};

impl World {
    /// Answers; `false` where the leg is gone or does not ring.
    pub(crate) fn answer_leg(&mut self, leg: u32) -> bool {
        let Some(call) = self.call_of(leg) else {
            return false;
        };
        let Some(entry) = self.calls.get_mut(&call) else {
            return false;
        };
        let Some(answering) = entry.leg_mut(leg) else {
            return false;
        };
        if answering.status != Status::Ringing {
            return false;
        }
        let (side, delivery) = (answering.side, answering.delivery);
        if answering.rings_own_phone {
            answering.rings_own_phone = false;
            answering.status = Status::Dialing;
            self.dial_pending(call, leg);
            return true;
        }
        answering.status = Status::Connected;
        entry.address[side as usize] = answering.own.clone();
        entry.answered = true;
        entry.changed_ms = clock::now_ms();
        for waiting in entry.legs.iter_mut().filter(|other| other.side != side) {
            if waiting.status == Status::Dialing {
                waiting.status = Status::Connected;
            }
        }
        entry.journal.answers(leg);
        let placed = entry.placed;
        if let Some(delivery) = delivery.and_then(|id| self.deliveries.remove(&id)) {
            self.conclude(delivery, Ok(()));
        }
        self.note_answered(placed);
        self.note_taken(call, leg);
        self.announce_one(call, leg);
        self.clear_side(call, side, leg);
        self.announce_side(call, side.other());
        true
    }

    /// One of the caller's own phones was picked up: the others stop ringing, dialling begins.
    fn dial_pending(&mut self, call: u32, leg: u32) {
        self.clear_side(call, Side::Caller, leg);
        self.announce_one(call, leg);
        let Some(entry) = self.calls.get_mut(&call) else {
            return;
        };
        let placed = entry.placed;
        let Some(pending) = entry.pending.take() else {
            return;
        };
        let delivery = Delivery {
            call,
            side: Side::Callee,
            target: pending.target,
            parent: None,
            mode: super::Mode::Initial,
            referred_by: None,
            placed,
            waiter: None,
        };
        self.start_delivery(delivery, pending.timeout_ms);
    }

    /// Everybody but `keep` leaves the side; attempts under way there were completed elsewhere.
    fn clear_side(&mut self, call: u32, side: Side, keep: u32) {
        let elsewhere = Failure::new(Reason::CompletedElsewhere, "somebody else answered");
        for other in self.deliveries_where(|other| other.call == call && other.side == side) {
            self.fail_delivery(other, &elsewhere);
        }
        let Some(entry) = self.calls.get(&call) else {
            return;
        };
        let leaving: Vec<u32> = entry
            .side(side)
            .filter(|leg| leg.id != keep)
            .map(|leg| leg.id)
            .collect();
        for leg in leaving {
            self.take_leg(call, leg);
        }
    }

    fn announce_one(&mut self, call: u32, leg: u32) {
        let found = self.calls.get(&call).and_then(|entry| entry.leg(leg));
        if let Some(dn) = found.map(|leg| leg.own.dn.clone()) {
            self.announce(&dn, leg);
        }
    }
}
