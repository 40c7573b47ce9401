//! Properties of `Pbx.Defs`: definitions; asked for only to test a sign-in.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("Codecs", Navigation),
    ("GatewayParameters", Navigation),
    ("GatewayParameterValues", Navigation),
    ("Id", Integer),
    ("TimeZones", Navigation),
];
