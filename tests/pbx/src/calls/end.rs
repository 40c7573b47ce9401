//! How legs leave and calls end.
//!
//! Order matters to listeners: a leg's Remove goes out before anything that follows from it.

use crate::clock;
use crate::world::World;

use super::{Failure, Reason, Side};

impl World {
    /// One leg leaves by itself: hung up, declined, dropped. What it leaves alone ends too.
    pub(crate) fn drop_leg(&mut self, leg: u32, why: &Failure) -> bool {
        let Some(call) = self.call_of(leg) else {
            return false;
        };
        let delivery = self.take_leg(call, leg);
        if let Some(delivery) = delivery
            && self.legs_of(delivery) == 0
        {
            self.fail_delivery(delivery, why);
        }
        self.settle(call, why);
        true
    }

    /// Removes a leg and the routes that hang on it; says which delivery it belonged to.
    pub(super) fn take_leg(&mut self, call: u32, leg: u32) -> Option<u32> {
        let entry = self.calls.get_mut(&call)?;
        let index = entry.legs.iter().position(|other| other.id == leg)?;
        let gone = entry.legs.remove(index);
        entry.changed_ms = clock::now_ms();
        entry.journal.leaves(leg);
        self.announce_removal(&gone.own.dn, leg);
        let children: Vec<u32> = self.deliveries_where(|other| other.parent == Some(leg));
        for child in children {
            let text = "the call it belonged to is over";
            self.fail_delivery(
                child,
                &Failure::new(Reason::ParentConnectionTerminated, text),
            );
        }
        gone.delivery
    }

    /// Ends the call if one of its sides has nobody left and nobody on the way.
    pub(super) fn settle(&mut self, call: u32, why: &Failure) {
        let Some(entry) = self.calls.get(&call) else {
            return;
        };
        let alive = |side: Side| {
            entry.side(side).next().is_some()
                || (side == Side::Callee && entry.pending.is_some())
                || self
                    .deliveries
                    .values()
                    .any(|other| other.call == call && other.side == side)
        };
        if !(alive(Side::Caller) && alive(Side::Callee)) {
            self.end_call(call, why);
        }
    }

    /// Ends the whole call.
    pub(crate) fn end_call(&mut self, call: u32, why: &Failure) -> bool {
        let Some(entry) = self.calls.remove(&call) else {
            return false;
        };
        for leg in &entry.legs {
            self.announce_removal(&leg.own.dn, leg.id);
        }
        let lost = Failure::new(Reason::PartyConnectionLost, "the call ended");
        for delivery in self.deliveries_where(|other| other.call == call) {
            if let Some(delivery) = self.deliveries.remove(&delivery) {
                self.conclude(delivery, Err(lost.clone()));
            }
        }
        self.note_failed(entry.placed, why);
        self.log_call(&entry);
        self.note_silent(call, why);
        self.note_ended(call);
        true
    }

    /// Legs that ring for a delivery.
    pub(super) fn legs_of(&self, delivery: u32) -> usize {
        let legs = self.calls.values().flat_map(|call| &call.legs);
        legs.filter(|leg| leg.delivery == Some(delivery)).count()
    }

    pub(super) fn deliveries_where(&self, wanted: impl Fn(&super::Delivery) -> bool) -> Vec<u32> {
        let matching = self
            .deliveries
            .iter()
            .filter(|(_, delivery)| wanted(delivery));
        matching.map(|(id, _)| *id).collect()
    }
}
