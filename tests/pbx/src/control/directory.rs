//! Numbers from behind: registration, devices, presence, how phones answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::directory::{Answering, Device, Dn, Kind};
use crate::sign_in::ApiClient;
use crate::world::World;

use super::Control;

/// A change of one number; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberChange {
    /// Takes the phones away, or brings them back.
    pub registered: Option<bool>,
    /// The phones it has from now on.
    pub devices: Option<Vec<Device>>,
    /// How it treats calls that reach it.
    pub incoming: Option<Answering>,
    /// How its phones treat calls the API places from them.
    pub pick_up: Option<Answering>,
    /// XAPI properties, unchecked: `CurrentProfileName`, `QueueStatus` ...
    pub properties: Map<String, Value>,
}

impl Control {
    /// Changes a number; `false` where there is none.
    pub fn change_number(&self, number: &str, change: NumberChange) -> bool {
        self.shared.with(|world| {
            let Some(dn) = world.dns.get_mut(number) else {
                return false;
            };
            if let Some(registered) = change.registered {
                dn.registered = registered;
            }
            if let Some(devices) = change.devices {
                dn.devices = devices;
            }
            dn.incoming = change.incoming.or(dn.incoming);
            dn.pick_up = change.pick_up.or(dn.pick_up);
            dn.entity.extend(change.properties);
            true
        })
    }

    /// Sets how the phones of a number treat calls that reach it.
    pub fn set_incoming(&self, number: &str, answering: Answering) -> bool {
        self.change_number(
            number,
            NumberChange {
                incoming: Some(answering),
                ..NumberChange::default()
            },
        )
    }

    /// Registers or unregisters a number.
    pub fn set_registered(&self, number: &str, registered: bool) -> bool {
        let registered = Some(registered);
        self.change_number(
            number,
            NumberChange {
                registered,
                ..NumberChange::default()
            },
        )
    }

    /// Sets an XAPI property of a number, unchecked.
    pub fn set_property(&self, number: &str, property: &str, value: Value) -> bool {
        let properties = Map::from_iter([(property.to_owned(), value)]);
        self.change_number(
            number,
            NumberChange {
                properties,
                ..NumberChange::default()
            },
        )
    }

    /// Every number with what the control interface can change about it.
    pub fn numbers(&self) -> Value {
        self.shared.with(|world| {
            let row = |dn: &Dn| {
                json!({
                    "number": dn.number, "kind": dn.kind, "name": dn.name,
                    "registered": dn.is_registered(), "devices": dn.devices,
                    "incoming": dn.incoming, "pick_up": dn.pick_up, "members": dn.members,
                    "profile": dn.text("CurrentProfileName"), "queue": dn.text("QueueStatus"),
                })
            };
            world.dns.values().map(row).collect()
        })
    }
}

impl World {
    /// Adds or replaces an API client; its id is also the number of a route point.
    pub(crate) fn set_client(&mut self, client: ApiClient) {
        if !self.dns.contains_key(&client.id) {
            let id = i64::from(self.next_id());
            let dn = Dn::new(id, &client.id, Kind::RoutePoint, &client.id);
            self.dns.insert(client.id.clone(), dn);
        }
        self.clients.retain(|other| other.id != client.id);
        self.clients.push(client);
    }
}
