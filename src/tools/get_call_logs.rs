//! `get_call_logs`: who called whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{CallLog, Desk, HistoryQuery, ToolError, history, page_size};
use crate::pbx::history as records;
use crate::policy::ExtensionNumber;

/// The tool.
pub(crate) struct GetCallLogs;

/// Which calls.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Only calls in which this extension took part or rang
    extension: Option<String>,
    /// Inbound, Outbound or Internal; all if left out
    direction: Option<Direction>,
    /// First day (2026-09-12) or moment (2026-09-12T14:00:00+03:00); a week ago if left out. Days are
    /// those of the telephone system's time zone
    start_date: Option<String>,
    /// Last day, which is included, or moment; now if left out
    end_date: Option<String>,
    /// How many calls at most, 1 to 100; 20 if left out
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `nextCursor` of the page before, to go on from there
    cursor: Option<String>,
}

/// Which way a call went.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(super) enum Direction {
    /// From outside.
    Inbound,
    /// To the outside.
    Outbound,
    /// Between extensions.
    Internal,
}

impl Direction {
    /// As it is written in answers.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "Inbound",
            Self::Outbound => "Outbound",
            Self::Internal => "Internal",
        }
    }
}

impl From<Direction> for records::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::Inbound,
            Direction::Outbound => Self::Outbound,
            Direction::Internal => Self::Internal,
        }
    }
}

/// One page of calls; the field names are a contract with outside programs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many are on this page
    count: usize,
    /// Newest first; one entry a call
    logs: Vec<CallLog>,
    /// Give this as `cursor` to get older ones; absent on the last page
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Begin of the period, UTC
    from: String,
    /// End of the period, UTC
    to: String,
    /// The time zone whose days are meant
    time_zone: String,
    /// What is missing from this answer, and why
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl Tool for GetCallLogs {
    const NAME: &'static str = "get_call_logs";
    const TITLE: &'static str = "Read call history";
    const DESCRIPTION: &'static str = "Lists past calls, newest first: who called whom, answered or \
        missed, how long. A call is missed when nobody took it, however many phones rang. Filter by \
        extension, direction and dates; long lists come in pages. Needs the role System Owner on the \
        PBX.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.only_extension(arguments.extension.as_deref())?;
        let limit = page_size(arguments.limit, 20)?;
        let query = HistoryQuery {
            extension: extension.as_ref().map(ExtensionNumber::as_str),
            direction: arguments.direction.map(records::Direction::from),
            start: arguments.start_date.as_deref(),
            end: arguments.end_date.as_deref(),
            limit,
            cursor: arguments.cursor.as_deref(),
        };
        let found = history(desk, &query).await?;
        let zone = desk
            .settings
            .zone
            .as_ref()
            .map(|zone| zone.name().to_owned());
        Ok(Output {
            count: found.page.calls.len(),
            logs: found
                .page
                .calls
                .iter()
                .map(|call| CallLog::of(call, found.agent(call)))
                .collect(),
            next_cursor: found.page.next.map(|cursor| cursor.write()),
            from: found.from,
            to: found.to,
            time_zone: zone.unwrap_or_default(),
            warnings: found.warnings,
        })
    }
}
