//! When the whole state is read, and what has been said about it meanwhile.
//!
//! Invariants
//! - One snapshot at a time, at least [`PAUSE`] after the last one was asked for.
//! - A snapshot that was asked for before something was missed cannot mend it: it is spoiled, and
//!   another one follows.
//! - What is `current` has been proved by a snapshot, and nothing has been missed since.
//!
//! Not here: merging a snapshot (`table`); what events say (`feed`).

use super::backoff;
use super::leg::LegKey;
use super::protocol::Ticket;
use crate::sorted;
use crate::time::Millis;

/// Between two snapshots that somebody waits for.
const PAUSE: Millis = 1_000;
/// A snapshot that takes longer will not come.
const PATIENCE: Millis = 30_000;
/// The PBX sends nothing while nothing happens: after so long it is asked whether that is so.
pub(super) const SILENCE: Millis = 90_000;
/// The table is compared this often in any case.
pub(super) const COMPARISON: Millis = 300_000;
/// The longest pause after snapshots that failed.
const LONGEST: Millis = 30_000;
/// Legs that events may settle while a snapshot is read.
pub(super) const SETTLED: usize = 1_000;

/// All snapshots of one socket after another.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    /// Nothing is known to be missing.
    is_current: bool,
    /// When to ask for the next one, if one is owed.
    due: Option<Millis>,
    reading: Option<Reading>,
    asked_at: Millis,
    merged_at: Option<Millis>,
    /// One after another.
    failures: u32,
}

/// A snapshot being read.
#[derive(Debug)]
pub(super) struct Reading {
    ticket: Ticket,
    /// Legs of which events or reads have told since it was asked for, in order.
    pub(super) settled: Vec<LegKey>,
    /// Something was missed since it was asked for.
    pub(super) is_spoiled: bool,
    /// The table was complete and nothing was heard since: a difference means a deaf socket.
    pub(super) proves_hearing: bool,
}

impl Snapshots {
    /// A socket opened: everything before is unknown.
    pub(super) fn open(&mut self, now: Millis) {
        self.close();
        self.failures = 0;
        self.due = Some(now);
    }

    /// The socket is gone.
    pub(super) fn close(&mut self) {
        self.is_current = false;
        self.reading = None;
        self.due = None;
    }

    /// Something was missed.
    pub(super) fn need(&mut self, now: Millis) {
        self.is_current = false;
        match &mut self.reading {
            Some(reading) => reading.is_spoiled = true,
            None if self.due.is_none() => self.due = Some(self.soonest(now)),
            None => {}
        }
    }

    /// A snapshot will be asked for that tells all events so far.
    pub(super) fn is_owed(&self) -> bool {
        let is_spoiled = self
            .reading
            .as_ref()
            .is_some_and(|reading| reading.is_spoiled);
        is_spoiled || self.due.is_some()
    }

    /// More is known of this leg than the snapshot under way may tell.
    pub(super) fn settle(&mut self, leg: &LegKey, now: Millis) {
        let Some(reading) = &mut self.reading else {
            return;
        };
        if reading.settled.len() < SETTLED {
            sorted::insert(&mut reading.settled, leg.clone());
        } else if reading.settled.binary_search(leg).is_err() {
            self.need(now);
        }
    }

    /// The socket was heard.
    pub(super) fn heard(&mut self) {
        if let Some(reading) = &mut self.reading {
            reading.proves_hearing = false;
        }
    }

    /// Whether the table should be compared although nothing is known to be missing.
    pub(super) fn compare(&mut self, now: Millis, heard_at: Millis) {
        let merged_at = self.merged_at.unwrap_or(now);
        let is_silent = now.saturating_sub(heard_at.max(merged_at)) >= SILENCE;
        let is_old = now.saturating_sub(merged_at) >= COMPARISON;
        let is_free = self.is_current && self.reading.is_none() && self.due.is_none();
        if is_free && (is_silent || is_old) {
            self.due = Some(now);
        }
    }

    /// Begins the one that is due.
    pub(super) fn begin(
        &mut self,
        tickets: &mut Ticket,
        now: Millis,
        idle: bool,
    ) -> Option<Ticket> {
        if self.reading.is_some() || self.due.is_none_or(|due| now < due) {
            return None;
        }
        let ticket = Ticket::draw(tickets);
        self.due = None;
        self.asked_at = now;
        self.reading = Some(Reading {
            ticket,
            settled: Vec::new(),
            is_spoiled: false,
            proves_hearing: self.is_current && idle,
        });
        Some(ticket)
    }

    /// The answer came: what is known about it, unless nobody waits for it any more.
    pub(super) fn end(&mut self, ticket: Ticket) -> Option<Reading> {
        self.reading.take_if(|reading| reading.ticket == ticket)
    }

    /// Whether the answer will not come.
    pub(super) fn is_overdue(&self, now: Millis) -> bool {
        self.reading.is_some() && now.saturating_sub(self.asked_at) >= PATIENCE
    }

    /// The answer was used.
    pub(super) fn merged(&mut self, now: Millis) {
        self.is_current = true;
        self.failures = 0;
        self.merged_at = Some(now);
    }

    /// The answer came too early to be of use.
    pub(super) fn spoiled(&mut self, now: Millis) {
        self.is_current = false;
        self.due = Some(self.soonest(now));
    }

    /// There was no answer.
    pub(super) fn failed(&mut self, now: Millis, random: u32) {
        self.reading = None;
        self.is_current = false;
        let pause = backoff::pause(self.failures, LONGEST, random);
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now.saturating_add(pause));
    }

    /// There is more than fits: asking soon again will not help.
    pub(super) fn too_large(&mut self, now: Millis) {
        self.reading = None;
        self.is_current = false;
        self.due = Some(now.saturating_add(COMPARISON));
    }

    pub(super) fn is_current(&self) -> bool {
        self.is_current
    }

    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// When [`begin`](Self::begin) will have something to do.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.due.filter(|_| self.reading.is_none())
    }

    fn soonest(&self, now: Millis) -> Millis {
        // A clock that was set back must not hold it up.
        self.asked_at
            .saturating_add(PAUSE)
            .clamp(now, now.saturating_add(PAUSE))
    }
}
