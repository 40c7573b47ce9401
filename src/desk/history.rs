//! Call history as tools and resources show it: days from the cache, today from the PBX.

use std::cell::RefCell;
use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Desk, ToolError};
use crate::pbx::PbxError;
use crate::pbx::history::{
    CallFilter, CallRecord, Cursor, DayCache, HistoryReader, OpenDay, Page, RangeError, Route,
    Selection, parse_range,
};
use crate::session::Routed;
use crate::time::{Millis, iso};

/// What is read where no dates are given, in days.
const DEFAULT_DAYS: i64 = 7;
/// Between the first ring here and the beginning in call history.
const SAME_MOMENT_MS: Millis = 15_000;
/// So long the object knows which agent got a call.
const AGENTS_KEPT_MS: Millis = crate::linc::KEPT_MS;
/// Today, and yesterday while its last calls may still end; one to spare.
const MOST_OPEN_DAYS: usize = 3;

/// What an isolate remembers of call history: which source answers, and the days that are not over.
/// At most a few days, replaced at each reading.
#[derive(Debug, Default)]
pub struct RecentHistory {
    route: RefCell<Option<Route>>,
    open: RefCell<Vec<OpenDay>>,
}

impl RecentHistory {
    /// Keeps the open days of a reading, and of those before what this one did not touch: an older
    /// page does not read today.
    fn keep(&self, read: Vec<OpenDay>, before: Vec<OpenDay>) {
        let mut open = read;
        let others = before
            .into_iter()
            .filter(|day| open.iter().all(|read| read.day != day.day));
        let others: Vec<OpenDay> = others.collect();
        open.extend(others);
        open.truncate(MOST_OPEN_DAYS);
        *self.open.borrow_mut() = open;
    }
}

/// Where call history is kept.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    /// Days that are over.
    pub days: &'a dyn DayCache,
    /// The rest.
    pub recent: &'a RecentHistory,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct HistoryQuery<'a> {
    /// Only calls of this extension.
    pub(crate) extension: Option<&'a str>,
    /// Only calls of this direction.
    pub(crate) direction: Option<crate::pbx::history::Direction>,
    /// From this day or moment on.
    pub(crate) start: Option<&'a str>,
    /// To the end of this day, or to this moment.
    pub(crate) end: Option<&'a str>,
    /// How many calls, 1–100.
    pub(crate) limit: usize,
    /// Where the page before ended.
    pub(crate) cursor: Option<&'a str>,
}

/// One page of call history.
pub(crate) struct HistoryPage {
    /// The calls, newest first.
    pub(crate) page: Page,
    /// What is missing, in words.
    pub(crate) warnings: Vec<String>,
    /// The period, in UTC.
    pub(crate) from: String,
    /// Its end.
    pub(crate) to: String,
    /// Which agents of MasterLinc got which calls.
    agents: Vec<Routed>,
}

impl HistoryPage {
    /// The agent that MasterLinc gave a call to, if it did. 3CX is not known to write Call Control's `callid`
    /// into call history: a call is found by its caller and the moment at which it came in.
    pub(crate) fn agent(&self, call: &CallRecord) -> Option<&str> {
        let is_it = |(caller, at, _): &&Routed| {
            at.saturating_sub(call.started()).abs() <= SAME_MOMENT_MS
                && is_same_number(caller, &call.caller().number)
        };
        self.agents
            .iter()
            .find(is_it)
            .map(|(_, _, agent)| agent.as_str())
    }
}

/// The same line, however its number is written: their last nine digits agree, or all of them.
fn is_same_number(one: &str, other: &str) -> bool {
    let tail = |text: &str| -> Vec<char> {
        let digits = text.chars().rev().filter(char::is_ascii_digit);
        digits.take(9).collect()
    };
    let (one, other) = (tail(one), tail(other));
    !one.is_empty() && one == other
}

/// One call; the field names are a contract with outside programs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallLog {
    /// Names the call in call history
    id: String,
    /// Number of the one who called
    caller: String,
    /// Name of the one who called
    #[serde(skip_serializing_if = "String::is_empty")]
    caller_name: String,
    /// Number that was called
    callee: String,
    /// Name of the one who was called
    #[serde(skip_serializing_if = "String::is_empty")]
    callee_name: String,
    /// Inbound, Outbound or Internal
    direction: String,
    /// Answered, Missed, or Unanswered (a call to the outside that nobody took)
    status: String,
    /// Seconds of talk with a person
    duration: u64,
    /// Seconds it rang
    ring_seconds: u64,
    /// When it began, UTC
    start_time: String,
    /// When it ended, UTC
    end_time: String,
    /// The extension that took it, or the first that was called or called
    extension: String,
    /// The agent that MasterLinc gave it to, if it did and that was within a day
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Whether there is a recording
    recorded: bool,
}

impl CallLog {
    /// As it is shown.
    pub(crate) fn of(call: &CallRecord, agent: Option<&str>) -> Self {
        Self {
            agent: agent.map(str::to_owned),
            id: call.id.to_string(),
            caller: call.caller().number.to_string(),
            caller_name: call.caller().name.to_string(),
            callee: call.callee().number.to_string(),
            callee_name: call.callee().name.to_string(),
            direction: call.direction().as_str().to_owned(),
            status: call.status().as_str().to_owned(),
            duration: call.talk_seconds(),
            ring_seconds: call.ring_seconds(),
            start_time: iso(call.started()),
            end_time: iso(call.ended),
            extension: call.extension().unwrap_or_default().to_owned(),
            recorded: call.recording_url.is_some() || !call.recording_ids.is_empty(),
        }
    }
}

/// Reads one page.
pub(crate) async fn history(
    desk: &Desk<'_>,
    query: &HistoryQuery<'_>,
) -> Result<HistoryPage, ToolError> {
    let pbx = desk.pbx()?;
    let zone = desk.settings.zone.as_ref().map_err(super::misconfigured)?;
    let window = parse_range(query.start, query.end, DEFAULT_DAYS, zone, desk.now)?;
    let after = query
        .cursor
        .map(Cursor::parse)
        .transpose()
        .map_err(|error| {
            ToolError::invalid(error.to_string()).hint("or leave cursor out to begin")
        })?;
    let filter = CallFilter {
        window,
        extension: query.extension.map(str::to_owned),
        direction: query.direction,
    };
    let mut selection = Selection::new(filter, query.limit, after);
    let days = selection.window().utc_days(desk.now);

    // What is newest is asked first: whatever comes in while the days are read is newer than that. Days that
    // are over for good need no such question.
    let may_change = days.iter().any(|day| !day.is_settled(desk.now));
    let newest = if may_change {
        pbx.newest().await.ok().and_then(|newest| newest.call)
    } else {
        None
    };
    let archive = desk.archive;
    let open: Vec<OpenDay> = if may_change {
        let open = archive.recent.open.borrow();
        open.iter()
            .filter(|day| !day.is_stale(newest, desk.now))
            .cloned()
            .collect()
    } else {
        Vec::new()
    };
    let route = *archive.recent.route.borrow();
    let account = desk.account();
    let clock = || (desk.clock)();
    let reader = HistoryReader {
        pbx,
        cache: archive.days,
        account: &account,
        clock: &clock,
    };
    let mut visit = |calls: Vec<CallRecord>| {
        let visible = calls
            .into_iter()
            .filter(|call| is_visible(desk, call))
            .collect();
        selection.offer(visible);
        if selection.is_full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let outcome = reader
        .read(days, route, &open, newest, &mut visit)
        .await
        .map_err(explained)?;
    *archive.recent.route.borrow_mut() = outcome.route;
    if may_change {
        archive.recent.keep(outcome.open, open);
    }

    let missing = outcome.missing.iter().map(|missing| {
        format!(
            "calls of {} (UTC) are missing: {}",
            missing.day, missing.error
        )
    });
    let unreadable = (outcome.unreadable_rows > 0)
        .then(|| format!("{} rows could not be read", outcome.unreadable_rows));
    let agents = if settings_name_linc(desk) && desk.now.saturating_sub(window.to) < AGENTS_KEPT_MS
    {
        desk.session.agents().await.unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(HistoryPage {
        agents,
        warnings: missing.chain(unreadable).collect(),
        page: selection.finish(),
        from: iso(window.from),
        to: iso(window.to),
    })
}

/// Whether MasterLinc is asked about anybody's calls.
fn settings_name_linc(desk: &Desk<'_>) -> bool {
    let linc = desk.settings.linc.as_ref();
    linc.is_ok_and(|linc| linc.routing.is_about_any())
}

/// A report says 500 and nothing else of a date or filter that it does not like.
fn explained(error: PbxError) -> ToolError {
    let is_silent =
        matches!(&error, PbxError::Failed { status: 500, message } if message.is_empty());
    let error = ToolError::from(error);
    if is_silent {
        return error.hint(
            "reports of 3CX answer so when they do not like a date or filter: try a shorter or \
             later period; if it stays, look at the 3CX event log",
        );
    }
    error
}

/// A caller that is limited to extensions sees only their calls.
fn is_visible(desk: &Desk<'_>, call: &CallRecord) -> bool {
    desk.caller.extensions.is_everything()
        || call
            .extensions
            .iter()
            .any(|extension| desk.may_touch(extension))
}

impl From<RangeError> for ToolError {
    fn from(error: RangeError) -> Self {
        Self::invalid(error.to_string())
            .hint("dates are ISO 8601, such as 2026-09-12 or 2026-09-12T14:00:00+03:00")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_however_it_is_written() {
        let check = |one, other, expected| {
            assert_eq!(is_same_number(one, other), expected, "{one} {other}");
        };
        check("+966500000001", "0500000001", true);
        check("00966500000001", "+966 50 000 0001", true);
        check("+966500000001", "+966500000002", false);
        check("100", "100", true);
        check("100", "1100", false);
        check("", "anonymous", false);
    }
}
