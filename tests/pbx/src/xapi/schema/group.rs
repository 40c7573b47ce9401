//! Properties of `Pbx.Group`: a department.
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
    ("CallUsEnableChat", Boolean),
    ("CallUsEnablePhone", Boolean),
    ("CallUsEnableVideo", Boolean),
    (
        "CallUsRequirement",
        Choice(&["Both", "Name", "Email", "None"]),
    ),
    ("ClickToCallId", Text),
    ("AllowCallService", Boolean),
    ("AnswerAfter", Integer),
    ("BreakRoute", Complex),
    ("BreakTime", Complex),
    ("CallHandlingMode", Complex),
    (
        "CurrentGroupHours",
        Choice(&[
            "Default",
            "ForceOpened",
            "ForceClosed",
            "ForceBreak",
            "ForceCustomOperator",
            "ForceHoliday",
            "HasForcedMask",
        ]),
    ),
    ("CustomOperator", Complex),
    ("CustomPrompt", Text),
    ("DisableCustomPrompt", Boolean),
    ("GloballyVisible", Boolean),
    ("HasMembers", Boolean),
    ("HolidaysRoute", Complex),
    ("Hours", Complex),
    ("IsDefault", Boolean),
    ("Language", Text),
    ("LastLoginTime", Moment),
    ("Members", Navigation),
    ("MusicOnHold", Text),
    ("Name", Text),
    ("OfficeHolidays", Navigation),
    ("OfficeRoute", Complex),
    ("OutOfOfficeRoute", Complex),
    ("OverrideExpiresAt", Moment),
    ("OverrideHolidays", Boolean),
    ("PromptSet", Text),
    ("Props", Complex),
    ("Rights", Navigation),
    ("TimeZoneId", Text),
];
