//! Answering, transferring, holding, recording: what is done with calls that are there.

mod answering;
mod holding;
mod recording;
mod transfers;

use pbx_sim::{Answering, Deed, InboundCall};
use serde_json::{Value, json};

use crate::harness::{Client, Stage, until};

/// An inbound call from outside that rings at `to` and nobody picks up by hand.
async fn ringing(stage: &Stage, to: &str) -> Value {
    stage.pbx().set_incoming(to, Answering::Never);
    let call = InboundCall {
        from: "+966500000001".into(),
        name: Some("Huda".into()),
        to: to.into(),
        answering: None,
    };
    stage.pbx().inbound(&call).unwrap();
    leg(&stage.client(), to, "Ringing").await
}

/// A call from outside that `to` has picked up.
async fn connected(stage: &Stage, to: &str) -> Value {
    ringing(stage, to).await;
    stage.pbx().party(to, Deed::Answer);
    leg(&stage.client(), to, "Connected").await
}

async fn leg(client: &Client, extension: &str, status: &str) -> Value {
    until(&format!("{extension} to be {status}"), async || {
        let presence = client
            .call("get_presence", json!({ "extension": extension }))
            .await;
        let calls = presence.ok()["calls"].as_array().unwrap().clone();
        calls.into_iter().find(|leg| leg["status"] == json!(status))
    })
    .await
}
