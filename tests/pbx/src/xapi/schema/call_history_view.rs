//! Properties of `Pbx.CallHistoryView`: one segment of a call, in the older view.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("CallAnswered", Boolean),
    ("CallTime", Text),
    ("DstCallerNumber", Text),
    ("DstDisplayName", Text),
    ("DstDn", Text),
    ("DstDnType", Integer),
    ("DstExtendedDisplayName", Text),
    ("DstExternal", Boolean),
    ("DstId", Integer),
    ("DstInternal", Boolean),
    ("DstParticipantId", Integer),
    ("DstRecId", Integer),
    ("SegmentActionId", Integer),
    ("SegmentEndTime", Moment),
    ("SegmentId", Integer),
    ("SegmentStartTime", Moment),
    ("SegmentType", Integer),
    ("SrcCallerNumber", Text),
    ("SrcDisplayName", Text),
    ("SrcDn", Text),
    ("SrcDnType", Integer),
    ("SrcExtendedDisplayName", Text),
    ("SrcExternal", Boolean),
    ("SrcId", Integer),
    ("SrcInternal", Boolean),
    ("SrcParticipantId", Integer),
    ("SrcRecId", Integer),
];
