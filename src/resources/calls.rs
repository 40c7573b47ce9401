//! `threecx://calls` and `threecx://calls/{id}/transcript`: the calls that Basma answered, and what was said.
//!
//! Reading a transcript goes on record as `read_transcript`.
//!
//! The id is that of the call at the PBX (`id` of an active call). The PBX gives numbers again after it began
//! anew; then the newer call is meant.

use serde_json::{Value, json};

use crate::desk::{
    Code, Desk, Errand, ToolError, begin, end, transcript_of, transcript_uri, voice_calls,
};
use crate::session::VoiceCall;
use crate::time::iso;

/// All that the caller may see, newest first.
pub(super) async fn all(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let calls = voice_calls(desk, None).await?;
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
    let Some((call, kept)) = on_record(callid, desk).await? else {
        return Ok(None);
    };
    let lines = kept.get("lines").and_then(Value::as_array);
    let lines: Vec<Value> = lines
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|line| {
            let [at, who, text] = ["at", "who", "text"].map(|name| line.get(name));
            json!({ "at": time(at), "who": who, "text": text })
        })
        .collect();
    let report = kept.get("report");
    let of_report = |name| report.and_then(|report| report.get(name));
    let mut shown = facts(&call);
    add(
        &mut shown,
        json!({
            "endedAt": time(kept.get("ended_at")),
            "ended": of_report("end"),
            "reason": of_report("reason"),
            "language": of_report("language"),
            "turns": of_report("turns"),
            "summary": kept.get("summary"),
            "transcript": kept.get("transcript"),
            "lines": lines,
            "recording": kept.get("recording"),
            "timestamp": iso(desk.now),
        }),
    );
    Ok(Some(shown))
}

/// What somebody said is not read without a trace.
async fn on_record(callid: i64, desk: &Desk<'_>) -> Result<Option<(VoiceCall, Value)>, ToolError> {
    let arguments = json!({ "call": callid.to_string() }).to_string();
    let errand = Errand {
        tool: "read_transcript",
        arguments: &arguments,
        ..desk.errand
    };
    let desk = Desk {
        errand,
        ..desk.clone()
    };
    let intent = begin(&desk, &|name| name == "call");
    let outcome = transcript_of(&desk, callid).await;
    let code = match &outcome {
        Ok(Some(_)) => None,
        Ok(None) => Some(Code::NotFound),
        Err(error) => Some(error.code),
    };
    end(&desk, intent, code).await;
    outcome
}

fn time(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_i64).map(iso)
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
