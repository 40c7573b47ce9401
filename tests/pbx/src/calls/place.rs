//! How calls begin: placed by the API from one of our numbers, or come in from outside.
//!
//! Two forms of placing, as the 3CX Call Control API has them: by device, which fails at once
//! where the destination cannot be reached, and by number (legacy), which always reports
//! success first. A device without uaCSTA control is rung before anything is dialled.

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::directory::{Answering, Device, Kind};
use crate::world::World;

use super::journal::Journal;
use super::{Call, Delivery, Failure, Leg, Mode, Party, Pending, Side, Status, Target, Timer};

/// What a call is placed from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// This very device.
    Device(Device),
    /// Whatever the number has: its only device, or all of them ring first.
    Number,
}

/// A call from outside, as the control interface describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundCall {
    /// The caller's number.
    pub from: String,
    /// The caller's name; without it the number, as 3CX shows it.
    #[serde(default)]
    pub name: Option<String>,
    /// Extension, queue, ring group, receptionist or route point.
    pub to: String,
    /// How phones answer this call; without it as they always do.
    #[serde(default)]
    pub answering: Option<Answering>,
}

impl World {
    /// Places a call and returns the caller's participant id, or why it failed at once.
    pub(crate) fn place(
        &mut self,
        dn: &str,
        source: &Source,
        how: &str,
        destination: &str,
        timeout_ms: u64,
    ) -> Result<u32, Failure> {
        let resolved = self.resolve(destination, dn);
        let target = match (resolved, source) {
            (Ok(target), _) => target,
            (Err(failure), Source::Device(_)) => {
                let placed = self.note_placed(0, how, dn, destination);
                self.note_failed(placed, &failure);
                return Err(failure);
            }
            // The legacy form reports success and lets the call die later.
            (Err(_), Source::Number) => Target::Number(destination.to_owned()),
        };
        let devices = match source {
            Source::Device(device) => vec![device.clone()],
            Source::Number => self
                .dns
                .get(dn)
                .map(|dn| dn.live_devices().to_vec())
                .unwrap_or_default(),
        };
        // A route point has no device and dials directly; several devices ring first.
        let direct = devices.len() < 2 && devices.iter().all(|device| device.direct_control);
        let mut callers: Vec<Option<Device>> = devices.into_iter().map(Some).collect();
        if callers.is_empty() {
            callers.push(None);
        }
        let own = self.party_of(dn);
        let called = self.called_party(&target, destination);
        let call = self.open_call(own.clone(), called, how, destination);
        let legs: Vec<u32> = callers
            .into_iter()
            .map(|device| self.add_caller(call, own.clone(), device, direct))
            .collect();
        if direct {
            self.dial_at_once(call, target, timeout_ms);
        } else {
            self.ring_own_phones(call, dn, target, timeout_ms);
        }
        Ok(legs.first().copied().unwrap_or_default())
    }

    /// A call from outside; the id of the call.
    pub(crate) fn place_inbound(&mut self, inbound: &InboundCall) -> Result<u32, Failure> {
        if let Some(answering) = inbound.answering {
            super::destination::refusal(answering, &inbound.to)?;
        }
        let target = self.resolve(&inbound.to, "")?;
        let name = inbound.name.as_deref().unwrap_or(&inbound.from);
        let caller = self.outside_party(&inbound.from, name);
        let called = self.party(&target);
        let call = self.open_call(caller.clone(), called, "inbound", &inbound.to);
        if let Some(entry) = self.calls.get_mut(&call) {
            entry.answering = inbound.answering;
        }
        self.add_caller(call, caller, None, true);
        let timeout_ms = self.default_timeout_ms();
        self.dial_at_once(call, target, timeout_ms);
        Ok(call)
    }

    fn called_party(&self, target: &Target, destination: &str) -> Party {
        match target {
            Target::Number(number) if !self.dns.contains_key(number) => {
                self.outside_party(destination, "")
            }
            known => self.party(known),
        }
    }

    fn open_call(&mut self, caller: Party, called: Party, how: &str, destination: &str) -> u32 {
        let id = self.next_id();
        let from = if caller.kind == Kind::ExternalLine {
            &caller.number
        } else {
            &caller.dn
        };
        let placed = self.note_placed(id, how, from, destination);
        let now = clock::now_ms();
        let call = Call {
            id,
            journal: Journal::new(&caller, &called),
            legs: Vec::new(),
            address: [caller, called],
            last_leg_id: 0,
            placed_ms: now,
            changed_ms: now,
            answered: false,
            pending: None,
            answering: None,
            placed,
        };
        self.calls.insert(id, call);
        id
    }

    fn add_caller(&mut self, call: u32, own: Party, device: Option<Device>, direct: bool) -> u32 {
        let id = self.next_id();
        let Some(entry) = self.calls.get_mut(&call) else {
            return id;
        };
        entry.last_leg_id += 1;
        let dn = own.dn.clone();
        entry.legs.push(Leg {
            id,
            leg_id: entry.last_leg_id,
            side: Side::Caller,
            status: if direct {
                Status::Dialing
            } else {
                Status::Ringing
            },
            own,
            device,
            rings_own_phone: !direct,
            delivery: None,
            originated_by: None,
            referred_by: None,
            on_behalf_of: None,
            attached: std::collections::BTreeMap::new(),
        });
        self.announce(&dn, id);
        id
    }

    fn dial_at_once(&mut self, call: u32, target: Target, timeout_ms: u64) {
        let Some(placed) = self.calls.get(&call).map(|entry| entry.placed) else {
            return;
        };
        let delivery = Delivery {
            call,
            side: Side::Callee,
            target,
            parent: None,
            mode: Mode::Initial,
            referred_by: None,
            placed,
            waiter: None,
        };
        self.start_delivery(delivery, timeout_ms);
    }

    fn ring_own_phones(&mut self, call: u32, dn: &str, target: Target, timeout_ms: u64) {
        let own = self.dns.get(dn).and_then(|dn| dn.pick_up);
        let answering = own.unwrap_or(self.settings.pick_up);
        let Some(entry) = self.calls.get_mut(&call) else {
            return;
        };
        entry.pending = Some(Pending { target, timeout_ms });
        let legs: Vec<u32> = entry.legs.iter().map(|leg| leg.id).collect();
        for leg in legs {
            self.answer_as(answering, leg);
        }
        self.later(timeout_ms, Timer::OwnPhoneTimeout { call });
    }
}
