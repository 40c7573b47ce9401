//! `threecx://call-history`.

use serde_json::{Value, json};

use crate::desk::{Desk, HistoryQuery, ToolError, history};
use crate::pbx::history::CallRecord;
use crate::time::iso;

/// How many calls the view shows.
const SHOWN: usize = 50;

/// The newest calls that the caller may see.
pub(super) async fn newest(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let found = history(
        desk,
        &HistoryQuery {
            limit: SHOWN,
            ..HistoryQuery::default()
        },
    )
    .await?;
    let calls = found.page.calls.iter();
    let records: Vec<Value> = calls.map(|call| record(call, found.agent(call))).collect();
    Ok(json!({
        "count": records.len(),
        "records": records,
        "complete": found.page.next.is_none(),
        "from": found.from,
        "warnings": found.warnings,
        "timestamp": iso(desk.now),
    }))
}

/// One call; the field names are a contract with outside programs.
fn record(call: &CallRecord, agent: Option<&str>) -> Value {
    json!({
        "id": call.id,
        "callId": call.call_id().map(|id| id.to_string()),
        "caller": call.caller().number,
        "callee": call.callee().number,
        "direction": call.direction().as_str(),
        "status": call.status().as_str(),
        "duration": call.talk_seconds(),
        "startTime": iso(call.started()),
        "endTime": iso(call.ended),
        "extension": call.extension().unwrap_or_default(),
        "recordingUrl": call.recording_url,
        "agent": agent,
    })
}
