//! Which calls of those that pass are shown: filter, newest first, page by page.
//!
//! A [`Selection`] keeps one page and one call more, however many pass. A cursor names the last
//! call that was shown, so a page stays the same while new calls come in above it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::call::{CallRecord, Direction};
use super::day::Window;
use super::grouper::sort_newest_first;
use crate::time::Millis;

/// The largest page.
const MAX_LIMIT: usize = 100;

/// Which calls are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFilter {
    /// Calls that began in this window.
    pub window: Window,
    /// Only calls in which this extension took part or rang.
    pub extension: Option<String>,
    /// Only calls of this direction.
    pub direction: Option<Direction>,
}

impl CallFilter {
    /// Whether a call is wanted.
    pub fn accepts(&self, call: &CallRecord) -> bool {
        self.window.contains(call.started())
            && self
                .direction
                .is_none_or(|wanted| wanted == call.direction())
            && self
                .extension
                .as_deref()
                .is_none_or(|wanted| call.involves(wanted))
    }
}

/// After which call to go on. Opaque to whoever carries it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    started: Millis,
    id: String,
}

/// Not a cursor that was given out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cursor is not one that was given out here; pass nextCursor of the page before unchanged")]
pub struct CursorError;

impl Cursor {
    /// Reads what [`Cursor::write`] wrote.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (started, id) = text.split_once(' ')?;
            Some(Self {
                started: started.parse().ok()?,
                id: id.to_owned(),
            })
        };
        read().ok_or(CursorError)
    }

    /// As text.
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.started, self.id))
    }

    /// When the last shown call began: nothing newer is needed.
    pub fn started(&self) -> Millis {
        self.started
    }

    fn of(call: &CallRecord) -> Self {
        Self {
            started: call.started(),
            id: call.id.to_string(),
        }
    }

    fn comes_before(&self, call: &CallRecord) -> bool {
        (call.started(), &*call.id) < (self.started, self.id.as_str())
    }
}

/// Takes calls in any order and keeps the newest that are wanted.
#[derive(Debug)]
pub struct Selection {
    filter: CallFilter,
    limit: usize,
    after: Option<Cursor>,
    kept: Vec<CallRecord>,
    matched: usize,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The calls, newest first.
    pub calls: Vec<CallRecord>,
    /// Where to go on; `None` if nothing was left out.
    pub next: Option<Cursor>,
    /// How many more were seen to match, at least: reading ends when the page is full.
    pub left_out_at_least: usize,
}

impl Selection {
    /// The page of `limit` (1–100) calls after `after`, or the first one.
    pub fn new(filter: CallFilter, limit: usize, after: Option<Cursor>) -> Self {
        Self {
            filter,
            limit: limit.clamp(1, MAX_LIMIT),
            after,
            kept: Vec::new(),
            matched: 0,
        }
    }

    /// The window that still has to be read: nothing newer than the cursor's call.
    pub fn window(&self) -> Window {
        let window = self.filter.window;
        match &self.after {
            Some(cursor) => Window {
                from: window.from,
                to: window.to.min(cursor.started().saturating_add(1)),
            },
            None => window,
        }
    }

    /// Looks at some calls.
    pub fn offer(&mut self, calls: Vec<CallRecord>) {
        for call in calls {
            let is_on = self
                .after
                .as_ref()
                .is_none_or(|cursor| cursor.comes_before(&call));
            if is_on && self.filter.accepts(&call) {
                self.matched = self.matched.saturating_add(1);
                self.kept.push(call);
                // Now and then, so that it neither grows nor sorts for each call.
                if self.kept.len() >= MAX_LIMIT.saturating_mul(4) {
                    self.trim();
                }
            }
        }
        self.trim();
    }

    /// The page is full and known to have a next one: whoever gives calls newest first may stop.
    pub fn is_full(&self) -> bool {
        self.kept.len() > self.limit
    }

    /// The page.
    pub fn finish(mut self) -> Page {
        let has_more = self.is_full();
        self.kept.truncate(self.limit);
        Page {
            next: self.kept.last().filter(|_| has_more).map(Cursor::of),
            left_out_at_least: self.matched.saturating_sub(self.kept.len()),
            calls: self.kept,
        }
    }

    fn trim(&mut self) {
        sort_newest_first(&mut self.kept);
        self.kept.truncate(self.limit.saturating_add(1));
    }
}
