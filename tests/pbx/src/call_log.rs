//! Calls that are over: what the PBX writes down when a call ends.
//!
//! One call is several rows: one for every place that rang or talked. Three sources fill it:
//! calls the simulator carried out, invented ones ([`seed`]), and single ones from tests.
//! Invariant: ids are never used twice, so rows of one call are told apart for ever.

mod record;
mod scenario;
mod seed;
mod truth;

use std::collections::BTreeMap;

use crate::clock;

pub use record::{CallRecord, CallRow, LogParty};
pub(crate) use truth::judge;
pub use truth::{CallTruth, TruthParty};

/// Microseconds from 1601, where the ids begin to count, to 1970.
const FILETIME_EPOCH_US: u64 = 11_644_473_600 * clock::SECOND_US;

/// A row with the ids the log gave it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) content: CallRow,
    /// Equal for all rows of one call; `SrcParticipantId` in the older view.
    pub(crate) call: u32,
    pub(crate) main_id: String,
    pub(crate) cdr_id: String,
    /// Unique in the older view; also the id of a recording.
    pub(crate) segment: u32,
}

/// Everything written down.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    /// By start and segment, so that a period is a range.
    rows: BTreeMap<(u64, u32), Row>,
    pub(crate) truths: Vec<CallTruth>,
    last_call: u32,
    last_segment: u32,
}

impl CallLog {
    /// Writes a call down and says which ids its rows got.
    pub(crate) fn add(&mut self, record: CallRecord) -> CallTruth {
        let mut truth = CallTruth::default();
        let Some(first) = record.rows.iter().map(|row| row.start_us).min() else {
            return truth;
        };
        self.last_call += 1;
        truth.id = id(first, &base36(self.last_call));
        truth.participant = self.last_call;
        truth.start_us = first;
        for content in record.rows {
            self.last_segment += 1;
            let segment = self.last_segment;
            let start_us = content.start_us;
            let row = Row {
                cdr_id: id(start_us, &format!("{segment:x}")),
                main_id: truth.id.clone(),
                call: self.last_call,
                segment,
                content,
            };
            truth.cdr_ids.push(row.cdr_id.clone());
            truth.segment_ids.push(segment);
            self.rows.insert((start_us, segment), row);
        }
        truth
    }

    /// Writes a call down together with what a correct client must say about it.
    pub(crate) fn add_known(&mut self, record: CallRecord, known: CallTruth) {
        let ids = self.add(record);
        self.truths.push(CallTruth {
            id: ids.id,
            participant: ids.participant,
            start_us: ids.start_us,
            cdr_ids: ids.cdr_ids,
            segment_ids: ids.segment_ids,
            ..known
        });
    }

    /// Rows that begin between two moments, both included, oldest first.
    pub(crate) fn between(
        &self,
        from_us: u64,
        to_us: u64,
    ) -> impl DoubleEndedIterator<Item = &Row> {
        let range = (from_us <= to_us).then_some((from_us, 0)..=(to_us, u32::MAX));
        range
            .into_iter()
            .flat_map(|range| self.rows.range(range))
            .map(|(_, row)| row)
    }

    /// Every row, oldest first.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    /// Forgets everything but the counters.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.truths.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// `00000000-01dd-43ab-25e4-c24300000ic5`: a Windows file time and a counter, as in captures.
fn id(us: u64, suffix: &str) -> String {
    let ticks = (us + FILETIME_EPOCH_US) * 10;
    let word = |shift: u32| (ticks >> shift) & 0xffff;
    let (one, two, three, four) = (word(48), word(32), word(16), word(0));
    format!("00000000-{one:04x}-{two:04x}-{three:04x}-{four:04x}{suffix:0>8}")
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.extend(char::from_digit(number % 36, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_those_of_captures() {
        let start = clock::parse_iso("2026-09-13T18:10:36.10441Z").unwrap();
        let id = id(start, &base36(23_837));
        assert_eq!(id.len(), 36, "{id}");
        assert!(id.starts_with("00000000-01dd-43ab-"), "{id}");
        assert!(id.ends_with("00000ie5"), "{id}");
    }
}
