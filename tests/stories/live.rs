//! The live link: one WebSocket, a table that is true, and what happens when one of them breaks.

mod broken;
mod chaos;
mod events;
mod panics;
mod silence;
mod sockets;
mod table;
mod truth;

use std::time::{Duration, Instant};

use pbx_sim::{Answering, Deed, InboundCall};
use serde_json::{Value, json};

use crate::harness::{Client, Stage, until};

/// A number outside that calls in.
const HUDA: &str = "+966500000001";

/// A call from outside that rings at `to` until somebody does something.
async fn ring(stage: &Stage, from: &str, to: &str) -> u32 {
    let call = InboundCall {
        from: from.into(),
        name: Some("Huda".into()),
        to: to.into(),
        answering: Some(Answering::Never),
    };
    let callid = stage.pbx().inbound(&call).unwrap();
    until(&format!("{to} to ring"), async || {
        let truth = stage.pbx().truth();
        let legs = truth.values().flatten();
        let mut legs = legs.filter(|leg| leg.callid == callid);
        legs.next().map(|_| ())
    })
    .await;
    callid
}

/// Somebody does something with their calls, as soon as they have one.
async fn does(stage: &Stage, who: &str, deed: Deed) {
    until(&format!("{who} to do it: {deed:?}"), async || {
        (stage.pbx().party(who, deed) > 0).then_some(())
    })
    .await;
}

/// Every call that is going on.
async fn active(client: &Client) -> Value {
    let answer = client.call("get_active_calls", json!({})).await;
    answer.ok().clone()
}

/// Waits until the link is up.
async fn is_up(client: &Client) {
    until("the link to come up", async || {
        (active(client).await["live"] == json!(true)).then_some(())
    })
    .await;
}

/// Waits until the only call there is has this status.
async fn only_call(client: &Client, status: &str) -> Value {
    until(&format!("one call that is {status}"), async || {
        let calls = active(client).await["activeCalls"].clone();
        let is_it = calls.as_array().unwrap().len() == 1 && calls[0]["status"] == json!(status);
        is_it.then(|| calls[0].clone())
    })
    .await
}

/// How often the PBX was asked for everything.
fn snapshots(stage: &Stage) -> usize {
    let requests = stage.pbx().requests();
    let is_snapshot = |path: &str| path.trim_end_matches('/') == "/callcontrol";
    requests
        .iter()
        .filter(|entry| is_snapshot(&entry.path))
        .count()
}

/// Like `until`, for what may take longer; `check` says what is still missing.
async fn within(limit: Duration, mut check: impl AsyncFnMut() -> Option<String>) {
    let deadline = Instant::now() + limit;
    while let Some(missing) = check().await {
        assert!(Instant::now() < deadline, "waited in vain: {missing}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
