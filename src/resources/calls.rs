//! `threecx://calls` and `threecx://calls/{id}/transcript`: the calls that Basma answered, and what was said.
//!
//! The id is that of the call at the PBX (`callId` of active calls). The PBX gives numbers again after it began
//! anew; then the newer call is meant.

use serde_json::{Value, json};

use super::address::transcript_uri;
use crate::desk::{Desk, ToolError, transcript_of, voice_calls};
use crate::session::VoiceCall;
use crate::time::iso;

/// All that the caller may see, newest first.
pub(super) async fn all(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let calls = voice_calls(desk).await?;
    let shown: Vec<Value> = calls
        .iter()
        .map(|call| {
            let mut shown = facts(call);
            add(
                &mut shown,
                json!({ "transcript": transcript_uri(call.callid) }),
            );
            shown
        })
        .collect();
    Ok(json!({ "count": shown.len(), "calls": shown, "timestamp": iso(desk.now) }))
}

/// What was said in one of them; `None` if there is none, or the caller may not see it.
pub(super) async fn transcript(callid: i64, desk: &Desk<'_>) -> Result<Option<Value>, ToolError> {
    let Some((call, kept)) = transcript_of(desk, callid).await? else {
        return Ok(None);
    };
    let time = |value: &Value| value.as_i64().map(iso);
    let lines = kept.get("lines").and_then(Value::as_array);
    let lines: Vec<Value> = lines
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|line| json!({ "at": time(&line["at"]), "who": line["who"], "text": line["text"] }))
        .collect();
    let report = &kept["report"];
    let mut shown = facts(&call);
    add(
        &mut shown,
        json!({
            "endedAt": time(&kept["ended_at"]),
            "ended": report["end"],
            "reason": report["reason"],
            "language": report["language"],
            "turns": report["turns"],
            "summary": kept["summary"],
            "transcript": kept["transcript"],
            "lines": lines,
            "recording": kept["recording"],
            "timestamp": iso(desk.now),
        }),
    );
    Ok(Some(shown))
}

fn facts(call: &VoiceCall) -> Value {
    json!({
        "id": call.callid.to_string(),
        "extension": call.dn,
        "caller": call.caller,
        "startedAt": iso(call.since),
    })
}

fn add(shown: &mut Value, more: Value) {
    if let (Value::Object(shown), Value::Object(more)) = (shown, more) {
        shown.extend(more);
    }
}
