//! One key, one call: whatever is repeated, wherever, and whoever dies.

use futures::future::join_all;
use pbx_sim::{Answering, Fault, Rule};
use serde_json::json;

use crate::harness::{Stage, key_entry, until};

#[tokio::test]
async fn the_same_key_at_several_isolates_places_one_call() {
    let stage = Stage::of(&[], 3).await;
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Delay { ms: 300 }));
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "visit-17" });
    let clients = stage.runtime.clients();
    let calls = (0..12).map(|number| clients[number % 3].call("make_call", arguments.clone()));
    let answers = join_all(calls).await;

    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
    assert_eq!(stage.requests("/makecall"), 1);
    let participants: Vec<_> = answers
        .iter()
        .map(|answer| &answer.ok()["participantId"])
        .collect();
    assert!(
        participants.iter().all(|id| *id == participants[0]),
        "{participants:?}"
    );
    let repeated = answers
        .iter()
        .filter(|answer| answer.ok()["repeated"] == json!(true))
        .count();
    assert_eq!(repeated, 11);
}

#[tokio::test]
async fn a_key_means_one_thing() {
    let stage = Stage::new().await;
    let client = stage.client();
    let with = |destination: &str, key: &str| json!({ "destination": destination, "idempotency_key": key });
    client.call("make_call", with("104", "a")).await.ok();
    let other = client.call("make_call", with("105", "a")).await;
    assert_eq!(other.code(), "invalid_argument");
    assert_eq!(stage.pbx().calls_placed_to("105"), 0);
    assert_eq!(
        client.call("make_call", with("105", "")).await.code(),
        "invalid_argument"
    );
    assert_eq!(
        client
            .call("make_call", with("105", &"k".repeat(201)))
            .await
            .code(),
        "invalid_argument"
    );
    // The same number written differently is the same thing.
    client.call("make_call", with("0500000000", "b")).await.ok();
    let same = client
        .call("make_call", with("+966 50 000 0000", "b"))
        .await;
    assert_eq!(same.ok()["repeated"], json!(true));
}

#[tokio::test]
async fn what_certainly_failed_may_be_tried_again_with_its_key() {
    let stage = Stage::new().await;
    let client = stage.client();
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "k" });
    stage.pbx().set_outside("+966500000000", Answering::Busy);
    assert_eq!(
        client.call("make_call", arguments.clone()).await.code(),
        "pbx_rejected"
    );
    stage
        .pbx()
        .set_outside("+966500000000", Answering::Answer { after_ms: None });
    assert_eq!(
        client.call("make_call", arguments).await.ok()["repeated"],
        json!(false)
    );
}

#[tokio::test]
async fn what_may_have_happened_stays_unclear_under_its_key() {
    let mut stage = Stage::new().await;
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "k" });
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::ResetAfter));
    assert_eq!(
        stage
            .client()
            .call("make_call", arguments.clone())
            .await
            .code(),
        "outcome_unknown"
    );
    assert_eq!(
        stage
            .client()
            .call("make_call", arguments.clone())
            .await
            .code(),
        "outcome_unknown"
    );
    stage.restart(&[]).await;
    assert_eq!(
        stage.client().call("make_call", arguments).await.code(),
        "outcome_unknown"
    );
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_leaves_no_second_call() {
    let mut stage = Stage::new().await;
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "k" });
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Hang { seconds: 60 }));
    let client = stage.client();
    let lost = arguments.clone();
    let request = tokio::spawn(async move { client.call("make_call", lost).await });
    until("the request to reach the PBX", async || {
        (stage.requests("/makecall") == 1).then_some(())
    })
    .await;
    stage.restart(&[]).await;
    assert!(request.await.is_err(), "the caller's connection is gone");

    let repeated = stage.client().call("make_call", arguments).await;
    assert_eq!(repeated.code(), "outcome_unknown");
    assert_eq!(stage.requests("/makecall"), 1);
}

#[tokio::test]
async fn a_key_is_not_good_for_another_extension() {
    let stage = Stage::new().await;
    let client = stage.client();
    let with = |extension: &str| json!({ "extension": extension, "destination": "104", "idempotency_key": "a" });
    client.call("make_call", with("100")).await.ok();
    assert_eq!(
        client.call("make_call", with("101")).await.code(),
        "invalid_argument"
    );
}

#[tokio::test]
async fn keys_of_two_callers_have_nothing_to_do_with_each_other() {
    const A: &str = "alpha-key-that-an-administrator-gave-out";
    const B: &str = "bravo-key-that-an-administrator-gave-out";
    let scopes = ["read", "control"];
    let entries = [A, B].map(|key| key_entry(key, &scopes, None));
    let stage = Stage::with_keys(&entries).await;
    let arguments = json!({ "destination": "104", "idempotency_key": "k" });
    let a = stage
        .client_with(A)
        .call("make_call", arguments.clone())
        .await;
    assert_eq!(a.ok()["repeated"], json!(false));
    stage.client_with(A).call("drop_call", json!({})).await.ok();
    let b = stage.client_with(B).call("make_call", arguments).await;
    assert_eq!(b.ok()["repeated"], json!(false));
    assert_eq!(stage.pbx().calls_placed_to("104"), 2);
}

#[tokio::test]
async fn whoever_waits_for_the_same_key_is_woken() {
    let stage = Stage::of(&[], 2).await;
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Delay { ms: 300 }));
    let clients = stage.runtime.clients();
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "k" });
    let begun = std::time::Instant::now();
    let (a, b) = futures::join!(
        clients[0].call("make_call", arguments.clone()),
        clients[1].call("make_call", arguments)
    );
    a.ok();
    b.ok();
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
