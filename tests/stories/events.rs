//! Live events: told as they happen, to whoever may hear of them, without loss and in order.

mod crowd;
mod doors;
mod lost;
mod watching;

use pbx_sim::{Answering, Control, Deed, InboundCall};
use serde_json::{Value, json};

use crate::harness::{Client, Event, Stage, Stream, until};

/// A number outside that calls in.
const HUDA: &str = "+966500000001";

/// Waits until the link is up.
async fn is_up(client: &Client) {
    until("the link to come up", async || {
        let calls = client.call("get_active_calls", json!({})).await;
        (calls.ok()["live"] == json!(true)).then_some(())
    })
    .await;
}

/// A PBX and a Worker whose link is up.
async fn live_stage() -> Stage {
    let stage = Stage::new().await;
    is_up(&stage.client()).await;
    stage
}

/// A call from outside that rings until somebody does something.
fn ring(pbx: &Control, from: &str, to: &str) -> u32 {
    let call = InboundCall {
        from: from.into(),
        name: Some("Huda".into()),
        to: to.into(),
        answering: Some(Answering::Never),
    };
    pbx.inbound(&call).unwrap()
}

/// Somebody does something with their calls, as soon as they have one.
async fn does(pbx: &Control, who: &str, deed: Deed) {
    until(&format!("{who} to do it: {deed:?}"), async || {
        (pbx.party(who, deed) > 0).then_some(())
    })
    .await;
}

/// A call that rings at an extension until `witness` has heard of it, and is over.
async fn visit(pbx: &Control, from: &str, to: &str, witness: &mut Stream) -> Vec<Event> {
    let callid = ring(pbx, from, to);
    let mut heard = Vec::new();
    for kind in ["call.ringing", "call.ended"] {
        let is_it =
            |event: &Event| event.kind == kind && event.data["id"] == json!(callid.to_string());
        while !heard.last().is_some_and(is_it) {
            heard.push(witness.next().await.expect("the witness stays"));
        }
        pbx.party(from, Deed::HangUp);
    }
    heard
}

/// The stream stands at its beginning: the link is up.
async fn begins(stream: &mut Stream) {
    assert_eq!(stream.expect("link").await["live"], json!(true));
}

#[tokio::test]
async fn a_call_is_told_from_its_first_ring_to_its_end() {
    let stage = live_stage().await;
    let client = stage.client();
    let mut stream = client.events(None).await;
    begins(&mut stream).await;
    let callid = ring(stage.pbx(), HUDA, "100");

    let ringing = stream.expect("call.ringing").await;
    let shown = client
        .call("get_active_calls", json!({ "extension": "100" }))
        .await;
    let mut shown = shown.ok()["activeCalls"][0].clone();
    let mut told = ringing.clone();
    let members = |value: &mut Value, names: &[&str]| {
        for name in names {
            assert!(
                value.as_object_mut().unwrap().remove(*name).is_some(),
                "{name}"
            );
        }
    };
    members(&mut told, &["at", "duration"]);
    members(&mut shown, &["duration"]);
    assert_eq!(told, shown, "the leg as get_active_calls shows it");
    assert_eq!(told["id"], json!(callid.to_string()));
    assert_eq!(told["caller"], json!(HUDA));
    let presence = stream.expect("presence.changed").await;
    assert_eq!(presence["extension"], json!("100"));
    assert_eq!(
        (&presence["ringing"], &presence["onCall"]),
        (&json!(true), &json!(false))
    );

    does(stage.pbx(), "100", Deed::Answer).await;
    let answered = stream.expect("call.answered").await;
    assert_eq!(answered["status"], json!("Connected"));
    assert_eq!(answered["participantId"], ringing["participantId"]);
    let presence = stream.expect("presence.changed").await;
    assert_eq!(
        (&presence["ringing"], &presence["onCall"]),
        (&json!(false), &json!(true))
    );

    does(stage.pbx(), HUDA, Deed::HangUp).await;
    let ended = stream.expect("call.ended").await;
    assert_eq!(ended["id"], answered["id"]);
    assert_eq!(ended["status"], json!("Connected"), "as it was last");
    let presence = stream.expect("presence.changed").await;
    assert_eq!(
        (&presence["ringing"], &presence["onCall"]),
        (&json!(false), &json!(false))
    );
    assert!(stream.is_silent().await);
}

#[tokio::test]
async fn who_comes_back_has_missed_nothing() {
    let stage = Stage::of(&[], 2).await;
    let clients = stage.runtime.clients();
    is_up(&clients[0]).await;
    let mut witness = clients[1].events(None).await;
    let mut stream = clients[0].events(None).await;
    begins(&mut witness).await;
    begins(&mut stream).await;
    let (mut heard, mut expected) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let from = format!("+96650000010{round}");
        expected.extend(visit(stage.pbx(), &from, "104", &mut witness).await);
        // In the middle of it, at another place each time.
        for _ in 0..round {
            heard.push(stream.next().await.unwrap());
        }
        let id = stream.id.clone();
        drop(stream);
        let from = format!("+96650000020{round}");
        expected.extend(visit(stage.pbx(), &from, "105", &mut witness).await);
        let by_header = round % 2 == 0;
        stream = if by_header {
            clients[round % 2].events(Some(&id)).await
        } else {
            let path = format!("/events?lastEventId={id}");
            clients[round % 2].stream(&path).await
        };
        begins(&mut stream).await;
    }
    while heard.len() < expected.len() {
        heard.push(stream.next().await.unwrap());
    }
    assert_eq!(heard, expected);
    let calls = heard.iter().filter(|event| event.kind == "call.ended");
    assert_eq!(calls.count(), 12);
}

#[tokio::test]
async fn on_demand_whoever_follows_keeps_the_link() {
    let stage = Stage::with(&[("PBX_EVENTS", "on_demand")]).await;
    let client = stage.client();
    client.call("get_extensions", json!({})).await.ok();
    assert_eq!(stage.pbx().counters().sockets_opened, 0);
    let mut stream = client.events(None).await;
    assert_eq!(stream.expect("link").await["live"], json!(false));
    let live = stream.until(|event| event.kind == "link").await;
    assert_eq!(live.data["live"], json!(true));
    ring(stage.pbx(), HUDA, "100");
    stream.expect("call.ringing").await;
}
