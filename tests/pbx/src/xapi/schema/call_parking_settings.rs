//! Properties of `Pbx.CallParkingSettings`: how parked calls are treated.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("AutoPickupEnabled", Boolean),
    ("AutoPickupForwardDN", Text),
    ("AutoPickupForwardExternalNumber", Text),
    (
        "AutoPickupForwardType",
        Choice(&[
            "TransferBack",
            "DN",
            "ExtensionVoiceMail",
            "ExternalNumber",
            "RoutePoint",
        ]),
    ),
    ("AutoPickupTimeout", Integer),
    ("MaximumParkedCalls", Integer),
    ("MusicOnHold", Text),
];
