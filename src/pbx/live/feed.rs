//! From the messages of one socket to a table that is true.
//!
//! Owns the table, which outlives sockets, and everything that one socket at a time needs to keep
//! it: the numbering, the snapshots, the reads.
//!
//! Invariants
//! - A removal holds at once; an upsert holds when its leg has been read.
//! - While a snapshot is owed, upserts are left to it.
//! - Silence is no fault. A snapshot that knows what no event told is, unless one tells it soon.
//!
//! Not here: getting a socket (`link`).

use super::frame::{Event, Frame};
use super::leg::{Change, LegKey};
use super::protocol::{Action, ReadFailed, Ticket};
use super::reads::{Reads, Worth};
use super::sequence::{Place, Sequence};
use super::snapshots::Snapshots;
use super::status::Counters;
use super::table::Table;
use super::view::Freshness;
use crate::pbx::types::{DnInfo, Participant};
use crate::time::Millis;

/// An event may be this much slower than the snapshot that already knows of it.
pub(super) const HEARING_GRACE: Millis = 5_000;

/// The table and what keeps it true.
#[derive(Debug, Default)]
pub(super) struct Feed {
    pub(super) table: Table,
    pub(super) counters: Counters,
    reads: Reads,
    snapshots: Snapshots,
    sequence: Sequence,
    tickets: Ticket,
    /// The socket opened, or something came through it.
    heard_at: Option<Millis>,
    /// When the table was last known to be true.
    proved_at: Option<Millis>,
    /// Then the socket is taken for deaf, unless something is heard.
    deaf_at: Option<Millis>,
    is_too_large: bool,
    /// Not yet told.
    changes: Vec<Change>,
}

/// The socket is open, but says nothing any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Deaf;

/// Inputs.
impl Feed {
    /// A socket opened.
    pub(super) fn open(&mut self, now: Millis) {
        self.close();
        self.sequence = Sequence::default();
        self.heard_at = Some(now);
        self.snapshots.open(now);
    }

    /// The socket is gone; the table stays, so that legs keep their history.
    pub(super) fn close(&mut self) {
        self.reads.supersede();
        self.snapshots.close();
        self.deaf_at = None;
    }

    /// Nobody wants the table any more.
    pub(super) fn clear(&mut self) {
        self.close();
        self.table.clear();
        self.proved_at = None;
        self.is_too_large = false;
    }

    /// A message came.
    pub(super) fn frame(&mut self, bytes: &[u8], now: Millis) {
        count(&mut self.counters.frames);
        self.heard_at = Some(now);
        self.deaf_at = None;
        self.snapshots.heard();
        let Some(frame) = Frame::read(bytes) else {
            count(&mut self.counters.unreadable);
            self.snapshots.need(now);
            return;
        };
        match self.sequence.place(frame.sequence) {
            Place::Next => {}
            Place::AfterGap => {
                count(&mut self.counters.gaps);
                self.snapshots.need(now);
            }
            Place::Repeated => {
                count(&mut self.counters.repeated);
                return;
            }
        }
        if self.snapshots.is_current() {
            self.proved_at = Some(now);
        }
        match frame.event {
            Event::Upsert(leg) => self.upserted(leg, now),
            Event::Remove(leg) => {
                self.reads.forget(&leg);
                self.gone(&leg, now);
            }
            Event::Aside => {}
            Event::Unknown => count(&mut self.counters.ignored),
        }
    }

    /// A snapshot came, or could not be read.
    pub(super) fn snapshot_read(
        &mut self,
        ticket: Ticket,
        outcome: Result<Vec<DnInfo>, ReadFailed>,
        now: Millis,
        random: u32,
    ) {
        let Some(reading) = self.snapshots.end(ticket) else {
            return;
        };
        let Ok(snapshot) = outcome else {
            count(&mut self.counters.failed_reads);
            self.snapshots.failed(now, random);
            return;
        };
        if reading.is_spoiled {
            self.snapshots.spoiled(now);
            return;
        }
        let Ok(changes) = self.table.merge(snapshot, &reading.settled, now) else {
            self.is_too_large = true;
            self.snapshots.too_large(now);
            return;
        };
        self.is_too_large = false;
        self.snapshots.merged(now);
        self.proved_at = Some(now);
        if reading.proves_hearing && changes.iter().any(Change::is_event) {
            self.deaf_at = Some(now.saturating_add(HEARING_GRACE));
        }
        self.changes.extend(changes);
    }

    /// A leg was read, or could not be.
    pub(super) fn entity_read(
        &mut self,
        ticket: Ticket,
        outcome: Result<Option<Participant>, ReadFailed>,
        now: Millis,
    ) {
        match (self.reads.settle(ticket, outcome.is_ok()), outcome) {
            (Worth::Counts(leg), Ok(Some(participant))) => self.put(leg, participant, now),
            (Worth::Counts(leg), _) => self.gone(&leg, now),
            (Worth::Void, _) => {}
            (worth @ (Worth::Repeated | Worth::GivenUp), _) => self.unread(&worth, now),
        }
    }

    /// Does what time asks for; only while a socket is open.
    pub(super) fn tend(
        &mut self,
        now: Millis,
        random: u32,
        actions: &mut Vec<Action>,
    ) -> Result<(), Deaf> {
        if self.deaf_at.is_some_and(|at| at <= now) {
            count(&mut self.counters.deaf);
            return Err(Deaf);
        }
        self.give_up_reads(now);
        if self.snapshots.is_overdue(now) {
            count(&mut self.counters.failed_reads);
            self.snapshots.failed(now, random);
        }
        self.snapshots.compare(now, self.heard_at.unwrap_or(now));
        let is_idle = self.reads.is_idle();
        if let Some(ticket) = self.snapshots.begin(&mut self.tickets, now, is_idle) {
            count(&mut self.counters.snapshots);
            self.reads.supersede();
            actions.push(Action::ReadSnapshot { ticket });
        }
        while let Some((ticket, leg)) = self.reads.start(&mut self.tickets, now) {
            count(&mut self.counters.entity_reads);
            actions.push(Action::ReadEntity { ticket, leg });
        }
        Ok(())
    }

    /// Forgets reads whose answer will not come.
    pub(super) fn give_up_reads(&mut self, now: Millis) {
        for ticket in self.reads.overdue(now) {
            self.entity_read(ticket, Err(ReadFailed), now);
        }
    }

    /// What changed since this was asked last.
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }
}

/// Questions.
impl Feed {
    pub(super) fn freshness(&self) -> Freshness {
        Freshness {
            live: self.snapshots.is_current() && self.deaf_at.is_none(),
            as_of: self.proved_at,
            generation: self.table.generation(),
        }
    }

    pub(super) fn is_failing(&self) -> bool {
        self.snapshots.is_failing()
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.is_too_large
    }

    /// When [`tend`](Self::tend) has something to do, apart from the heartbeat.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        [self.snapshots.wake_at(), self.deaf_at]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Feed {
    fn upserted(&mut self, leg: LegKey, now: Millis) {
        if self.snapshots.is_owed() {
            return;
        }
        self.snapshots.settle(&leg, now);
        if self.reads.want(leg).is_err() {
            count(&mut self.counters.overflows);
            self.snapshots.need(now);
        }
    }

    fn put(&mut self, leg: LegKey, participant: Participant, now: Millis) {
        let saw_start = self.snapshots.is_current();
        let Ok(change) = self.table.put(leg, participant, now, saw_start) else {
            count(&mut self.counters.overflows);
            self.is_too_large = true;
            self.snapshots.too_large(now);
            return;
        };
        self.changes.extend(change);
    }

    fn gone(&mut self, leg: &LegKey, now: Millis) {
        self.snapshots.settle(leg, now);
        let change = self.table.remove(leg, now);
        self.changes.extend(change);
    }

    fn unread(&mut self, worth: &Worth, now: Millis) {
        count(&mut self.counters.failed_reads);
        if *worth == Worth::GivenUp {
            self.snapshots.need(now);
        }
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
