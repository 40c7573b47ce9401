//! Properties of `Pbx.ChatMessagesHistoryView`: one message with its sender and recipients.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("ConversationId", Integer),
    ("IsExternal", Boolean),
    ("Message", Text),
    ("MessageId", Integer),
    ("ParticipantsGroupsArray", Complex),
    ("QueueNumber", Text),
    ("Recipients", Text),
    ("SenderParticipantEmail", Text),
    ("SenderParticipantIp", Text),
    ("SenderParticipantName", Text),
    ("SenderParticipantNo", Text),
    ("SenderParticipantPbx", Text),
    ("SenderParticipantPhone", Text),
    ("TimeSent", Moment),
];
