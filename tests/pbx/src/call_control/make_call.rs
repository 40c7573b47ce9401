//! The two ways to place a call: from a device (recommended) and from a number (legacy).
//!
//! By device a destination that cannot be reached fails at once. The legacy form rings all
//! phones of the number first where there are several, and its first answer is always success.

use axum::http::StatusCode;
use serde_json::Value;

use crate::calls::{Failure, Source};
use crate::directory::Kind;
use crate::shared::Shared;
use crate::world::World;

use super::{Reply, Request, outcome};

/// `POST /callcontrol/{dn}/devices/{deviceid}/makecall`.
pub(super) fn from_device(shared: &Shared, dn: &str, device_id: &str, request: &Request) -> Reply {
    shared.with(|world| {
        let devices = world
            .dns
            .get(dn)
            .map(|dn| dn.live_devices().to_vec())
            .unwrap_or_default();
        let Some(device) = devices
            .into_iter()
            .find(|device| device.device_id == device_id)
        else {
            return (StatusCode::NOT_FOUND, None);
        };
        place(
            world,
            dn,
            &Source::Device(device),
            "makecall_device",
            request,
        )
    })
}

/// `POST /callcontrol/{dn}/makecall`.
pub(super) fn from_number(shared: &Shared, dn: &str, request: &Request) -> Reply {
    shared.with(|world| {
        if !can_place(world, dn) {
            return (StatusCode::FAILED_DEPENDENCY, None);
        }
        place(world, dn, &Source::Number, "makecall", request)
    })
}

/// Whether a number can be the source of a call: a route point always, others with a device.
pub(crate) fn can_place(world: &World, dn: &str) -> bool {
    world
        .dns
        .get(dn)
        .is_some_and(|dn| dn.kind == Kind::RoutePoint || dn.is_registered())
}

fn place(world: &mut World, dn: &str, source: &Source, how: &str, request: &Request) -> Reply {
    let Some(destination) = request.destination.as_deref().filter(|it| !it.is_empty()) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, None);
    };
    let timeout_ms = request.timeout_ms(world.default_timeout_ms());
    match world.place(dn, source, how, destination, timeout_ms) {
        Ok(participant) => {
            if let Some(data) = &request.attacheddata {
                world.attach(participant, data.clone());
            }
            let result = participant_json(world, dn, participant);
            outcome::success(world, result)
        }
        Err(failure) => outcome::failure(world, &failure),
    }
}

fn participant_json(world: &World, dn: &str, participant: u32) -> Value {
    let found = world.participant(dn, participant);
    found.map_or(Value::Null, |(call, leg)| call.participant_json(leg))
}

/// The same for XAPI's `Users/Pbx.MakeCall`, where a contact names the device.
pub(crate) fn for_xapi(
    world: &mut World,
    dn: &str,
    contact: Option<&str>,
    destination: &str,
) -> Result<Value, Failure> {
    let devices = world
        .dns
        .get(dn)
        .map(|dn| dn.live_devices().to_vec())
        .unwrap_or_default();
    let named = devices
        .into_iter()
        .find(|device| Some(device.device_id.as_str()) == contact);
    let source = named.map_or(Source::Number, Source::Device);
    let timeout_ms = world.default_timeout_ms();
    let participant = world.place(dn, &source, "makecall_xapi", destination, timeout_ms)?;
    let found = world.participant(dn, participant);
    Ok(found.map_or(Value::Null, |(call, leg)| call.xapi_participant_json(leg)))
}
