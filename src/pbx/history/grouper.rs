//! Rows into calls, one by one, and calls over midnight from the parts in two days.
//!
//! Memory: one [`CallRecord`] a call (some 400 bytes in wasm32), whatever the number of rows; no
//! row is kept. Rows come newest first, but nothing here depends on it.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::BuildHasherDefault;
use std::mem;

use super::call::CallRecord;
use super::row::LogRow;
use super::view_row::ViewRow;

/// No random keys: the core reads no randomness, and ids are the PBX's own.
type Calls = HashMap<Box<str>, Box<CallRecord>, BuildHasherDefault<DefaultHasher>>;

/// Takes rows of one day, in any order and any number of times.
#[derive(Debug, Default)]
pub struct Grouper {
    calls: Calls,
    unreadable: usize,
}

impl Grouper {
    /// Takes a row of `GetCallLogData`.
    pub fn push_log(&mut self, row: LogRow) {
        self.push(row.into_part());
    }

    /// Takes a row of `CallHistoryView`.
    pub fn push_view(&mut self, row: ViewRow) {
        self.push(row.into_part());
    }

    /// Rows without an id or a readable time, which belong to no call.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// The calls, newest first.
    pub fn finish(self) -> Vec<CallRecord> {
        let mut calls: Vec<_> = self
            .calls
            .into_iter()
            .map(|(id, call)| CallRecord { id, ..*call })
            .collect();
        sort_newest_first(&mut calls);
        calls
    }

    fn push(&mut self, part: Option<CallRecord>) {
        let Some(mut part) = part else {
            self.unreadable = self.unreadable.saturating_add(1);
            return;
        };
        // The id is kept once, as the key.
        let id = mem::take(&mut part.id);
        match self.calls.entry(id) {
            Entry::Occupied(mut known) => known.get_mut().absorb(part),
            Entry::Vacant(place) => {
                place.insert(Box::new(part));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn calls(&self) -> impl Iterator<Item = (&str, &CallRecord)> {
        self.calls.iter().map(|(id, call)| (&**id, &**call))
    }
}

/// Newest first; of equal times always the same order.
pub(super) fn sort_newest_first(calls: &mut [CallRecord]) {
    calls
        .sort_unstable_by(|one, other| (other.started(), &other.id).cmp(&(one.started(), &one.id)));
}

/// Puts calls over midnight together. Takes days newest first and gives each out when the day
/// before it has come, so it holds one day.
#[derive(Debug, Default)]
pub struct DayJoin {
    held: Vec<CallRecord>,
}

impl DayJoin {
    /// Takes an older day; gives out the one before, without what belongs to the older day.
    pub fn older(&mut self, mut calls: Vec<CallRecord>) -> Vec<CallRecord> {
        let mut later: Calls = mem::take(&mut self.held)
            .into_iter()
            .map(|call| (call.id.clone(), Box::new(call)))
            .collect();
        if !later.is_empty() {
            for call in &mut calls {
                if let Some(rest) = later.remove(&call.id) {
                    call.absorb(*rest);
                }
            }
        }
        let mut done: Vec<_> = later.into_values().map(|call| *call).collect();
        sort_newest_first(&mut done);
        self.held = calls;
        done
    }

    /// The last day.
    pub fn finish(self) -> Vec<CallRecord> {
        let mut calls = self.held;
        sort_newest_first(&mut calls);
        calls
    }
}
