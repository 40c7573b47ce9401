//! Actions of which nobody knows whether they happened: looked up, told, and never repeated.

use pbx_sim::{Answering, Fault, Rule};
use serde_json::json;

use crate::harness::{Stage, status};

#[tokio::test]
async fn an_unclear_outcome_is_looked_up_and_never_repeated() {
    let html = || Fault::Html;
    let error = || status(503, "");
    // Carried out or not: in each case nobody told us.
    for (fault, placed) in [
        (Fault::ResetAfter, 1),
        (Fault::Truncate, 1),
        (Fault::Reset, 0),
        (html(), 0),
        (error(), 0),
        (Fault::Empty, 0),
    ] {
        let stage = Stage::new().await;
        let client = stage.client();
        stage.pbx().set_outside("+966500000000", Answering::Never);
        stage
            .pbx()
            .add_fault(Rule::once("/makecall", fault.clone()));
        let call = client
            .call("make_call", json!({ "destination": "0500000000" }))
            .await;
        assert_eq!(call.code(), "outcome_unknown", "{fault:?}: {}", call.text);
        assert_eq!(call.value["error"]["retryable"], json!(false));
        assert_eq!(stage.requests("/makecall"), 1, "{fault:?}");
        assert_eq!(
            stage.pbx().calls_placed_to("+966500000000"),
            placed,
            "{fault:?}"
        );
        let seen = call.value["error"]["details"]["calls"].as_array().unwrap();
        assert_eq!(seen.len(), placed, "{fault:?}: {}", call.text);
    }
}

#[tokio::test]
async fn an_unclear_hanging_up_is_looked_up() {
    for (fault, requests) in [(Fault::ResetAfter, 1), (Fault::Reset, 2)] {
        let stage = Stage::new().await;
        let client = stage.client();
        client
            .call("make_call", json!({ "destination": "0500000000" }))
            .await
            .ok();
        stage.pbx().add_fault(Rule::once("/drop", fault));
        client.call("drop_call", json!({})).await.ok();
        assert_eq!(stage.requests("/drop"), requests);
        let presence = client.call("get_presence", json!({})).await;
        assert_eq!(presence.ok()["calls"], json!([]));
    }
}

#[tokio::test]
async fn an_unclear_call_is_not_repeated_because_its_phone_was_remembered() {
    let stage = Stage::new().await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    stage.pbx().clear_requests();
    stage.pbx().set_outside("+966500000000", Answering::Never);
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::ResetAfter));
    let call = client
        .call("make_call", json!({ "destination": "0500000000" }))
        .await;
    assert_eq!(call.code(), "outcome_unknown");
    assert_eq!(stage.requests("/makecall"), 1);
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
}

#[tokio::test]
async fn another_call_is_not_taken_for_the_unclear_one() {
    let stage = Stage::new().await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    stage.pbx().add_fault(Rule::once("/makecall", Fault::Reset));
    let call = client
        .call("make_call", json!({ "destination": "0500000000" }))
        .await;
    assert_eq!(call.code(), "outcome_unknown");
    assert_eq!(
        call.value["error"]["details"]["calls"],
        json!([]),
        "{}",
        call.text
    );
}

#[tokio::test]
async fn every_server_error_after_an_action_is_unclear() {
    for code in [500, 501, 502, 504, 520] {
        let stage = Stage::new().await;
        stage
            .pbx()
            .add_fault(Rule::once("/makecall", status(code, "")));
        assert_eq!(
            stage
                .client()
                .call("make_call", json!({ "destination": "104" }))
                .await
                .code(),
            "outcome_unknown"
        );
    }
}
