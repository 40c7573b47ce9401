//! Rows of `GetCallLogData` (`Pbx.CallLogData`, 3CX XAPI) and what one of them says about its call.
//!
//! Null and zero keys are absent, unknown keys and values come with new builds: each field is
//! optional, and a value nobody knows has the meaning that claims least.

use serde::Deserialize;

use super::call::{CallRecord, Direction, Goal, Head, Party, Reach, later, small, talk};
use super::iso8601::{parse_duration, parse_timestamp};
use super::store::fnv1a;
use crate::sorted;

/// One row: one leg of a call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the names are 3CX's own")]
pub struct LogRow {
    pub main_call_history_id: Option<String>,
    pub call_history_id: Option<String>,
    pub cdr_id: Option<String>,
    pub call_id: Option<i64>,
    pub indent: Option<i64>,
    pub segment_id: Option<i64>,
    pub start_time: Option<String>,
    pub source_dn: Option<String>,
    pub source_caller_id: Option<String>,
    pub source_display_name: Option<String>,
    pub destination_dn: Option<String>,
    pub destination_caller_id: Option<String>,
    pub destination_display_name: Option<String>,
    /// Lower-case `a`, alone among its kind.
    #[serde(rename = "actionDnDn")]
    pub action_dn_dn: Option<String>,
    pub ringing_duration: Option<String>,
    pub talking_duration: Option<String>,
    pub answered: Option<bool>,
    pub direction: Option<String>,
    pub call_type: Option<String>,
    pub status: Option<String>,
    pub recording_url: Option<String>,
    pub recordings: Option<Vec<LogRecording>>,
    pub transcription: Option<String>,
    pub summary: Option<String>,
}

/// A recording of a leg.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogRecording {
    /// For `/Recordings`.
    pub id: Option<i64>,
    /// What was said.
    pub transcription: Option<String>,
    /// What it was about.
    pub summary: Option<String>,
}

/// Who a leg goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Extension,
    External,
    Queue,
    /// Receptionists and the system, voicemail included.
    Machine,
    /// Absent, or of a build to come.
    Unknown,
}

impl LogRow {
    /// The call as far as this row knows it; `None` without an id or a readable start.
    pub(super) fn into_part(self) -> Option<CallRecord> {
        let started = parse_timestamp(self.start_time.as_deref()?)?;
        let ids = [
            &self.main_call_history_id,
            &self.call_history_id,
            &self.cdr_id,
        ];
        let id: Box<str> = ids.into_iter().find_map(|id| filled(id.as_deref()))?.into();
        let order = (started, small(self.indent), small(self.segment_id));
        let (kind, direction) = (self.kind(), self.direction());
        let ring_ms = duration(self.ringing_duration.as_deref());
        let talk_ms = duration(self.talking_duration.as_deref());
        let reach = self.reach(kind, talk_ms);
        let source = party(
            direction == Direction::Inbound,
            self.source_dn.as_deref(),
            self.source_caller_id.as_deref(),
            self.source_display_name.as_deref(),
        );
        let target = party(
            kind == Kind::External || (kind == Kind::Unknown && direction == Direction::Outbound),
            self.destination_dn.as_deref(),
            self.destination_caller_id.as_deref(),
            self.destination_display_name.as_deref(),
        );
        let mut extensions = Vec::new();
        if direction != Direction::Inbound {
            note(&mut extensions, self.source_dn.as_deref());
        }
        if kind == Kind::Extension {
            note(&mut extensions, self.destination_dn.as_deref());
        }
        extensions.shrink_to_fit();
        let talks = if reach == Reach::Answered {
            vec![(self.hash(), talk(talk_ms))]
        } else {
            Vec::new()
        };
        let recordings = self.recordings.unwrap_or_default();
        let mut recording_ids = Vec::new();
        for id in recordings.iter().filter_map(|one| one.id) {
            sorted::insert(&mut recording_ids, id);
        }
        Some(CallRecord {
            id,
            ended: later(later(started, ring_ms), talk_ms),
            talks,
            extensions,
            queues: if kind == Kind::Queue {
                vec![target.clone()]
            } else {
                Vec::new()
            },
            recording_url: filled(self.recording_url.as_deref()).map(Box::from),
            recording_ids,
            has_transcription: filled(self.transcription.as_deref()).is_some()
                || recordings
                    .iter()
                    .any(|one| filled(one.transcription.as_deref()).is_some()),
            has_summary: filled(self.summary.as_deref()).is_some()
                || recordings
                    .iter()
                    .any(|one| filled(one.summary.as_deref()).is_some()),
            head: Head {
                order,
                direction,
                caller: source,
                call_id: self.call_id.and_then(|id| i32::try_from(id).ok()),
            },
            goal: Goal {
                reach,
                order,
                callee: target,
                ring_ms,
            },
        })
    }

    /// What tells this row from all others.
    pub(super) fn hash(&self) -> u32 {
        let text = match filled(self.cdr_id.as_deref()) {
            Some(id) => id.to_owned(),
            None => format!(
                "{:?}|{:?}|{:?}|{:?}|{:?}|{:?}",
                self.main_call_history_id,
                self.start_time,
                self.indent,
                self.segment_id,
                self.source_dn,
                self.destination_dn
            ),
        };
        short_hash(&text)
    }

    fn kind(&self) -> Kind {
        match self.call_type.as_deref() {
            Some("Extension") => Kind::Extension,
            Some("External") => Kind::External,
            Some("Queue") => Kind::Queue,
            Some("System" | "Digital Receptionist") => Kind::Machine,
            _ if self.direction.as_deref() == Some("Inbound Queue") => Kind::Queue,
            _ => Kind::Unknown,
        }
    }

    fn direction(&self) -> Direction {
        match self.direction.as_deref() {
            Some(text) if text.starts_with("Inbound") => Direction::Inbound,
            Some(text) if text.starts_with("Outbound") => Direction::Outbound,
            Some(text) if text.starts_with("Internal") => Direction::Internal,
            _ if self.call_type.as_deref() == Some("External") => Direction::Outbound,
            // An extension calls with its own number, a trunk with that of somebody else.
            _ if filled(self.source_caller_id.as_deref())
                .is_some_and(|number| Some(number) != filled(self.source_dn.as_deref())) =>
            {
                Direction::Inbound
            }
            _ => Direction::Internal,
        }
    }

    /// A queue is "answered" while the caller still waits, and so is a receptionist: only an
    /// extension or somebody outside counts.
    fn reach(&self, kind: Kind, talk_ms: u64) -> Reach {
        let status = self.status.as_deref();
        let says_answered = status == Some("Answered");
        let answered = self.answered.unwrap_or(says_answered) && status != Some("Waiting");
        match kind {
            Kind::Extension | Kind::External if answered => Reach::Answered,
            Kind::Extension | Kind::External => Reach::Rang,
            Kind::Unknown if answered && says_answered && talk_ms > 0 => Reach::Answered,
            Kind::Queue | Kind::Machine | Kind::Unknown => Reach::Machine,
        }
    }
}

/// A text that says something.
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Adds an extension that took part.
pub(super) fn note(extensions: &mut Vec<Box<str>>, dn: Option<&str>) {
    if let Some(dn) = filled(dn) {
        sorted::insert(extensions, dn.into());
    }
}

/// Milliseconds; an absent or unreadable duration is none.
pub(super) fn duration(text: Option<&str>) -> u64 {
    text.and_then(parse_duration).unwrap_or(0)
}

/// 32 bits: enough among the rows of one call and between neighbouring pages.
pub(super) fn short_hash(text: &str) -> u32 {
    u32::try_from(fnv1a(text.as_bytes()) >> 32).unwrap_or(0)
}

/// One end: outside it is the caller id that counts (the DN is a trunk), inside the DN.
pub(super) fn party(
    external: bool,
    dn: Option<&str>,
    caller_id: Option<&str>,
    display_name: Option<&str>,
) -> Party {
    let (dn, caller_id) = (filled(dn), filled(caller_id));
    let number = if external {
        caller_id.or(dn)
    } else {
        dn.or(caller_id)
    };
    let number = number.unwrap_or_default();
    let shown = filled(display_name).unwrap_or_default();
    let name = shown
        .strip_suffix(&format!("({number})"))
        .unwrap_or(shown)
        .trim();
    Party {
        number: number.into(),
        name: if name == number { "" } else { name }.into(),
    }
}
