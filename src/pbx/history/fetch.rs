//! One day from the PBX, each page to its end, and "is there anything new?".
//!
//! Invariants
//! - A page is the last one only if it is short in a way that no cap explains: some builds cut
//!   `$top` down to 100 without saying so.
//! - The report stops at 20,000 rows: a window with exactly that many is read again in halves.
//! - Rows go into the [`Grouper`] at once; asking again can therefore not count anything twice.
//!
//! Not here: which source, retries, several days (`reader`).

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::client::{Pbx, read_answer};
use super::super::error::PbxError;
use super::super::odata::MAX_PAGE;
use super::super::transport::HttpResponse;
use super::call::CallRecord;
use super::day::Window;
use super::grouper::Grouper;
use super::iso8601::parse_timestamp;
use super::request::{Route, Source, newest_path};
use super::row::LogRow;
use super::view_row::ViewRow;
use crate::time::Millis;

/// Where the report stops (`REPORT_ROW_LIMIT`, raised to four times as much on some PBXs).
/// Tests take less, so that they need not read as much.
const ROW_LIMIT: usize = if cfg!(test) { 2_000 } else { 20_000 };

/// A window this short is not halved any more.
const SHORTEST_WINDOW_MS: Millis = 15 * 60_000;

/// An OData collection, its count disregarded.
#[derive(Deserialize)]
struct Rows<T> {
    value: Vec<T>,
}

/// When the PBX last wrote something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newest {
    /// The start of the newest call of the history (`LastCdrStartedAt`).
    pub call: Option<Millis>,
    /// The newest chat message (`LastChatMessageTimeSent`).
    pub message: Option<Millis>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewestRow {
    last_cdr_started_at: Option<String>,
    last_chat_message_time_sent: Option<String>,
}

impl Pbx<'_> {
    /// When the PBX last wrote a call or a message: a cheap "is there anything new?".
    pub async fn newest(&self) -> Result<Newest, PbxError> {
        let rows: Rows<NewestRow> = self.read(newest_path()).await?;
        let latest = |pick: fn(&NewestRow) -> &Option<String>| {
            let times = rows.value.iter().filter_map(|row| pick(row).as_deref());
            times.filter_map(parse_timestamp).max()
        };
        Ok(Newest {
            call: latest(|row| &row.last_cdr_started_at),
            message: latest(|row| &row.last_chat_message_time_sent),
        })
    }
}

/// A window's calls, newest first, and how many rows could not be read.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) calls: Vec<CallRecord>,
    pub(super) unreadable: usize,
}

/// Reads a window to its end. `patience` says how long the next request may take; `None` ends it.
pub(super) async fn fetch(
    pbx: Pbx<'_>,
    route: Route,
    window: Window,
    patience: &dyn Fn() -> Result<Duration, PbxError>,
) -> Result<Fetched, PbxError> {
    let mut grouper = Grouper::default();
    let mut windows = vec![window];
    while let Some(window) = windows.pop() {
        let rows = pages(pbx, route, window, patience, &mut grouper).await?;
        let is_report = route.source != Source::CallHistoryView;
        if is_report && is_capped(rows) && window.length_ms() > SHORTEST_WINDOW_MS {
            windows.extend(halves(window));
        }
    }
    Ok(Fetched {
        unreadable: grouper.unreadable(),
        calls: grouper.finish(),
    })
}

/// All pages of a window; says how many rows there were.
async fn pages(
    pbx: Pbx<'_>,
    route: Route,
    window: Window,
    patience: &dyn Fn() -> Result<Duration, PbxError>,
    grouper: &mut Grouper,
) -> Result<usize, PbxError> {
    let mut skip: usize = 0;
    let mut page_before = None;
    loop {
        let answer = pbx.get(route.path(window, skip), patience()?).await?;
        let (count, first) = match route.source {
            Source::CallLog | Source::CallLogNulls => {
                take(&answer, LogRow::hash, |row| grouper.push_log(row))?
            }
            Source::CallHistoryView => take(&answer, ViewRow::hash, |row| grouper.push_view(row))?,
        };
        if first.is_some() && first == page_before {
            let what = "the same page of a report again ($skip is not heeded)";
            return Err(PbxError::Garbled(what.to_owned()));
        }
        page_before = first;
        skip = skip.saturating_add(count);
        if is_last(count, route.page) {
            return Ok(skip);
        }
    }
}

/// The rows of a page: how many there are, and what tells the first one from all others.
fn take<T: DeserializeOwned>(
    answer: &HttpResponse,
    hash: fn(&T) -> u32,
    push: impl FnMut(T),
) -> Result<(usize, Option<u32>), PbxError> {
    let page: Rows<T> = read_answer(answer)?;
    let known = (page.value.len(), page.value.first().map(hash));
    page.value.into_iter().for_each(push);
    Ok(known)
}

/// Whether nothing can follow: fewer rows than asked, and not a number that a cap would give.
fn is_last(count: usize, page: usize) -> bool {
    count == 0 || (count < page && !count.is_multiple_of(MAX_PAGE))
}

fn is_capped(rows: usize) -> bool {
    rows > 0 && rows.is_multiple_of(ROW_LIMIT)
}

/// Both halves, cut at a whole second.
fn halves(window: Window) -> [Window; 2] {
    let half = window.length_ms() / 2;
    let middle = window.from.saturating_add(half.saturating_sub(half % 1000));
    [
        Window {
            to: middle,
            ..window
        },
        Window {
            from: middle,
            ..window
        },
    ]
}
