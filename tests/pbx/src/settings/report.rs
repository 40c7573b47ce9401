//! Choices for builds whose call log behaves differently.
//!
//! Every variant was seen in the field or is written in somebody's notes; no PBX has them all.

use serde::{Deserialize, Serialize};

/// Which of the two sources of past calls exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallSources {
    /// `GetCallLogData` and `CallHistoryView`.
    Both,
    /// `CallHistoryView` is 404.
    ReportOnly,
    /// `GetCallLogData` is 404.
    ViewOnly,
    /// Both are 404.
    Neither,
}

/// What milliseconds or percent-encoded colons in a period do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStrictness {
    /// The period is ignored and the answer is about today (in UTC).
    IgnorePeriod,
    /// 500 without a body.
    Error500,
}

/// Which way of leaving the two time filters empty a build accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    /// Either.
    Both,
    /// `callTimeFilterFrom='0:00:0'`.
    Times,
    /// `callTimeFilterFrom=null`.
    Nulls,
}

/// Which keys of a call-log row are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportOmits {
    /// None, as in one published capture.
    Nothing,
    /// Nulls and zeros.
    NullAndZero,
    /// Also `false`, empty texts, empty lists and `PT0S`.
    Defaults,
}

/// What `$count=true` does to a call-log answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportCount {
    /// The count is what `$top` asked for.
    EchoTop,
    /// The count is 0 and there are no rows.
    Empty,
    /// It counts.
    Honest,
}

/// What a blind transfer to an occupied parking place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OccupiedParking {
    /// Fails: the destination is busy.
    Busy,
    /// The transferred party gets the parked call.
    Fetch,
}
