//! When there is a socket, and when there is none: settings, restarts, the tunnel.

use std::time::Duration;

use pbx_sim::Deed;
use serde_json::json;

use super::truth::{fault, is_true};
use super::{HUDA, active, does, is_up, ring};
use crate::harness::{Stage, until};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn without_the_link_calls_are_read_from_the_pbx_each_time() {
    let stage = Stage::with(&[("PBX_EVENTS", "off")]).await;
    let client = stage.client();
    ring(&stage, HUDA, "100").await;
    for deed in [Deed::Answer, Deed::HangUp] {
        let shown = active(&client).await;
        assert_eq!(shown["live"], json!(false));
        let call = &shown["activeCalls"][0];
        assert_eq!(call["caller"], json!(HUDA), "{shown}");
        assert_eq!(call["direction"], json!("Inbound"), "{shown}");
        assert!(call["duration"].is_null(), "3CX does not tell it: {shown}");
        let arguments = json!({ "extension": "100" });
        let presence = client.call("get_presence", arguments).await;
        assert_eq!(presence.ok()["live"], json!(false));
        assert_eq!(
            presence.ok()["calls"][0]["callId"],
            call["id"],
            "{}",
            presence.text
        );
        does(&stage, "100", deed).await;
    }
    assert_eq!(active(&client).await["activeCalls"], json!([]));
    assert_eq!(stage.pbx().counters().sockets_opened, 0);
    assert_eq!(stage.requests("/callcontrol/ws"), 0);
}

#[tokio::test]
async fn on_demand_the_first_question_opens_the_socket() {
    let stage = Stage::with(&[("PBX_EVENTS", "on_demand")]).await;
    let client = stage.client();
    client.call("get_extensions", json!({})).await.ok();
    assert_eq!(
        stage.requests("/callcontrol/ws"),
        0,
        "nobody asked for calls"
    );
    ring(&stage, HUDA, "100").await;
    let first = active(&client).await;
    assert_eq!(first["activeCalls"][0]["caller"], json!(HUDA), "{first}");
    is_true(&stage, &client, SOON).await;
    assert_eq!(stage.pbx().counters().sockets_opened, 1);
}

#[tokio::test]
async fn after_a_restart_the_table_is_built_anew() {
    let mut stage = Stage::new().await;
    is_up(&stage.client()).await;
    let arguments = json!({ "extension": "100", "destination": "0500000000" });
    stage.client().call("make_call", arguments).await.ok();
    for (number, to) in [("+966500000001", "104"), ("+966500000002", "105")] {
        ring(&stage, number, to).await;
    }
    does(&stage, "104", Deed::Answer).await;
    is_true(&stage, &stage.client(), SOON).await;
    let restarts = 3;
    for restart in 1..=restarts {
        let sockets = stage.pbx().counters().sockets_opened;
        stage.restart(&[]).await;
        // Nobody looks on while one call ends and another begins.
        does(&stage, ["104", "105", "107"][restart - 1], Deed::HangUp).await;
        ring(&stage, "+966500000003", ["107", "108", "109"][restart - 1]).await;
        is_true(&stage, &stage.client(), SOON).await;
        assert_eq!(stage.pbx().counters().sockets_opened, sockets + 1);
        assert_eq!(stage.pbx().sockets_open(), 1);
    }
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
    assert_eq!(stage.pbx().counters().token_requests, 1);
    assert_eq!(stage.pbx().counters().handshakes_refused, 0);
}

#[tokio::test]
async fn the_tunnel_carries_the_socket_too() {
    let stage = Stage::behind_a_tunnel().await;
    let client = stage.client();
    is_up(&client).await;
    ring(&stage, HUDA, "100").await;
    is_true(&stage, &client, SOON).await;
    stage.pbx().close_sockets();
    does(&stage, "100", Deed::Answer).await;
    is_true(&stage, &client, SOON).await;
    assert_eq!(stage.pbx().counters().sockets_opened, 2);
}

#[tokio::test]
async fn a_lost_socket_is_opened_again_although_nobody_asks() {
    let stage = Stage::new().await;
    let client = stage.client();
    is_up(&client).await;
    for sockets in 2..=3 {
        stage.pbx().close_sockets_with(1012);
        ring(&stage, HUDA, "100").await;
        until("another socket", async || {
            let is_open = stage.pbx().sockets_open() == 1;
            (is_open && stage.pbx().counters().sockets_opened == sockets).then_some(())
        })
        .await;
        until("the table to be true", async || {
            fault(&stage, &client).await.is_none().then_some(())
        })
        .await;
    }
    assert_eq!(stage.pbx().counters().token_requests, 1);
}
