//! The JSON of participants, devices and numbers, as the 3CX Call Control API shows them.

use serde_json::{Value, json};

use crate::directory::{Device, Dn, Kind};
use crate::world::World;

use super::{Call, Leg, Status};

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dialing => "Dialing",
            Self::Ringing => "Ringing",
            Self::Connected => "Connected",
        }
    }
}

impl Call {
    /// A `CallParticipant`: the leg itself and, as `party_*`, whom it talks to.
    pub(crate) fn participant_json(&self, leg: &Leg) -> Value {
        let party = self.principal(leg.side.other());
        let (originated_by_dn, originated_by_type) = agent(leg.originated_by.as_ref());
        let (referred_by_dn, referred_by_type) = agent(leg.referred_by.as_ref());
        let (on_behalf_of_dn, on_behalf_of_type) = agent(leg.on_behalf_of.as_ref());
        json!({
            "id": leg.id,
            "status": leg.status.name(),
            "dn": leg.own.dn,
            "party_caller_name": party.name,
            "party_dn": party.dn,
            "party_caller_id": party.number,
            // Empty even on inbound calls, in every V20 capture known.
            "party_did": "",
            "device_id": leg.device_id(),
            "party_dn_type": party.kind.call_control(),
            "direct_control": leg.direct_control(),
            "originated_by_dn": originated_by_dn,
            "originated_by_type": originated_by_type,
            "referred_by_dn": referred_by_dn,
            "referred_by_type": referred_by_type,
            "on_behalf_of_dn": on_behalf_of_dn,
            "on_behalf_of_type": on_behalf_of_type,
            "callid": self.id,
            "legid": leg.leg_id,
        })
    }

    /// `Pbx.CallParticipant`: the same in XAPI's words, with fewer properties.
    pub(crate) fn xapi_participant_json(&self, leg: &Leg) -> Value {
        let party = self.principal(leg.side.other());
        json!({
            "Id": leg.id,
            "Status": leg.status.name(),
            "DN": leg.own.dn,
            "PartyCallerName": party.name,
            "PartyDn": party.dn,
            "PartyCallerId": party.number,
            "DeviceId": leg.device_id(),
            "PartyDnType": party.kind.call_control(),
            "DirectControl": leg.direct_control(),
            "CallId": self.id,
            "LegId": leg.leg_id,
        })
    }
}

impl Leg {
    pub(crate) fn device_id(&self) -> &str {
        self.device
            .as_ref()
            .map_or("", |device| device.device_id.as_str())
    }

    pub(crate) fn direct_control(&self) -> bool {
        self.device
            .as_ref()
            .is_some_and(|device| device.direct_control)
    }
}

fn agent(who: Option<&(String, Kind)>) -> (&str, &'static str) {
    who.map_or(("", "None"), |(dn, kind)| (dn, kind.call_control()))
}

impl Dn {
    /// A `DNDevice`.
    pub(crate) fn device_json(&self, device: &Device) -> Value {
        json!({ "dn": self.number, "device_id": device.device_id, "user_agent": device.user_agent })
    }

    pub(crate) fn devices_json(&self) -> Value {
        self.live_devices()
            .iter()
            .map(|device| self.device_json(device))
            .collect()
    }
}

impl World {
    /// Every participant of one number.
    pub(crate) fn participants_json(&self, dn: &str) -> Value {
        let legs = self
            .calls
            .values()
            .flat_map(|call| call.legs.iter().map(move |leg| (call, leg)));
        let own = legs.filter(|(_, leg)| leg.own.dn == dn);
        own.map(|(call, leg)| call.participant_json(leg)).collect()
    }

    /// A `DNInfo`.
    pub(crate) fn dn_json(&self, dn: &Dn) -> Value {
        json!({
            "dn": dn.number,
            "type": dn.kind.call_control(),
            "devices": dn.devices_json(),
            "participants": self.participants_json(&dn.number),
        })
    }
}
