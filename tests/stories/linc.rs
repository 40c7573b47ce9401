//! MasterLinc: asked where a call goes, told what becomes of it, and calling us worker to worker.

mod actions;
mod bound;
mod crowd;
mod faults;
mod together;

use pbx_sim::{Answering, Control, InboundCall, Placed};
use serde_json::{Value, json};

use crate::harness::{Client, Manner, MasterLinc, Stage, until};

/// A number outside that calls in.
const HUDA: &str = "+966500000001";

/// What an installation sets; MasterLinc is at `url`, if not bound.
fn variables(url: &str) -> Vec<(&str, &str)> {
    let mut all = vec![
        ("MASTERLINC_DNS", "100-112"),
        ("MASTERLINC_VOICEMAIL", "888"),
        ("BASMA_DN", "assistant"),
        ("LINC_AGENTS", r#"{"doctorlinc":"104","paylinc":"800"}"#),
    ];
    if !url.is_empty() {
        all.push(("MASTERLINC_BASE_URL", url));
        all.push(("MASTERLINC_TOKEN", "linc-token-not-real"));
    }
    all
}

/// MasterLinc by HTTP, and a Worker whose link is up.
async fn by_http(more: &[(&str, &str)]) -> (Stage, MasterLinc) {
    let linc = MasterLinc::start().await;
    let mut variables = variables(&linc.url);
    variables.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    variables.extend(more);
    let stage = Stage::with(&variables).await;
    is_up(&stage.client()).await;
    (stage, linc)
}

async fn is_up(client: &Client) {
    until("the link to come up", async || {
        let calls = client.call("get_active_calls", json!({})).await;
        (calls.ok()["live"] == json!(true)).then_some(())
    })
    .await;
}

/// A call from outside that rings at `to` until somebody does something.
fn ring(pbx: &Control, from: &str, to: &str) -> u32 {
    let call = InboundCall {
        from: from.into(),
        name: Some("Huda".into()),
        to: to.into(),
        answering: Some(Answering::Never),
    };
    pbx.inbound(&call).unwrap()
}

/// Waits until a call is at `dn` in this state.
async fn is_at(pbx: &Control, callid: u32, dn: &str, status: &str) {
    until(
        &format!("call {callid} to be {status} at {dn}"),
        async || {
            let calls = pbx.live_calls();
            let call = calls
                .as_array()?
                .iter()
                .find(|call| call["callid"] == json!(callid))?;
            let mut legs = call["participants"].as_array()?.iter();
            legs.any(|leg| leg["dn"] == json!(dn) && leg["status"] == json!(status))
                .then_some(())
        },
    )
    .await;
}

/// Diverts and transfers of a call that the PBX carried out.
fn moves(pbx: &Control, callid: u32) -> Vec<Placed> {
    let history = pbx.history();
    let moves = history.into_iter().filter(|it| it.callid == callid);
    moves
        .filter(|it| matches!(it.how.as_str(), "divert" | "transferto" | "routeto"))
        .collect()
}

/// Waits until the decision about the only call there was is on record.
async fn on_record(stage: &Stage) -> Value {
    until("a decision on record", async || {
        let arguments = json!({ "tool": "masterlinc" });
        let log = stage.client().call("get_audit_log", arguments).await;
        let entries = log.ok()["entries"].as_array().unwrap().clone();
        let done = entries
            .into_iter()
            .find(|it| it["outcome"] != json!("pending"));
        done.map(|mut entry| {
            let text = entry["arguments"].as_str().unwrap();
            entry["arguments"] = serde_json::from_str(text).unwrap();
            entry
        })
    })
    .await
}

/// The agent of a call of this moment.
async fn agent_of(client: &Client, callid: u32) -> Option<String> {
    let calls = client.call("get_active_calls", json!({})).await;
    let calls = calls.ok()["activeCalls"].as_array().unwrap().clone();
    let call = calls
        .iter()
        .find(|call| call["id"] == json!(callid.to_string()))?;
    call["agent"].as_str().map(str::to_owned)
}

fn says(action: &Value) -> Manner {
    Manner::Says(action.clone())
}
