//! Several days of history: from what was kept where possible, else from the PBX.
//!
//! Days pass newest first, at most six on their way, and whoever has enough says so: then
//! nothing older is read. Settled days go to the [`DayCache`] and are never asked for again; a day
//! that may still change comes back as an [`OpenDay`], for the caller to hold in memory.
//!
//! A day that cannot be had is named, and the others are given: 504s are normal for reports. What
//! would fail for every day (no permission, no sign-in) ends the reading.
//!
//! Not here: the clock and the store (ports), where [`Route`] and open days are remembered.

use std::cell::Cell;
use std::iter;
use std::ops::ControlFlow;
use std::time::Duration;

use futures::lock::Mutex;
use futures::stream::{self, StreamExt};

use super::super::client::Pbx;
use super::super::error::PbxError;
use super::super::transport::TransportError;
use super::call::CallRecord;
use super::day::UtcDay;
use super::fetch::{Fetched, fetch};
use super::grouper::DayJoin;
use super::request::{Route, Source};
use super::store::{DayCache, day_key, decode_day, encode_day};
use crate::sorted;
use crate::time::Millis;

/// Reports are heavy: more at once make each of them late.
const AT_ONCE: usize = 6;

/// Tries of a day that was answered late or not at all.
const TRIES: usize = 3;

/// For everything that is asked of the PBX in one reading.
const BUDGET_MS: Millis = 45_000;

/// An open day is read again after this time even if the PBX names no newer call: it names the
/// start of the newest one, and a long call that began earlier is written later.
const OPEN_DAY_LIVES_MS: Millis = 5 * 60_000;

/// Reads history through the ports.
#[derive(Clone, Copy)]
pub struct HistoryReader<'a> {
    /// The PBX.
    pub pbx: Pbx<'a>,
    /// Where settled days lie.
    pub cache: &'a dyn DayCache,
    /// Tells PBXs and API clients apart in the cache.
    pub account: &'a str,
    /// The time, for the budget and for what is settled.
    pub clock: &'a dyn Fn() -> Millis,
}

/// A day that may still change, as it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDay {
    /// The day.
    pub day: UtcDay,
    /// Its calls, newest first.
    pub calls: Vec<CallRecord>,
    /// When its reading began.
    pub read_at: Millis,
    /// What [`Pbx::newest`] said before it was read.
    pub newest_call: Option<Millis>,
}

impl OpenDay {
    /// Whether it has to be read again, given what the PBX says now of its newest call.
    pub fn is_stale(&self, newest_call: Option<Millis>, now: Millis) -> bool {
        let age = now.saturating_sub(self.read_at);
        newest_call != self.newest_call || !(0..OPEN_DAY_LIVES_MS).contains(&age)
    }
}

/// A day that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDay {
    /// The day.
    pub day: UtcDay,
    /// Why.
    pub error: PbxError,
}

/// What there is to know about a reading, beside the calls.
#[derive(Debug, Default)]
pub struct ReadOutcome {
    /// Days that are not in the answer: it is partial if there are any.
    pub missing: Vec<MissingDay>,
    /// Days read now that may still change: worth keeping while [`OpenDay::is_stale`] says no.
    pub open: Vec<OpenDay>,
    /// What answers on this PBX, to be remembered; `None` if nobody was asked or nobody answered.
    pub route: Option<Route>,
    /// The reader had enough before the oldest day.
    pub ended_early: bool,
    /// Rows of the PBX without an id or a readable time.
    pub unreadable_rows: usize,
}

/// What one reading has learned so far.
struct Run {
    started: Millis,
    newest_call: Option<Millis>,
    route: Cell<Option<Route>>,
    /// Held by whoever finds out what answers, so that six days do not all try.
    probing: Mutex<()>,
}

enum Loaded {
    Kept(Vec<CallRecord>),
    Fresh { fetched: Fetched, began: Millis },
    Missing(PbxError),
}

impl HistoryReader<'_> {
    /// Gives the calls of `days` to `visit`, a day at a time, newest first, until it breaks.
    ///
    /// `route` is what was learned before; `open` are open days that are not stale; `newest_call`
    /// is what the PBX said before this reading.
    pub async fn read(
        &self,
        days: Vec<UtcDay>,
        route: Option<Route>,
        open: &[OpenDay],
        newest_call: Option<Millis>,
        visit: &mut dyn FnMut(Vec<CallRecord>) -> ControlFlow<()>,
    ) -> Result<ReadOutcome, PbxError> {
        let mut in_order = Vec::new();
        for day in days {
            sorted::insert(&mut in_order, day);
        }
        let run = Run {
            started: (self.clock)(),
            newest_call,
            route: Cell::new(route),
            probing: Mutex::new(()),
        };
        let run = &run;
        let mut outcome = ReadOutcome::default();
        let mut join = DayJoin::default();
        // Few at first: mostly the newest day is enough (with the one before, for calls over midnight), and
        // what is read ahead in vain is lost.
        let mut ahead = [1, 1, 2, 4].into_iter().chain(iter::repeat(AT_ONCE));
        let mut days = in_order.into_iter().rev().peekable();
        while days.peek().is_some() && !outcome.ended_early {
            let count = ahead.next().unwrap_or(AT_ONCE);
            let next: Vec<UtcDay> = days.by_ref().take(count).collect();
            let mut loads = stream::iter(next)
                .map(|day| async move { (day, self.load(day, open, run).await) })
                .buffered(AT_ONCE);
            while let Some((day, loaded)) = loads.next().await {
                let calls = match loaded? {
                    Loaded::Kept(calls) => calls,
                    Loaded::Fresh { fetched, began } => {
                        outcome.note(day, &fetched, began, run);
                        fetched.calls
                    }
                    Loaded::Missing(error) => {
                        outcome.missing.push(MissingDay { day, error });
                        continue;
                    }
                };
                if visit(join.older(calls)).is_break() {
                    outcome.ended_early = true;
                    break;
                }
            }
        }
        if !outcome.ended_early {
            let _ = visit(join.finish());
        }
        outcome.route = run.route.get();
        Ok(outcome)
    }

    /// A day, from wherever it can be had.
    async fn load(&self, day: UtcDay, open: &[OpenDay], run: &Run) -> Result<Loaded, PbxError> {
        if let Some(known) = open.iter().find(|known| known.day == day) {
            return Ok(Loaded::Kept(known.calls.clone()));
        }
        let began = (self.clock)();
        let is_settled = day.is_settled(began);
        if is_settled && let Some(calls) = self.kept(day, run.route.get()).await {
            return Ok(Loaded::Kept(calls));
        }
        let (route, fetched) = match self.fetch_by_any_route(day, run).await {
            Ok(fetched) => fetched,
            // Nothing answers on this PBX: no other day will be different.
            Err(error) if run.route.get().is_none() && points_elsewhere(&error) => {
                return Err(error);
            }
            Err(error) if spares_other_days(&error) => return Ok(Loaded::Missing(error)),
            Err(error) => return Err(error),
        };
        if is_settled && let Some(entry) = encode_day(day, &fetched.calls) {
            let key = day_key(self.account, route.source, day);
            self.cache.put(&key, entry).await;
        }
        Ok(Loaded::Fresh { fetched, began })
    }

    /// A settled day from the cache; of either source while nobody knows which one answers.
    async fn kept(&self, day: UtcDay, route: Option<Route>) -> Option<Vec<CallRecord>> {
        let sources = match route {
            Some(route) => vec![route.source],
            None => vec![Source::CallLog, Source::CallHistoryView],
        };
        for source in sources {
            let key = day_key(self.account, source, day);
            let entry = self.cache.get(&key).await;
            if let Some(calls) = entry.and_then(|entry| decode_day(day, &entry)) {
                return Some(calls);
            }
        }
        None
    }

    /// By the known route; where none is known, or the PBX knows this one no more, by each.
    async fn fetch_by_any_route(
        &self,
        day: UtcDay,
        run: &Run,
    ) -> Result<(Route, Fetched), PbxError> {
        if let Some(route) = run.route.get() {
            let fetched = self.fetch(day, route, run).await;
            if !matches!(fetched, Err(PbxError::NotFound { .. })) {
                return fetched;
            }
        }
        let stale = run.route.get();
        let _only_one = run.probing.lock().await;
        // Somebody else found out meanwhile.
        if let Some(route) = run.route.get().filter(|route| Some(*route) != stale) {
            return self.fetch(day, route, run).await;
        }
        run.route.set(None);
        let mut refusal = None;
        for source in Source::ALL {
            match self.fetch(day, Route::new(source), run).await {
                Ok((route, fetched)) => {
                    run.route.set(Some(route));
                    return Ok((route, fetched));
                }
                Err(error) if points_elsewhere(&error) => {
                    refusal.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(|| PbxError::Garbled("no report at all".to_owned())))
    }

    /// By one route: again when it was late, and with a smaller page when it is asked to.
    async fn fetch(
        &self,
        day: UtcDay,
        mut route: Route,
        run: &Run,
    ) -> Result<(Route, Fetched), PbxError> {
        let patience = || self.patience(run);
        let mut tries: usize = 1;
        loop {
            let error = match fetch(self.pbx, route, day.window(), &patience).await {
                Ok(fetched) => return Ok((route, fetched)),
                Err(error) => error,
            };
            let is_bad_request = matches!(error, PbxError::Rejected { status: 400, .. });
            if is_bad_request && let Some(smaller) = route.with_small_page() {
                let known = run.route.get();
                if known.is_some_and(|known| known.source == route.source) {
                    run.route.set(Some(smaller));
                }
                route = smaller;
                continue;
            }
            if !is_late(&error) || tries >= TRIES || patience().is_err() {
                return Err(error);
            }
            tries = tries.saturating_add(1);
        }
    }

    /// What is left of the budget.
    fn patience(&self, run: &Run) -> Result<Duration, PbxError> {
        let spent = (self.clock)().saturating_sub(run.started).max(0);
        let left = u64::try_from(BUDGET_MS.saturating_sub(spent)).unwrap_or(0);
        if left < 1000 {
            let whole = Duration::from_millis(BUDGET_MS.unsigned_abs());
            return Err(PbxError::Unreachable(TransportError::Timeout(whole)));
        }
        Ok(Duration::from_millis(left))
    }
}

impl ReadOutcome {
    fn note(&mut self, day: UtcDay, fetched: &Fetched, began: Millis, run: &Run) {
        self.unreadable_rows = self.unreadable_rows.saturating_add(fetched.unreadable);
        if !day.is_settled(began) {
            self.open.push(OpenDay {
                day,
                calls: fetched.calls.clone(),
                read_at: began,
                newest_call: run.newest_call,
            });
        }
    }
}

/// Late or lost: the same request may well be answered the next time.
fn is_late(error: &PbxError) -> bool {
    matches!(
        error,
        PbxError::Failed {
            status: 502..=504,
            ..
        } | PbxError::Unreachable(_)
    )
}

/// This source is not to be had here: 404, or what the report answers to parameters that it does
/// not know (500, perhaps 400).
fn points_elsewhere(error: &PbxError) -> bool {
    matches!(
        error,
        PbxError::NotFound { .. }
            | PbxError::Failed { status: 500, .. }
            | PbxError::Rejected { status: 400, .. }
    )
}

/// Other days may be had although this one was not.
fn spares_other_days(error: &PbxError) -> bool {
    matches!(
        error,
        PbxError::Failed { .. }
            | PbxError::Unreachable(_)
            | PbxError::Garbled(_)
            | PbxError::Rejected { .. }
            | PbxError::NotFound { .. }
    )
}
