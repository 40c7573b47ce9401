//! `get_audit_log`: who asked for what, and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{AuditEntry, Desk, ToolError, audit_log, page_size};
use crate::pbx::history::parse_range;
use crate::policy::AuditQuery;
use crate::time::iso;

/// How many days before `end_date`, where nothing else is said.
const USUAL_DAYS: i64 = 7;

/// The tool.
pub(crate) struct GetAuditLog;

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Only of this caller (the name of a key)
    caller: Option<String>,
    /// Only of this tool, for example "make_call"
    tool: Option<String>,
    /// Only of this extension
    extension: Option<String>,
    /// First day, for example "2026-11-01"; by the server's time zone
    start_date: Option<String>,
    /// Last day
    end_date: Option<String>,
    /// How many entries at most, 1 to 100; 50 if left out
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `nextCursor` of the page before, to go on from there
    cursor: Option<String>,
}

/// The entries.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many are on this page
    count: usize,
    /// Newest first
    entries: Vec<AuditEntry>,
    /// Give this as `cursor` to get older ones; absent on the last page
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// When this was answered
    timestamp: String,
}

impl Tool for GetAuditLog {
    const NAME: &'static str = "get_audit_log";
    const TITLE: &'static str = "Read the audit log";
    const DESCRIPTION: &'static str = "Lists who asked this server for what, from which program, and how it \
        ended: every call of every tool, refused ones too, newest first. outcome_unknown marks what was \
        begun and whose end nobody recorded. Numbers are masked unless an administrator chose otherwise; \
        texts of messages are never kept.";
    const SCOPE: Scope = Scope::Admin;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let (from, to) = (
            arguments.start_date.as_deref(),
            arguments.end_date.as_deref(),
        );
        let window = match (from, to) {
            (None, None) => None,
            (from, to) => Some(parse_range(from, to, USUAL_DAYS, desk.zone()?, desk.now)?),
        };
        let before = match arguments.cursor.as_deref() {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                ToolError::invalid("cursor is not one that this tool gave out")
                    .hint("pass nextCursor unchanged, or leave cursor out to begin")
            })?),
        };
        let query = AuditQuery {
            caller: arguments.caller,
            tool: arguments.tool,
            extension: arguments.extension,
            from: window.map(|window| window.from),
            to: window.map(|window| window.to),
            before,
            limit: page_size(arguments.limit, 50)?,
        };
        let (entries, next) = audit_log(desk, &query).await?;
        Ok(Output {
            count: entries.len(),
            entries,
            next_cursor: next.map(|place| place.to_string()),
            timestamp: iso(desk.now),
        })
    }
}
