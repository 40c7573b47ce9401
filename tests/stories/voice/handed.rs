//! `hand_to_basma`: a call of a person that goes to her.

use pbx_sim::{Answering, InboundCall};
use serde_json::json;

use super::caller::Caller;
use super::{DESK, ENGLISH, Scene, is_built};
use crate::harness::until;

const CALLER: &str = "+966500000012";

/// A call at extension 100, which answers it or lets it ring.
fn call(scene: &Scene, answering: Answering) -> u32 {
    let call = InboundCall {
        from: CALLER.to_owned(),
        name: None,
        to: "100".to_owned(),
        answering: Some(answering),
    };
    scene.stage.pbx().inbound(&call).expect("it rings")
}

#[tokio::test]
async fn a_call_that_rings_and_one_that_was_answered() {
    if !is_built() {
        return;
    }
    for (answering, action) in [
        (Answering::Never, "divert"),
        (Answering::Answer { after_ms: None }, "transferto"),
    ] {
        let scene = Scene::in_language(&ENGLISH).await;
        scene.always_answers();
        let callid = call(&scene, answering);
        let client = scene.stage.client();
        let state = if action == "divert" {
            "Ringing"
        } else {
            "Connected"
        };
        until("the call to be there", async || {
            let active = client.call("get_active_calls", json!({})).await;
            active.text.contains(state).then_some(())
        })
        .await;
        let handed = client.call("hand_to_basma", json!({})).await;
        let handed = handed.ok().clone();
        assert_eq!(
            (&handed["action"], &handed["destination"]),
            (&json!(action), &json!(DESK))
        );
        let caller = Caller::of(&scene, callid, CALLER).await;
        caller.reaches(DESK).await;
        caller.hears(ENGLISH.consent).await;
        caller.say_file(ENGLISH.voice);
        caller.hears(ENGLISH.answer).await;
        let uri = handed["transcript"]
            .as_str()
            .expect("where what is said can be read");
        let kept = client.read(uri).await.expect("a transcript");
        assert_eq!(kept["caller"], CALLER);
        assert!(kept["transcript"].to_string().contains(ENGLISH.question));
        caller.hang_up();
    }
}

#[tokio::test]
async fn not_where_she_is_not_or_listens_to_nobody() {
    if !is_built() {
        return;
    }
    let off = [("BASMA_DN", ""), ("BASMA_FALLBACK_EXTENSION", "")];
    for (changes, word) in [
        (&off[..], "BASMA_DN"),
        (&[("BASMA_CONSENT", "")], "BASMA_CONSENT"),
    ] {
        let scene = Scene::with(&ENGLISH, changes).await;
        let callid = call(&scene, Answering::Never);
        let refused = scene.stage.client().call("hand_to_basma", json!({})).await;
        assert_eq!(refused.code(), "pbx_not_configured");
        assert!(refused.text.contains(word), "{}", refused.text);
        assert_eq!(
            scene.stage.requests("/divert"),
            0,
            "call {callid} is left alone"
        );
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let none = scene.stage.client().call("hand_to_basma", json!({})).await;
    assert_eq!(none.code(), "not_found");
}
