//! Properties of `Pbx.LastCdrAndChatMessageTimestamp`: when anything last happened.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("LastCdrStartedAt", Moment),
    ("LastChatMessageTimeSent", Moment),
];
