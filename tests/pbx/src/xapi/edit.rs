//! `PATCH` of users and queues: 204, effective at once.
//!
//! Unknown properties, wrong types and values outside a choice are 400. The number and the
//! registration cannot be changed; a profile must be one the user has.

use serde_json::{Map, Value};

use crate::directory::{Dn, Kind as NumberKind};
use crate::world::World;

use super::collections::Collection;
use super::refusal::Refusal;
use super::schema::{self, Kind};

/// Properties that no PATCH changes.
const FIXED: [&str; 3] = ["Id", "Number", "IsRegistered"];

pub(super) fn patch(
    world: &mut World,
    collection: Collection,
    id: i64,
    bytes: &[u8],
) -> Result<(), Refusal> {
    let kind = match collection {
        Collection::Users => NumberKind::Extension,
        Collection::Queues => NumberKind::Queue,
        _ => return Err(Refusal::MethodNotAllowed),
    };
    let found = |dn: &&mut Dn| dn.kind == kind && dn.id() == id;
    let dn = world
        .dns
        .values_mut()
        .find(found)
        .ok_or(Refusal::NoSuchEntity)?;
    let changes: Map<String, Value> = serde_json::from_slice(bytes)
        .map_err(|_| Refusal::Body("The request body is not a JSON object.".to_owned()))?;
    for (name, value) in &changes {
        check(dn, collection, name, value)?;
    }
    if let Some(agents) = changes.get("Agents").and_then(Value::as_array) {
        let numbers = agents.iter().filter_map(|agent| agent["Number"].as_str());
        dn.members = numbers.map(str::to_owned).collect();
    }
    dn.entity.extend(changes);
    Ok(())
}

fn check(dn: &Dn, collection: Collection, name: &str, value: &Value) -> Result<(), Refusal> {
    let invalid = |why: &str| Err(Refusal::Body(format!("The property '{name}' {why}.")));
    let Some(kind) = schema::kind(collection.properties(), name) else {
        return invalid("does not exist");
    };
    // The value it has already is no change.
    if FIXED.contains(&name) && dn.entity.get(name) != Some(value) {
        return invalid("cannot be changed");
    }
    let fits = match kind {
        Kind::Text | Kind::Moment => value.is_string() || value.is_null(),
        Kind::Integer => value.is_i64() || value.is_null(),
        Kind::Boolean => value.is_boolean() || value.is_null(),
        Kind::Choice(names) => value.as_str().is_some_and(|value| names.contains(&value)),
        Kind::Complex | Kind::Navigation => true,
    };
    if !fits {
        return invalid("has a value of the wrong type");
    }
    if name == "CurrentProfileName" && !has_profile(dn, value) {
        return invalid("names no forwarding profile");
    }
    Ok(())
}

fn has_profile(dn: &Dn, name: &Value) -> bool {
    let profiles = dn
        .entity
        .get("ForwardingProfiles")
        .and_then(Value::as_array);
    profiles
        .into_iter()
        .flatten()
        .any(|profile| profile["Name"] == *name)
}
