//! Rows of `CallHistoryView` (3CX XAPI) and what one of them says about its call.
//!
//! The view names no call. Its rows are segments, and a participant (`SrcParticipantId`) is one end
//! of one call, so the segments of one caller's participant are taken as one call; without it each
//! segment stands alone. The numbers of `DnType` are not documented: 0 is taken as an extension,
//! everything inside that is not 0 as a machine.

use serde::Deserialize;

use super::call::{CallRecord, Direction, Goal, Head, Party, Reach, later, small, talk};
use super::iso8601::parse_timestamp;
use super::row::{duration, note, party, short_hash};
use crate::sorted;

/// One segment of a call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the names are 3CX's own")]
pub struct ViewRow {
    pub segment_id: Option<i64>,
    pub segment_start_time: Option<String>,
    pub segment_end_time: Option<String>,
    pub call_time: Option<String>,
    pub call_answered: Option<bool>,
    pub src_participant_id: Option<i64>,
    pub src_dn: Option<String>,
    pub src_display_name: Option<String>,
    pub src_caller_number: Option<String>,
    pub src_external: Option<bool>,
    pub src_rec_id: Option<i64>,
    pub dst_dn_type: Option<i64>,
    pub dst_dn: Option<String>,
    pub dst_display_name: Option<String>,
    pub dst_caller_number: Option<String>,
    pub dst_external: Option<bool>,
    pub dst_rec_id: Option<i64>,
}

impl ViewRow {
    /// The call as far as this segment knows it; `None` without an id or a readable start.
    pub(super) fn into_part(self) -> Option<CallRecord> {
        let started = parse_timestamp(self.segment_start_time.as_deref()?)?;
        let known = |id: Option<i64>| id.filter(|id| *id != 0);
        let id = match (known(self.src_participant_id), known(self.segment_id)) {
            (Some(participant), _) => format!("participant-{participant}"),
            (None, Some(segment)) => format!("segment-{segment}"),
            (None, None) => return None,
        };
        let (from_outside, to_outside) = (
            self.src_external.unwrap_or(false),
            self.dst_external.unwrap_or(false),
        );
        let direction = match (from_outside, to_outside) {
            (true, _) => Direction::Inbound,
            (false, true) => Direction::Outbound,
            (false, false) => Direction::Internal,
        };
        let to_extension = !to_outside && self.dst_dn_type.unwrap_or(0) == 0;
        let reach = match (to_outside || to_extension, self.call_answered) {
            (true, Some(true)) => Reach::Answered,
            (true, _) => Reach::Rang,
            (false, _) => Reach::Machine,
        };
        let time_ms = duration(self.call_time.as_deref());
        let end = self.segment_end_time.as_deref().and_then(parse_timestamp);
        let source = party(
            from_outside,
            self.src_dn.as_deref(),
            self.src_caller_number.as_deref(),
            self.src_display_name.as_deref(),
        );
        let target = party(
            to_outside,
            self.dst_dn.as_deref(),
            self.dst_caller_number.as_deref(),
            self.dst_display_name.as_deref(),
        );
        let mut extensions: Vec<Box<str>> = Vec::new();
        if !from_outside {
            note(&mut extensions, self.src_dn.as_deref());
        }
        if to_extension {
            note(&mut extensions, self.dst_dn.as_deref());
        }
        extensions.shrink_to_fit();
        let mut recording_ids = Vec::new();
        for id in [self.src_rec_id, self.dst_rec_id]
            .into_iter()
            .filter_map(known)
        {
            sorted::insert(&mut recording_ids, id);
        }
        let order = (started, 0, small(self.segment_id));
        let row = self.hash();
        Some(CallRecord {
            id: id.into(),
            ended: end.unwrap_or_else(|| later(started, time_ms)).max(started),
            talks: if reach == Reach::Answered {
                vec![(row, talk(time_ms))]
            } else {
                Vec::new()
            },
            extensions,
            queues: Vec::<Party>::new(),
            recording_url: None,
            recording_ids,
            has_transcription: false,
            has_summary: false,
            head: Head {
                order,
                direction,
                caller: source,
                call_id: None,
            },
            goal: Goal {
                reach,
                order,
                callee: target,
                ring_ms: 0,
            },
        })
    }

    /// What tells this segment from all others.
    pub(super) fn hash(&self) -> u32 {
        short_hash(&format!(
            "{:?}|{:?}|{:?}",
            self.segment_id, self.segment_start_time, self.dst_dn
        ))
    }
}
