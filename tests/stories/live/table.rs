//! Calls that come, are answered and go, as callers see them.

use std::time::Duration;

use pbx_sim::Deed;
use serde_json::{Value, json};

use super::truth::is_true;
use super::{HUDA, active, does, is_up, only_call, ring};
use crate::harness::{Client, Stage, until};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn one_socket_serves_every_isolate_and_answers_ask_the_pbx_nothing() {
    let stage = Stage::of(&[], 2).await;
    let clients = stage.runtime.clients();
    for client in &clients {
        is_up(client).await;
    }
    ring(&stage, HUDA, "100").await;
    does(&stage, "100", Deed::Answer).await;
    for client in &clients {
        is_true(&stage, client, SOON).await;
    }
    assert_eq!(stage.pbx().counters().sockets_opened, 1);
    assert_eq!(stage.pbx().sockets_open(), 1);

    // The PBX repeats some events, and a person is remembered for 15 seconds only: one batch without
    // any request is what is looked for.
    until("a hundred answers without a request", async || {
        stage.pbx().clear_requests();
        for client in &clients {
            for _ in 0..25 {
                let arguments = json!({ "extension": "100" });
                let presence = client.call("get_presence", arguments).await;
                assert_eq!(presence.ok()["onCall"], json!(true));
                assert_eq!(active(client).await["live"], json!(true));
            }
        }
        stage.pbx().requests().is_empty().then_some(())
    })
    .await;
    let resource = clients[1].read("threecx://active-calls").await.unwrap();
    assert_eq!(resource["live"], json!(true), "{resource}");
    assert!(stage.pbx().requests().is_empty());
}

#[tokio::test]
async fn an_inbound_call_is_seen_to_ring_to_talk_and_to_end() {
    let stage = Stage::new().await;
    let client = stage.client();
    is_up(&client).await;
    let callid = ring(&stage, HUDA, "100").await;
    let ringing = only_call(&client, "Ringing").await;
    assert_eq!(ringing["id"], json!(callid.to_string()));
    check_inbound(&ringing);

    does(&stage, "100", Deed::Answer).await;
    let talking = only_call(&client, "Connected").await;
    check_inbound(&talking);
    assert_eq!(talking["id"], ringing["id"]);
    assert_eq!(
        talking["startTime"], ringing["startTime"],
        "the call began when it rang"
    );
    is_true(&stage, &client, SOON).await;

    does(&stage, HUDA, Deed::HangUp).await;
    until("the call to be gone", async || {
        (active(&client).await["activeCalls"] == json!([])).then_some(())
    })
    .await;
    is_true(&stage, &client, SOON).await;
}

fn check_inbound(call: &Value) {
    assert_eq!(call["direction"], json!("Inbound"), "{call}");
    assert_eq!(call["caller"], json!(HUDA), "{call}");
    assert_eq!(call["callee"], json!("100"), "{call}");
    assert_eq!(call["extension"], json!("100"), "{call}");
    assert!(call["duration"].as_i64().unwrap() >= 0, "{call}");
    assert!(call["startTime"].as_str().unwrap().ends_with('Z'), "{call}");
}

#[tokio::test]
async fn whoever_acts_sees_it_at_once_and_the_others_soon() {
    let stage = Stage::of(&[], 2).await;
    let clients = stage.runtime.clients();
    for client in &clients {
        is_up(client).await;
    }
    for destination in ["104", "0500000000", "105"] {
        let arguments = json!({ "extension": "100", "destination": destination });
        let call = clients[0].call("make_call", arguments).await;
        let leg = call.ok()["participantId"].clone();
        let legs = vec![leg];
        assert_eq!(participants(&clients[0]).await, legs);
        let listed = active(&clients[0]).await;
        assert_eq!(listed["activeCalls"][0]["extension"], json!("100"));
        assert_eq!(listed["live"], json!(true));
        is_true(&stage, &clients[1], SOON).await;
        assert_eq!(participants(&clients[1]).await, legs);

        let arguments = json!({ "extension": "100" });
        clients[0].call("drop_call", arguments).await.ok();
        assert!(participants(&clients[0]).await.is_empty());
        assert_eq!(active(&clients[0]).await["activeCalls"], json!([]));
        is_true(&stage, &clients[1], SOON).await;
    }
}

async fn participants(client: &Client) -> Vec<Value> {
    let arguments = json!({ "extension": "100" });
    let presence = client.call("get_presence", arguments).await;
    let calls = presence.ok()["calls"].as_array().unwrap();
    calls
        .iter()
        .map(|leg| leg["participantId"].clone())
        .collect()
}
