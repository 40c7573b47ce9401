//! The newest events, numbered.
//!
//! Invariants
//! - Numbers rise by one and begin anew with each life.
//! - The oldest events go when there is no room, by number or by size. The newest is always kept.
//! - An id is `{life}-{number}`, where the life is the moment at which it began.
//!
//! Not here: who reads.

use std::collections::VecDeque;

use super::frame;
use crate::time::Millis;

/// Events that are kept for whoever comes back.
pub(super) const KEPT: usize = 1_000;
/// Bytes that they take: about three times what a thousand usual ones do.
const SPACE: usize = 1024 * 1024;

/// One event, ready to be sent.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    /// The extension that it is about; empty where it concerns everybody.
    pub(super) dn: String,
    pub(super) frame: String,
}

/// Why reading cannot go on where it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The id is of another life.
    Restarted,
    /// What came after it is not kept any more.
    TooOld,
    /// It is no id of ours.
    Unknown,
}

impl Lost {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Restarted => "restarted",
            Self::TooOld => "too old",
            Self::Unknown => "unknown id",
        }
    }
}

#[derive(Debug)]
pub(super) struct Log {
    life: Millis,
    /// The number of the next event.
    next: u64,
    entries: VecDeque<Entry>,
    /// Bytes of all of them.
    size: usize,
}

impl Log {
    pub(super) fn new(life: Millis) -> Self {
        Self {
            life,
            next: 1,
            entries: VecDeque::new(),
            size: 0,
        }
    }

    /// Begins another life; nothing where nothing has happened in this one.
    pub(super) fn begin_anew(&mut self, now: Millis) {
        if self.next > 1 {
            *self = Self::new(now.max(self.life.saturating_add(1)));
        }
    }

    /// Takes an event in.
    pub(super) fn push(&mut self, kind: &str, dn: &str, data: &str) {
        let number = self.next;
        self.next = number.saturating_add(1);
        let frame = frame::event(Some(&self.id_before(self.next)), kind, data);
        self.size = self.size.saturating_add(frame.len());
        self.entries.push_back(Entry {
            number,
            dn: dn.to_owned(),
            frame,
        });
    }

    /// Lets go of the oldest event while there is too much.
    pub(super) fn make_room(&mut self) -> Option<Entry> {
        let is_full = self.entries.len() > KEPT || self.size > SPACE;
        if !is_full || self.entries.len() == 1 {
            return None;
        }
        let gone = self.entries.pop_front()?;
        self.size = self.size.saturating_sub(gone.frame.len());
        Some(gone)
    }

    /// The number of the event that comes next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The number of the oldest event that is kept, or of the next one.
    pub(super) fn oldest(&self) -> u64 {
        self.entries.front().map_or(self.next, |entry| entry.number)
    }

    /// The event with this number, while it is kept.
    pub(super) fn at(&self, number: u64) -> Option<&Entry> {
        let at = number.checked_sub(self.oldest())?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    /// The newest event.
    pub(super) fn newest(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// The id of whoever has read everything before `number`.
    pub(super) fn id_before(&self, number: u64) -> String {
        format!("{}-{}", self.life, number.saturating_sub(1))
    }

    /// The number to go on with after `id`.
    pub(super) fn after(&self, id: &str) -> Result<u64, Lost> {
        let (life, number) = id.trim().split_once('-').ok_or(Lost::Unknown)?;
        let life: Millis = life.parse().map_err(|_| Lost::Unknown)?;
        let number: u64 = number.parse().map_err(|_| Lost::Unknown)?;
        if life != self.life {
            return Err(Lost::Restarted);
        }
        if number >= self.next {
            return Err(Lost::Unknown);
        }
        let wanted = number.saturating_add(1);
        if wanted < self.oldest() {
            return Err(Lost::TooOld);
        }
        Ok(wanted)
    }
}
