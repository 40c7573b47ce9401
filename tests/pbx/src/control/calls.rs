//! Calls from behind: they come in, phones and far ends do what people do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::calls::{Call, Failure, InboundCall, Leg, Reason, Status};
use crate::directory::Kind;
use crate::sign_in::Caller;
use crate::world::World;

use super::Control;

/// What a person does with a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Picks up whatever rings.
    Answer,
    /// Rejects whatever rings.
    Decline,
    /// Ends whatever there is.
    HangUp,
}

/// A participant as a live table must show it now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LiveParticipant {
    /// The id in paths.
    pub id: u32,
    /// Its number.
    pub dn: String,
    /// `Dialing`, `Ringing` or `Connected`.
    pub status: String,
    /// Shared by everybody in the call.
    pub callid: u32,
    /// The other party's number: the caller id where it is outside.
    pub party_number: String,
    /// The other party's name.
    pub party_name: String,
    /// The other party's internal number; the trunk where it is outside.
    pub party_dn: String,
}

impl Control {
    /// Who is in a call now, by number, as far as the first API client may see it.
    pub fn truth(&self) -> BTreeMap<String, Vec<LiveParticipant>> {
        self.truth_of(&self.settings().client_id)
    }

    /// The same for another API client; numbers without participants are left out.
    pub fn truth_of(&self, client: &str) -> BTreeMap<String, Vec<LiveParticipant>> {
        self.shared.with(|world| {
            let known = world.clients.iter().find(|known| known.id == client);
            let caller = Caller {
                own_dn: client.to_owned(),
                monitored: known.map_or(Vec::new(), |known| known.monitored.clone()),
                is_user: false,
            };
            let mut table: BTreeMap<String, Vec<LiveParticipant>> = BTreeMap::new();
            let calls = world.calls.values();
            for (call, leg) in calls.flat_map(|call| call.legs.iter().map(move |leg| (call, leg))) {
                if world.visible(&caller, &leg.own.dn) {
                    let row = live(call, leg);
                    table.entry(row.dn.clone()).or_default().push(row);
                }
            }
            table.values_mut().for_each(|rows| rows.sort());
            table
        })
    }

    /// A call comes in from outside; the call's id, or why it reached nobody.
    pub fn inbound(&self, call: &InboundCall) -> Result<u32, String> {
        let placed = self.shared.with(|world| world.place_inbound(call));
        placed.map_err(|failure| format!("{}: {}", failure.name(), failure.text))
    }

    /// Somebody acts: an extension by number, or the far end by outside number. On how many legs.
    pub fn party(&self, who: &str, deed: Deed) -> usize {
        self.shared.with(|world| act(world, who, deed))
    }

    /// Live calls with all their participants, seen from inside: trunk legs too.
    pub fn live_calls(&self) -> Value {
        self.shared.with(|world| {
            let call = |call: &crate::calls::Call| {
                let legs: Value = call
                    .legs
                    .iter()
                    .map(|leg| {
                        let mut json = call.participant_json(leg);
                        json["own_number"] = json!(leg.own.number);
                        json["attached"] = json!(leg.attached);
                        json
                    })
                    .collect();
                json!({ "callid": call.id, "answered": call.answered, "participants": legs })
            };
            world.calls.values().map(call).collect()
        })
    }
}

fn live(call: &Call, leg: &Leg) -> LiveParticipant {
    let party = call.principal(leg.side.other());
    LiveParticipant {
        id: leg.id,
        dn: leg.own.dn.clone(),
        status: leg.status.name().to_owned(),
        callid: call.id,
        party_number: party.number.clone(),
        party_name: party.name.clone(),
        party_dn: party.dn.clone(),
    }
}

/// Legs of `who`; a trunk leg counts by the outside number, not by the trunk's.
fn act(world: &mut World, who: &str, deed: Deed) -> usize {
    let legs = world.calls.values().flat_map(|call| &call.legs);
    let own = legs.filter(|leg| match leg.own.kind {
        Kind::ExternalLine => leg.own.number == who,
        _ => leg.own.dn == who,
    });
    let fits = own.filter(|leg| match deed {
        Deed::Answer | Deed::Decline => leg.status == Status::Ringing,
        Deed::HangUp => true,
    });
    let legs: Vec<u32> = fits.map(|leg| leg.id).collect();
    let mut done = 0;
    for leg in legs {
        let worked = match deed {
            Deed::Answer => world.answer_leg(leg),
            Deed::Decline => {
                world.drop_leg(leg, &Failure::new(Reason::DestinationBusy, "declined"))
            }
            Deed::HangUp => {
                world.drop_leg(leg, &Failure::new(Reason::PartyConnectionLost, "hung up"))
            }
        };
        done += usize::from(worked);
        // Two phones of one person ring, one is picked up.
        if deed == Deed::Answer && worked {
            break;
        }
    }
    done
}
