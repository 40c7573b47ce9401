//! Properties of `Pbx.Peer`: anything that has a number.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("Hidden", Boolean),
    ("Id", Integer),
    ("MemberOf", Navigation),
    ("Name", Text),
    ("Number", Text),
    ("Tags", Complex),
    (
        "Type",
        Choice(&[
            "None",
            "Extension",
            "Queue",
            "RingGroup",
            "IVR",
            "Fax",
            "Conference",
            "SpecialMenu",
            "Parking",
            "ExternalLine",
            "Group",
            "RoutePoint",
        ]),
    ),
];
