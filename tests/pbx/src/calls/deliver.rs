//! How a call is brought to a destination: on its way, ringing, failed.
//!
//! The leg being replaced (the parent) stays alive until the new one answers; if the delivery
//! fails, the parent is still there. That is what 3CX says of `routeto`, and how a blind
//! transfer that fails "returns" the call.

use tokio::sync::oneshot;

use crate::clock;
use crate::directory::{Answering, Device, Dn, Kind};
use crate::world::World;

use super::destination::refusal;
use super::journal::Arrival;
use super::{Delivery, Failure, Leg, Mode, Party, Side, Status, Target, Timer, Verdict};

impl World {
    /// Sends the call towards the delivery's target; it rings after the set time.
    pub(super) fn start_delivery(&mut self, delivery: Delivery, timeout_ms: u64) -> u32 {
        let id = self.next_id();
        self.deliveries.insert(id, delivery);
        let ring_ms = self.settings.ring_ms;
        self.later(ring_ms, Timer::Ring { delivery: id });
        self.later(
            ring_ms.saturating_add(timeout_ms),
            Timer::Timeout { delivery: id },
        );
        id
    }

    /// Brings `target` to the side of `parent`, which stays until the target answers.
    pub(crate) fn deliver_beside(&mut self, parent: u32, target: Target, mode: Mode, how: &str) {
        let timeout_ms = self.default_timeout_ms();
        self.deliver_from(parent, target, mode, how, timeout_ms, None);
    }

    /// The same with a time limit and somebody who waits for the outcome.
    pub(crate) fn deliver_from(
        &mut self,
        leg: u32,
        target: Target,
        mode: Mode,
        how: &str,
        timeout_ms: u64,
        waiter: Option<oneshot::Sender<Verdict>>,
    ) {
        let Some(call) = self.call_of(leg) else {
            return;
        };
        let Some(own) = self.calls.get(&call).and_then(|entry| entry.leg(leg)) else {
            return;
        };
        let (side, from) = (own.side, (own.own.dn.clone(), own.own.kind));
        let placed = self.note_placed(call, how, &from.0, &self.party(&target).number);
        let (parent, referred_by) = (Some(leg), Some(from));
        let parent = parent.filter(|_| mode != Mode::Divert);
        let delivery = Delivery {
            call,
            side,
            target,
            parent,
            mode,
            referred_by,
            placed,
            waiter,
        };
        self.start_delivery(delivery, timeout_ms);
    }

    pub(crate) fn default_timeout_ms(&self) -> u64 {
        self.settings.default_timeout_s.saturating_mul(1_000)
    }

    /// The destination begins to ring, or turns out not to be able to.
    pub(super) fn ring(&mut self, id: u32) {
        let Some(delivery) = self.deliveries.get(&id) else {
            return;
        };
        let Some(call) = self.calls.get(&delivery.call) else {
            return;
        };
        let (call_id, side) = (delivery.call, delivery.side);
        let (target, override_answering) = (delivery.target.clone(), call.answering);
        let party = self.party(&target);
        let checked = match (&target, override_answering) {
            (Target::Number(_) | Target::Device { .. }, Some(answering)) => {
                refusal(answering, &party.number)
            }
            (Target::Outside(number), _) => refusal(self.outside_answering(number), number),
            (Target::Number(number), None) => self.resolve(number, "").map(drop),
            (Target::Device { .. }, None) => Ok(()),
        };
        if let Err(failure) = checked {
            self.fail_delivery(id, &failure);
            return;
        }
        match party.kind {
            Kind::Parking => return self.reach_parking(id, &party),
            Kind::Queue => return self.reach_queue(id, party),
            Kind::Ivr | Kind::SpecialMenu => {
                let leg = self.add_leg(call_id, id, side, party, None, Status::Ringing);
                self.answer_leg(leg);
                return;
            }
            _ => {}
        }
        let phones = self.phones(&target);
        if phones.is_empty() {
            let text = "no phone is registered";
            let reason = super::Reason::DestinationIsNotRegistered;
            return self.fail_delivery(id, &Failure::new(reason, text));
        }
        for (party, device, answering) in phones {
            let leg = self.add_leg(call_id, id, side, party, device, Status::Ringing);
            self.answer_as(override_answering.unwrap_or(answering), leg);
        }
        // The far end rings now: listeners hear of the caller's leg again.
        self.announce_side(call_id, side.other());
    }

    /// Everything that rings for a target, and how each will answer.
    fn phones(&self, target: &Target) -> Vec<(Party, Option<Device>, Answering)> {
        let of = |number: &str, device: Option<&Device>| {
            let dn = self.dns.get(number);
            let own = dn.and_then(|dn| dn.incoming);
            let usual = match dn.map(|dn| dn.kind) {
                Some(Kind::RoutePoint) => Answering::Never,
                _ => self.settings.extensions,
            };
            (self.party_of(number), device.cloned(), own.unwrap_or(usual))
        };
        match target {
            Target::Outside(number) => {
                vec![(
                    self.outside_party(number, ""),
                    None,
                    self.outside_answering(number),
                )]
            }
            Target::Device { dn, device_id } => {
                let devices = self.dns.get(dn).map_or(&[][..], |dn| dn.live_devices());
                let device = devices
                    .iter()
                    .filter(|device| device.device_id == *device_id);
                device.map(|device| of(dn, Some(device))).collect()
            }
            Target::Number(number) => match self.dns.get(number) {
                Some(dn) if dn.kind == Kind::RoutePoint => vec![of(number, None)],
                Some(dn) if dn.kind == Kind::RingGroup => {
                    let members = self.ringing_members(dn.members.iter());
                    members.map(|(dn, device)| of(dn, Some(device))).collect()
                }
                Some(dn) => dn
                    .live_devices()
                    .iter()
                    .map(|device| of(number, Some(device)))
                    .collect(),
                None => Vec::new(),
            },
        }
    }

    /// Adds a leg for a delivery and announces it.
    pub(super) fn add_leg(
        &mut self,
        call: u32,
        delivery: u32,
        side: Side,
        own: Party,
        device: Option<Device>,
        status: Status,
    ) -> u32 {
        let id = self.next_id();
        let source = self.deliveries.get(&delivery);
        let referred_by = source.and_then(|source| source.referred_by.clone());
        let polled = source.is_some_and(|source| source.mode == Mode::Poll);
        let Some(entry) = self.calls.get_mut(&call) else {
            return id;
        };
        entry.last_leg_id += 1;
        entry.changed_ms = clock::now_ms();
        entry.note_arrival(
            Arrival {
                delivery,
                leg: id,
                destination: own.clone(),
                from_queue: polled,
            },
            side,
        );
        let from_outside = entry.address[side.other() as usize].kind == Kind::ExternalLine;
        let routed = from_outside && side == Side::Callee && own.kind != Kind::ExternalLine;
        let (dn, kind) = (own.dn.clone(), own.kind);
        entry.legs.push(Leg {
            id,
            leg_id: entry.last_leg_id,
            side,
            status,
            own,
            device,
            rings_own_phone: false,
            delivery: Some(delivery),
            // As in a capture of an inbound call: the router, not the trunk, brought it.
            originated_by: routed.then(|| ("ROUTER".to_owned(), Kind::RoutePoint)),
            on_behalf_of: referred_by.clone().filter(|_| polled),
            referred_by: referred_by.filter(|_| !polled),
            attached: std::collections::BTreeMap::new(),
        });
        if kind == Kind::RoutePoint {
            self.note_ringing(call, &dn, id);
        }
        self.announce(&dn, id);
        id
    }

    /// Arranges what a ringing phone will do.
    pub(super) fn answer_as(&mut self, answering: Answering, leg: u32) {
        let usual = self.settings.answer_ms;
        match answering {
            Answering::Answer { after_ms } => {
                self.later(after_ms.unwrap_or(usual), Timer::Answer { leg });
            }
            Answering::Decline { after_ms } => {
                self.later(after_ms.unwrap_or(usual), Timer::Decline { leg });
            }
            _ => {}
        }
    }

    /// The caller waits in the queue (connected to it) while the agents ring.
    fn reach_queue(&mut self, delivery: u32, queue: Party) {
        let Some((call, side)) = self.deliveries.get(&delivery).map(|it| (it.call, it.side)) else {
            return;
        };
        let number = queue.dn.clone();
        let leg = self.add_leg(call, delivery, side, queue, None, Status::Ringing);
        self.answer_leg(leg);
        let agents = self
            .dns
            .get(&number)
            .map(|dn| dn.members.clone())
            .unwrap_or_default();
        let free: Vec<String> = agents
            .into_iter()
            .filter(|agent| self.is_free_agent(agent))
            .collect();
        for agent in free {
            self.deliver_beside(leg, Target::Number(agent), Mode::Poll, "poll");
        }
    }

    /// Logged in to queues, registered, and in no call.
    fn is_free_agent(&self, number: &str) -> bool {
        let ready = |dn: &Dn| dn.text("QueueStatus") == "LoggedIn" && dn.is_registered();
        self.dns.get(number).is_some_and(ready) && self.leg_on(number).is_none()
    }

    /// The attempt is over without an answer.
    pub(crate) fn fail_delivery(&mut self, id: u32, failure: &Failure) {
        let Some(delivery) = self.deliveries.remove(&id) else {
            return;
        };
        let call = delivery.call;
        let legs = self
            .calls
            .get(&call)
            .map(|entry| &entry.legs[..])
            .unwrap_or_default();
        let ringing: Vec<u32> = legs
            .iter()
            .filter(|leg| leg.delivery == Some(id))
            .map(|leg| leg.id)
            .collect();
        for leg in ringing {
            self.take_leg(call, leg);
        }
        self.conclude(delivery, Err(failure.clone()));
        self.settle(call, failure);
    }

    /// Writes the outcome down and tells whoever waits.
    pub(super) fn conclude(&mut self, delivery: Delivery, verdict: Verdict) {
        match &verdict {
            Ok(()) => self.note_answered(delivery.placed),
            Err(failure) => self.note_failed(delivery.placed, failure),
        }
        if let Some(waiter) = delivery.waiter {
            // Nobody listens any more when the request was given up.
            let _ = waiter.send(verdict);
        }
    }

    /// Announces every leg of one side again.
    pub(super) fn announce_side(&mut self, call: u32, side: Side) {
        let Some(entry) = self.calls.get(&call) else {
            return;
        };
        let legs: Vec<(String, u32)> = entry
            .side(side)
            .map(|leg| (leg.own.dn.clone(), leg.id))
            .collect();
        for (dn, leg) in legs {
            self.announce(&dn, leg);
        }
    }
}
