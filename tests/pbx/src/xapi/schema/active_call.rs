//! Properties of `Pbx.ActiveCall`: one running call.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("Callee", Text),
    ("Caller", Text),
    ("EstablishedAt", Moment),
    ("Id", Integer),
    ("LastChangeStatus", Moment),
    ("ServerNow", Moment),
    ("Status", Text),
];
