//! Properties of `Pbx.ChatHistoryView`: one message of a conversation.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("ChatName", Text),
    ("ConversationId", Integer),
    ("FromName", Text),
    ("FromNo", Text),
    ("IsExternal", Boolean),
    ("Message", Text),
    ("ParticipantEmail", Text),
    ("ParticipantIp", Text),
    ("ParticipantPhone", Text),
    ("ParticipantsGroupsArray", Complex),
    ("ProviderName", Text),
    (
        "ProviderType",
        Choice(&["SMS", "LiveChat", "Facebook", "Internal", "RCS"]),
    ),
    ("QueueNumber", Text),
    ("Source", Text),
    ("TimeSent", Moment),
];
