//! The link against stories that were told of 3CX, and against a model of it.

use super::protocol::*;
use super::*;
use crate::pbx::types::{Device, DnInfo, Participant};
use crate::time::Millis;

mod bounds;
mod desk;
mod model;
mod stories;

const NOW: Millis = 1_760_000_000_000;

fn key(dn: &str, id: i64) -> LegKey {
    LegKey {
        dn: dn.to_owned(),
        id,
    }
}

fn leg(dn: &str, id: i64, status: &str) -> Participant {
    Participant {
        id,
        dn: dn.to_owned(),
        status: status.to_owned(),
        callid: id,
        ..Participant::default()
    }
}

fn line(dn: &str, participants: Vec<Participant>) -> DnInfo {
    DnInfo {
        dn: dn.to_owned(),
        kind: "Wextension".to_owned(),
        devices: vec![Device::default()],
        participants,
    }
}

fn event(sequence: i64, event_type: i64, dn: &str, id: i64) -> Vec<u8> {
    let entity = format!("/callcontrol/{dn}/participants/{id}");
    let event = serde_json::json!({ "event_type": event_type, "entity": entity });
    serde_json::to_vec(&serde_json::json!({ "sequence": sequence, "event": event })).unwrap()
}
