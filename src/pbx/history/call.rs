//! One call, put together from the rows that the PBX wrote about it.
//!
//! Each row becomes a record of its own; records of one call are joined by
//! [`CallRecord::absorb`], which is commutative, associative and idempotent. So it does not matter
//! in which order rows come, on which page, in which day's window, or how often (C5, C6, C12).
//!
//! Rules: the earliest row says who called and in which direction. The earliest row that a person
//! answered says who was reached; without one the first phone that rang, else the first machine
//! (queue, receptionist). Times stay in milliseconds and are rounded once, when they are shown.
//!
//! Not here: what rows look like (`row`, `view_row`), finding rows of one call (`grouper`).

use std::mem;

use serde::{Deserialize, Serialize};

use crate::sorted;
use crate::time::Millis;

/// From where to where a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From outside ("Inbound Queue" too).
    Inbound,
    /// To outside.
    Outbound,
    /// Between extensions.
    Internal,
}

impl Direction {
    /// As LINC's tools and 3CX write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "Inbound",
            Self::Outbound => "Outbound",
            Self::Internal => "Internal",
        }
    }
}

/// How a call ended for the one who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// A person answered: an extension or somebody outside.
    Answered,
    /// Nobody here answered: no row of the call was answered by a person.
    Missed,
    /// A call to outside that was not answered.
    Unanswered,
}

impl CallStatus {
    /// `Answered`, `Missed` or `Unanswered`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "Answered",
            Self::Missed => "Missed",
            Self::Unanswered => "Unanswered",
        }
    }
}

/// One end of a call. Both parts may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Extension number, or the number outside.
    #[serde(rename = "n", default, skip_serializing_if = "str::is_empty")]
    pub number: Box<str>,
    /// The name as the PBX shows it, without the number; empty where there is none.
    #[serde(rename = "m", default, skip_serializing_if = "str::is_empty")]
    pub name: Box<str>,
}

/// A call. Field names are short because thousands lie in one entry of the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// `MainCallHistoryId`, or what stands for it in the other source.
    #[serde(rename = "i")]
    pub id: Box<str>,
    /// What the earliest row says.
    #[serde(rename = "h")]
    pub(super) head: Head,
    /// What the row says that got furthest.
    #[serde(rename = "g")]
    pub(super) goal: Goal,
    /// The end of the last row.
    #[serde(rename = "e")]
    pub ended: Millis,
    /// Talk of each row that reached a person, by a hash of the row: a row that comes twice is seen.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) talks: Vec<(u32, u32)>,
    /// Extensions that took part or rang, sorted.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Box<str>>,
    /// Queues it went through, sorted by number.
    #[serde(rename = "q", default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Party>,
    /// Path of a recording, as the PBX writes it; not a URL one could open.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<Box<str>>,
    /// Ids for `/Recordings`, sorted.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub recording_ids: Vec<i64>,
    /// The PBX has a transcription.
    #[serde(rename = "s", default, skip_serializing_if = "is_false")]
    pub has_transcription: bool,
    /// The PBX has a summary.
    #[serde(rename = "y", default, skip_serializing_if = "is_false")]
    pub has_summary: bool,
}

/// Order of rows within a call: StartTime, then Indent and SegmentId.
pub(super) type RowOrder = (Millis, i32, i32);

/// The smallest wins: the earliest row, and for equal ones always the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "o")]
    pub(super) order: RowOrder,
    #[serde(rename = "d")]
    pub(super) direction: Direction,
    #[serde(rename = "f")]
    pub(super) caller: Party,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(super) call_id: Option<i32>,
}

/// How far a row got. The order counts: the furthest is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Reach {
    /// A person answered.
    #[serde(rename = "a")]
    Answered,
    /// A phone rang, or a number outside.
    #[serde(rename = "p")]
    Rang,
    /// A queue, a receptionist, the system.
    #[serde(rename = "m")]
    Machine,
}

/// The smallest wins: the furthest row, of these the earliest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Goal {
    #[serde(rename = "w")]
    pub(super) reach: Reach,
    #[serde(rename = "o")]
    pub(super) order: RowOrder,
    #[serde(rename = "t")]
    pub(super) callee: Party,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub(super) ring_ms: u64,
}

impl CallRecord {
    /// Joins what `other` knows about the same call.
    pub fn absorb(&mut self, other: Self) {
        if other.head < self.head {
            self.head = other.head;
        }
        if other.goal < self.goal {
            self.goal = other.goal;
        }
        self.ended = self.ended.max(other.ended);
        for (row, talk_ms) in other.talks {
            match self.talks.binary_search_by_key(&row, |(row, _)| *row) {
                Ok(at) => {
                    if let Some((_, known)) = self.talks.get_mut(at) {
                        *known = (*known).max(talk_ms);
                    }
                }
                Err(at) => self.talks.insert(at, (row, talk_ms)),
            }
        }
        union(&mut self.extensions, other.extensions);
        union(&mut self.queues, other.queues);
        union(&mut self.recording_ids, other.recording_ids);
        let urls = (mem::take(&mut self.recording_url), other.recording_url);
        self.recording_url = match urls {
            (Some(mine), Some(other)) => Some(mine.min(other)),
            (mine, other) => mine.or(other),
        };
        self.has_transcription |= other.has_transcription;
        self.has_summary |= other.has_summary;
    }

    /// Who called.
    pub fn caller(&self) -> &Party {
        &self.head.caller
    }

    /// Who was reached, or should have been.
    pub fn callee(&self) -> &Party {
        &self.goal.callee
    }

    /// From where to where.
    pub fn direction(&self) -> Direction {
        self.head.direction
    }

    /// `CallId` of the earliest row; small numbers that come again.
    pub fn call_id(&self) -> Option<i32> {
        self.head.call_id
    }

    /// When the call began: its first row.
    pub fn started(&self) -> Millis {
        self.head.order.0
    }

    /// How it ended.
    pub fn status(&self) -> CallStatus {
        match (self.goal.reach, self.head.direction) {
            (Reach::Answered, _) => CallStatus::Answered,
            (_, Direction::Outbound) => CallStatus::Unanswered,
            _ => CallStatus::Missed,
        }
    }

    /// How long persons talked.
    pub fn talk_seconds(&self) -> u64 {
        seconds(
            self.talks
                .iter()
                .map(|(_, talk_ms)| u64::from(*talk_ms))
                .fold(0, u64::saturating_add),
        )
    }

    /// How long it rang where it was answered, or where it got furthest.
    pub fn ring_seconds(&self) -> u64 {
        seconds(self.goal.ring_ms)
    }

    /// How long the caller waited: until a person answered, else until the end.
    pub fn wait_seconds(&self) -> u64 {
        let until = match self.goal.reach {
            Reach::Answered => later(self.goal.order.0, self.goal.ring_ms),
            _ => self.ended,
        };
        let waited = until.saturating_sub(self.started());
        seconds(u64::try_from(waited).unwrap_or(0))
    }

    /// Whether this extension took part or rang.
    pub fn involves(&self, extension: &str) -> bool {
        self.extensions.iter().any(|known| **known == *extension)
    }

    /// The extension to name when there is room for one: who was reached, else who called, else
    /// the first that rang.
    pub fn extension(&self) -> Option<&str> {
        let ends = [&self.callee().number, &self.caller().number];
        ends.into_iter()
            .find(|number| self.involves(number))
            .or_else(|| self.extensions.first())
            .map(|number| &**number)
    }
}

/// A moment and so many milliseconds.
pub(super) fn later(moment: Millis, millis: u64) -> Millis {
    moment.saturating_add(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// A number of a row as the record keeps it; one that does not fit says nothing.
pub(super) fn small(number: Option<i64>) -> i32 {
    number
        .and_then(|number| i32::try_from(number).ok())
        .unwrap_or(0)
}

/// Milliseconds of talk as the record keeps them: up to 49 days.
pub(super) fn talk(millis: u64) -> u32 {
    u32::try_from(millis).unwrap_or(u32::MAX)
}

fn seconds(millis: u64) -> u64 {
    millis.saturating_add(500) / 1000
}

fn union<T: Ord>(mine: &mut Vec<T>, other: Vec<T>) {
    for item in other {
        sorted::insert(mine, item);
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it so; a lint of 64-bit hosts only"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it so; a lint of 64-bit hosts only"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
