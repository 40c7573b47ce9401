//! Properties of `Pbx.Recording`: a recorded conversation.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("ArchivedUrl", Text),
    (
        "CallType",
        Choice(&["Local", "InboundExternal", "OutboundExternal"]),
    ),
    ("CanBeTranscribed", Boolean),
    ("EndTime", Moment),
    ("FromCallerNumber", Text),
    ("FromCrmContact", Text),
    ("FromDidNumber", Text),
    ("FromDisplayName", Text),
    ("FromDn", Text),
    ("FromDnType", Integer),
    ("FromIdParticipant", Integer),
    ("Id", Integer),
    ("IsArchived", Boolean),
    ("IsTranscribed", Boolean),
    ("RecordingUrl", Text),
    ("RefParticipantId", Integer),
    ("SentimentScore", Integer),
    ("StartTime", Moment),
    ("Summary", Text),
    ("ToCallerNumber", Text),
    ("ToCrmContact", Text),
    ("ToDidNumber", Text),
    ("ToDisplayName", Text),
    ("ToDn", Text),
    ("ToDnType", Integer),
    ("ToIdParticipant", Integer),
    ("Transcription", Text),
    ("TranscriptionResult", Integer),
];
