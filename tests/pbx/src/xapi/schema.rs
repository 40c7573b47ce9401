//! Properties of the entities, with their kinds: what `$select` and `$filter` may name.

pub(super) mod active_call;
pub(super) mod call_history_view;
pub(super) mod call_log_data;
pub(super) mod call_parking_settings;
pub(super) mod chat;
pub(super) mod chat_message;
pub(super) mod defs;
pub(super) mod dial_code_settings;
pub(super) mod group;
pub(super) mod last_timestamp;
pub(super) mod parking;
pub(super) mod peer;
pub(super) mod queue;
pub(super) mod recording;
pub(super) mod system_status;
pub(super) mod user;

use serde_json::{Map, Value};

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
    /// A date and time, as text.
    Moment,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// An object or a list that is part of the entity.
    Complex,
    /// Other entities: only shown when expanded.
    Navigation,
}

/// Name and kind of every property of an entity.
pub(super) type Properties<'a> = &'a [(&'a str, Kind)];

/// The kind of a property.
pub(super) fn kind(properties: Properties<'_>, name: &str) -> Option<Kind> {
    properties
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, kind)| *kind)
}

pub(super) fn is_navigation(properties: Properties<'_>, name: &str) -> bool {
    kind(properties, name) == Some(Kind::Navigation)
}

/// Properties of rows that have no schema of their own here, read off the first row.
pub(super) fn of_rows(rows: &[Map<String, Value>]) -> Vec<(&str, Kind)> {
    let kind = |value: &Value| match value {
        Value::String(_) | Value::Null => Kind::Text,
        Value::Number(_) => Kind::Integer,
        Value::Bool(_) => Kind::Boolean,
        _ => Kind::Complex,
    };
    let first = rows.first().into_iter().flatten();
    first
        .map(|(name, value)| (name.as_str(), kind(value)))
        .collect()
}
