//! Shared parking places: a call put there waits; whoever dials the place takes it back.
//!
//! One call per place. A call made to an empty place waits there itself. Whether a blind
//! transfer to an occupied place fetches too is a setting.

use crate::clock;
use crate::settings::OccupiedParking;
use crate::world::World;

use super::journal::Arrival;
use super::{Failure, Leg, Mode, Party, Reason, Status, Timer};

impl World {
    /// A delivery reaches a parking place.
    pub(super) fn reach_parking(&mut self, id: u32, place: &Party) {
        let Some(delivery) = self.deliveries.get(&id) else {
            return;
        };
        let (call, side, mode) = (delivery.call, delivery.side, delivery.mode);
        let fetches = self.settings.occupied_parking == OccupiedParking::Fetch;
        let parked_by = delivery.referred_by.as_ref().map(|(dn, _)| dn.clone());
        match (self.leg_on(&place.dn), mode) {
            (Some((parked, leg)), Mode::Initial) => self.take_back(id, parked, leg),
            (Some((parked, leg)), Mode::Transfer) if fetches && parked != call => {
                self.take_back(id, parked, leg);
            }
            (Some(_), _) => {
                let text = format!("{} is occupied", place.dn);
                self.fail_delivery(id, &Failure::new(Reason::DestinationBusy, text));
            }
            (None, _) => {
                let leg = self.add_leg(call, id, side, place.clone(), None, Status::Ringing);
                self.answer_leg(leg);
                if let (Some(after_ms), Some(parked_by)) = (self.settings.park_return_ms, parked_by)
                {
                    self.later(after_ms, Timer::ParkReturn { leg, parked_by });
                }
            }
        }
    }

    /// Call and leg that occupy a number.
    pub(super) fn leg_on(&self, dn: &str) -> Option<(u32, u32)> {
        self.calls.values().find_map(|call| {
            let leg = call.legs.iter().find(|leg| leg.own.dn == dn)?;
            Some((call.id, leg.id))
        })
    }

    /// Whoever delivery `id` brings moves into the parked call, in place of the parking leg.
    ///
    /// One call goes on, so the other leaves nothing in the call log.
    fn take_back(&mut self, id: u32, parked: u32, parking_leg: u32) {
        let Some(delivery) = self.deliveries.remove(&id) else {
            return;
        };
        let (own_call, mover_side) = (delivery.call, delivery.side.other());
        self.conclude(delivery, Ok(()));
        let Some(entry) = self.calls.remove(&own_call) else {
            return;
        };
        self.note_ended(own_call);
        let (movers, left): (Vec<Leg>, Vec<Leg>) = entry
            .legs
            .into_iter()
            .partition(|leg| leg.side == mover_side);
        let mut movers = movers.into_iter();
        let mover = movers.next();
        for leg in movers.chain(left) {
            self.announce_removal(&leg.own.dn, leg.id);
        }
        let Some(mut mover) = mover else {
            return;
        };
        let Some(call) = self.calls.get_mut(&parked) else {
            return;
        };
        let Some(side) = call.leg(parking_leg).map(|leg| leg.side) else {
            return;
        };
        call.last_leg_id += 1;
        call.changed_ms = clock::now_ms();
        call.address[side as usize] = mover.own.clone();
        mover.leg_id = call.last_leg_id;
        mover.side = side;
        mover.status = Status::Connected;
        mover.delivery = None;
        let (dn, leg) = (mover.own.dn.clone(), mover.id);
        call.note_arrival(
            Arrival {
                delivery: id,
                leg,
                destination: mover.own.clone(),
                from_queue: false,
            },
            side,
        );
        call.journal.answers(leg);
        call.legs.push(mover);
        self.take_leg(parked, parking_leg);
        self.announce(&dn, leg);
        self.announce_side(parked, side.other());
    }
}
