//! Properties of `Pbx.CallLogData`: one row of the call log, several to a call.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("ActionDnCallerId", Text),
    ("ActionDnDisplayName", Text),
    ("actionDnDn", Text),
    ("ActionDnType", Integer),
    ("ActionType", Integer),
    ("Answered", Boolean),
    ("CallCost", Integer),
    ("CallHistoryId", Text),
    ("CallId", Integer),
    ("CallType", Text),
    ("CdrId", Text),
    ("DestinationCallerId", Text),
    ("DestinationDisplayName", Text),
    ("DestinationDn", Text),
    ("DestinationType", Integer),
    ("Direction", Text),
    ("DstRecId", Integer),
    ("Indent", Integer),
    ("MainCallHistoryId", Text),
    ("QualityReport", Boolean),
    ("Reason", Text),
    ("Recordings", Complex),
    ("RecordingUrl", Text),
    ("RingingDuration", Text),
    ("SegmentId", Integer),
    ("SentimentScore", Integer),
    ("SourceCallerId", Text),
    ("SourceDisplayName", Text),
    ("SourceDn", Text),
    ("SourceType", Integer),
    ("SrcRecId", Integer),
    ("StartTime", Moment),
    ("Status", Text),
    ("SubrowDescNumber", Integer),
    ("Summary", Text),
    ("TalkingDuration", Text),
    ("Transcription", Text),
];
