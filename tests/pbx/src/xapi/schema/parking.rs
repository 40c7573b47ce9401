//! Properties of `Pbx.Parking`: a shared parking place.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("Groups", Navigation),
    ("Id", Integer),
    ("Number", Text),
    (
        "TranscriptionMode",
        Choice(&["Nothing", "Voicemail", "Recordings", "Both", "Inherit"]),
    ),
];
