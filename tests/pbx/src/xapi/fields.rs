//! Entities whose properties are asked for by name, so that nobody builds rows he throws away.

use serde_json::{Map, Value, json};

use crate::call_log::{LogParty, Row};
use crate::clock::{duration, iso_us};

/// Anything with properties.
pub(super) trait Fields {
    /// The value of a property; null where there is none.
    fn field(&self, name: &str) -> Value;
}

impl Fields for Map<String, Value> {
    fn field(&self, name: &str) -> Value {
        self.get(name).cloned().unwrap_or(Value::Null)
    }
}

/// A row as `Pbx.CallLogData` shows it.
pub(super) struct LogData<'a>(pub(super) &'a Row);

impl Fields for LogData<'_> {
    fn field(&self, name: &str) -> Value {
        let row = &self.0.content;
        if let Some(value) = row.properties.get(name) {
            return value.clone();
        }
        let recording = row.recorded.then_some(self.0.segment);
        // Somebody inside has a caller id only as the caller.
        let callee_id = if row.destination.external {
            row.destination.number.as_str()
        } else {
            ""
        };
        match name {
            "MainCallHistoryId" | "CallHistoryId" => json!(self.0.main_id),
            "CdrId" => json!(self.0.cdr_id),
            "CallId" | "Indent" | "SourceType" | "DestinationType" | "ActionType"
            | "ActionDnType" | "SubrowDescNumber" | "SegmentId" => json!(1),
            "StartTime" => json!(iso_us(row.start_us)),
            "SourceDn" => json!(row.source.dn),
            "SourceCallerId" => json!(row.source.number),
            "SourceDisplayName" => json!(row.source.name),
            "DestinationDn" => json!(row.destination.dn),
            "DestinationCallerId" => json!(callee_id),
            "DestinationDisplayName" => json!(row.destination.name),
            "RingingDuration" => json!(duration(row.ringing_us)),
            "TalkingDuration" => json!(duration(row.talking_us)),
            "CallCost" => json!(0),
            "Answered" => json!(row.answered),
            "Direction" => json!(row.direction),
            "CallType" => json!(row.call_type),
            "Status" => json!(row.status),
            "Reason" => json!(row.reason),
            "QualityReport" => json!(false),
            "SrcRecId" | "DstRecId" => json!(recording),
            "RecordingUrl" => json!(recording.map(|_| self.recording_url())),
            "Recordings" => recording.iter().map(|id| json!({ "Id": id })).collect(),
            _ => Value::Null,
        }
    }
}

impl LogData<'_> {
    fn recording_url(&self) -> String {
        let row = &self.0.content;
        let own = &row.destination.dn;
        format!("{own}/{own}-{}_{}.wav", row.source.number, self.0.segment)
    }
}

/// A row as `Pbx.CallHistoryView` shows it: in this view a call is known by `SrcParticipantId`.
pub(super) struct HistoryView<'a>(pub(super) &'a Row);

impl Fields for HistoryView<'_> {
    fn field(&self, name: &str) -> Value {
        let row = &self.0.content;
        let end_us = row.start_us + row.ringing_us + row.talking_us;
        match name {
            "SegmentId" => json!(self.0.segment),
            "SegmentStartTime" => json!(iso_us(milliseconds(row.start_us))),
            "SegmentEndTime" => json!(iso_us(milliseconds(end_us))),
            "SegmentType" => json!(1),
            "SegmentActionId" => json!(if row.answered { 6 } else { 1 }),
            "CallTime" => json!(duration(milliseconds(row.talking_us))),
            "CallAnswered" => json!(row.answered),
            "SrcParticipantId" => json!(self.0.call),
            "DstParticipantId" => json!(1_000_000 + self.0.segment),
            "SrcId" => json!(self.0.segment * 2 - 1),
            "DstId" => json!(self.0.segment * 2),
            _ => match (name.strip_prefix("Src"), name.strip_prefix("Dst")) {
                (Some(rest), _) => end(&row.source, rest),
                (_, Some("RecId")) if row.recorded => json!(self.0.segment),
                (_, Some(rest)) => end(&row.destination, rest),
                _ => Value::Null,
            },
        }
    }
}

fn end(party: &LogParty, name: &str) -> Value {
    match name {
        "DnType" => json!(i32::from(party.external)),
        "Dn" => json!(party.dn),
        "DisplayName" => json!(party.name),
        "ExtendedDisplayName" => json!(""),
        "CallerNumber" => json!(party.number),
        "External" => json!(party.external),
        "Internal" => json!(!party.external),
        _ => Value::Null,
    }
}

fn milliseconds(us: u64) -> u64 {
    us / 1_000 * 1_000
}

/// A recorded row as `Pbx.Recording` shows it.
pub(super) struct Recording<'a>(pub(super) &'a Row);

impl Fields for Recording<'_> {
    fn field(&self, name: &str) -> Value {
        let row = &self.0.content;
        let start_us = row.start_us + row.ringing_us;
        match name {
            "Id" => json!(self.0.segment),
            "StartTime" => json!(iso_us(start_us)),
            "EndTime" => json!(iso_us(start_us + row.talking_us)),
            "CallType" => json!(match row.direction.as_str() {
                "Inbound" | "Inbound Queue" => "InboundExternal",
                "Outbound" => "OutboundExternal",
                _ => "Local",
            }),
            "RecordingUrl" => json!(LogData(self.0).recording_url()),
            "IsArchived" | "IsTranscribed" => json!(false),
            "CanBeTranscribed" => json!(true),
            "RefParticipantId" | "FromIdParticipant" => json!(self.0.call),
            "ToIdParticipant" => json!(1_000_000 + self.0.segment),
            _ => match (name.strip_prefix("From"), name.strip_prefix("To")) {
                (Some(rest), _) => end(&row.source, rest),
                (_, Some(rest)) => end(&row.destination, rest),
                _ => Value::Null,
            },
        }
    }
}
