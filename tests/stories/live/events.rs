//! Events that come twice, too late, broken or not at all, and events that nobody knows.

use std::time::Duration;

use pbx_sim::Deed;
use serde_json::json;

use super::truth::is_true;
use super::{HUDA, active, does, is_up, only_call, ring, snapshots};
use crate::harness::{Stage, until};

const SOON: Duration = Duration::from_secs(10);

/// A Worker whose link is up, with one call from outside that talks to 100.
async fn talking() -> Stage {
    let stage = Stage::new().await;
    let client = stage.client();
    is_up(&client).await;
    ring(&stage, HUDA, "100").await;
    does(&stage, "100", Deed::Answer).await;
    only_call(&client, "Connected").await;
    is_true(&stage, &client, SOON).await;
    stage.pbx().clear_requests();
    stage
}

/// Events are taken in order: when a later call is seen, everything before it was heard.
async fn has_heard_everything(stage: &Stage) {
    let callid = ring(stage, "+966500000009", "109").await;
    let client = stage.client();
    until("the next call", async || {
        let arguments = json!({ "extension": "109" });
        let shown = client.call("get_active_calls", arguments).await;
        (shown.ok()["activeCalls"][0]["id"] == json!(callid.to_string())).then_some(())
    })
    .await;
    is_true(stage, &client, SOON).await;
}

/// The leg of 100 in the PBX.
fn leg_of_100(stage: &Stage) -> u32 {
    stage.pbx().truth()["100"][0].id
}

#[tokio::test]
async fn events_that_come_again_or_too_late_change_nothing() {
    let stage = talking().await;
    stage.pbx().repeat_frames(20);
    ring(&stage, "+966500000002", "104").await;
    does(&stage, "104", Deed::Answer).await;
    // What number 1 said is long past: were it taken for news, the call would vanish.
    let path = format!("/callcontrol/100/participants/{}", leg_of_100(&stage));
    let event = json!({ "event_type": 1, "entity": path, "attached_data": null });
    let late = json!({ "sequence": 1, "event": event }).to_string();
    stage.pbx().send_frame(&late);
    has_heard_everything(&stage).await;
    assert_eq!(snapshots(&stage), 0, "nothing was missed");
    let calls = active(&stage.client()).await["activeCalls"].clone();
    assert_eq!(calls.as_array().unwrap().len(), 3, "{calls}");
}

#[tokio::test]
async fn missing_events_are_noticed_and_everything_is_read_again() {
    let stage = talking().await;
    let client = stage.client();
    // The end of the call is lost; the next event tells that something is missing.
    stage.pbx().drop_events(1_000);
    does(&stage, HUDA, Deed::HangUp).await;
    until("the call to end", async || {
        stage.pbx().truth().is_empty().then_some(())
    })
    .await;
    let shown = active(&client).await["activeCalls"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1, "nobody can know yet");
    assert_eq!(snapshots(&stage), 0);
    stage.pbx().close_sockets();
    is_true(&stage, &client, SOON).await;

    for missing in 1..=3 {
        stage.pbx().clear_requests();
        let nothing = json!({ "dtmf_input": "1" });
        let path = "/callcontrol/100/participants/1";
        stage.pbx().send_event("100", 2, path, nothing.clone());
        stage.pbx().drop_events(1);
        ring(&stage, &format!("+96650000001{missing}"), "104").await;
        stage.pbx().skip_sequence(2);
        stage.pbx().send_event("100", 2, path, nothing);
        until("a new reading", async || {
            (snapshots(&stage) > 0).then_some(())
        })
        .await;
        until("the link to be up", async || {
            let presence = client.call("get_presence", json!({})).await;
            (presence.ok()["live"] == json!(true)).then_some(())
        })
        .await;
        assert!(snapshots(&stage) <= 2, "the gap was mended without hurry");
        is_true(&stage, &client, SOON).await;
    }
    assert_eq!(
        stage.pbx().counters().sockets_opened,
        2,
        "on the same socket"
    );
}

#[tokio::test]
async fn events_of_unknown_kinds_and_paths_are_ignored() {
    let stage = talking().await;
    let leg = format!("/callcontrol/100/participants/{}", leg_of_100(&stage));
    for event_type in [2, 3, 4, 5, 99, 255] {
        stage.pbx().send_event("100", event_type, &leg, json!(null));
    }
    for path in [
        "",
        "/",
        "/callcontrol",
        "/callcontrol/100",
        "/callcontrol/100/devices/sip:100@127.0.0.1",
        "/callcontrol/100/participants",
        "/callcontrol/100/participants/first",
        "/callcontrol/100/participants/1/stream",
        "/callcontrol//participants/1",
        "/xapi/v1/Users(100)",
        "https://pbx.example.com/callcontrol/100/participants/1",
        "/callcontrol/100/participants/99999999999999999999999",
    ] {
        stage
            .pbx()
            .send_event("100", 0, path, json!({ "odd": [1] }));
        stage.pbx().send_event("100", 1, path, json!(null));
    }
    // A leg that has left before it could be read.
    let gone = "/callcontrol/104/participants/987654";
    stage.pbx().send_event("104", 0, gone, json!(null));
    has_heard_everything(&stage).await;
    assert_eq!(stage.requests("/participants/987654"), 1, "404: it is gone");
    assert_eq!(snapshots(&stage), 0, "nothing was missed");
    assert_eq!(stage.pbx().counters().sockets_opened, 1);
}

#[tokio::test]
async fn garbage_and_half_frames_lead_to_a_new_reading() {
    let stage = talking().await;
    let client = stage.client();
    for what in ["garbage", "half a frame", "nothing", "an array"] {
        stage.pbx().clear_requests();
        match what {
            "garbage" => stage.pbx().send_garbage(),
            "half a frame" => stage.pbx().cut_frames(1),
            "nothing" => stage.pbx().send_frame(""),
            _ => stage.pbx().send_frame("[1]"),
        }
        ring(&stage, "+966500000003", "105").await;
        until(what, async || (snapshots(&stage) > 0).then_some(())).await;
        is_true(&stage, &client, SOON).await;
        does(&stage, "105", Deed::HangUp).await;
        is_true(&stage, &client, SOON).await;
    }
    assert_eq!(
        stage.pbx().counters().sockets_opened,
        1,
        "one socket all along"
    );
}

#[tokio::test]
async fn events_that_were_lost_first_of_all_are_missed_too() {
    let stage = talking().await;
    let client = stage.client();
    stage.pbx().close_sockets();
    is_true(&stage, &client, SOON).await;
    // The first events of this socket, after the reading that followed its opening.
    stage.pbx().drop_events(2);
    ring(&stage, "+966500000004", "105").await;
    does(&stage, "105", Deed::Answer).await;
    let nothing = json!({ "dtmf_input": "1" });
    let path = "/callcontrol/100/participants/1";
    for _ in 0..3 {
        stage.pbx().send_event("100", 2, path, nothing.clone());
    }
    is_true(&stage, &client, SOON).await;
}
