//! `answer_call`: phones that can be told to answer, and phones that cannot.

use pbx_sim::Rule;
use serde_json::json;

use super::{leg, ringing};
use crate::harness::{Stage, status, until};

#[tokio::test]
async fn a_phone_under_control_is_answered_and_any_other_says_why_not() {
    let stage = Stage::new().await;
    let client = stage.client();
    ringing(&stage, "100").await;
    client
        .call("answer_call", json!({ "extension": "100" }))
        .await
        .ok();
    leg(&client, "100", "Connected").await;
    let again = client
        .call("answer_call", json!({ "extension": "100" }))
        .await;
    assert_eq!(again.code(), "wrong_call_state", "nothing rings any more");

    // 104 has a desk phone only.
    ringing(&stage, "104").await;
    let refused = client
        .call("answer_call", json!({ "extension": "104" }))
        .await;
    assert_eq!(refused.code(), "not_supported_by_pbx");
    assert!(refused.text.contains("transfer_call"), "{}", refused.text);
    assert_eq!(
        stage.requests("/answer"),
        1,
        "no request that could only fail"
    );

    // 101 has both: the app answers for it, and the desk phone by name points to the app.
    ringing(&stage, "101").await;
    let legs = client
        .call("get_presence", json!({ "extension": "101" }))
        .await;
    assert_eq!(legs.ok()["calls"].as_array().unwrap().len(), 2);
    client
        .call("answer_call", json!({ "extension": "101" }))
        .await
        .ok();
}

#[tokio::test]
async fn a_phone_that_refuses_to_be_told_gets_the_same_advice() {
    let stage = Stage::new().await;
    let client = stage.client();
    ringing(&stage, "100").await;
    let refusal = Rule::once("/answer", status(422, ""));
    stage.pbx().add_fault(refusal);
    let refused = client.call("answer_call", json!({})).await;
    assert_eq!(refused.code(), "not_supported_by_pbx");
    assert!(refused.text.contains("direct control"), "{}", refused.text);
    leg(&client, "100", "Ringing").await;
}

#[tokio::test]
async fn a_caller_who_hung_up_meanwhile_is_not_called_answered() {
    let stage = Stage::new().await;
    let client = stage.client();
    ringing(&stage, "100").await;
    stage
        .pbx()
        .add_fault(Rule::once("/answer", status(404, "")));
    let late = client.call("answer_call", json!({})).await;
    assert_eq!(late.code(), "not_found");
    assert!(late.text.contains("has ended"), "{}", late.text);
    assert!(late.text.contains("get_presence"), "{}", late.text);
}

/// One call that rings two phones has two legs; what ends one of them says nothing of the other.
#[tokio::test]
async fn a_phone_that_is_dropped_does_not_hide_the_other() {
    let stage = Stage::new().await;
    let client = stage.client();
    ringing(&stage, "101").await;
    let legs = async || {
        let arguments = json!({ "extension": "101" });
        let presence = client.call("get_presence", arguments).await;
        presence.ok()["calls"].as_array().unwrap().clone()
    };
    let both = until("both phones to ring", async || {
        let both = legs().await;
        (both.len() == 2).then_some(both)
    })
    .await;
    let [gone, rest] = both.as_slice() else {
        panic!("{both:?}")
    };
    let drop = json!({ "extension": "101", "participant_id": gone["participantId"] });
    client.call("drop_call", drop).await.ok();
    until("the other phone to ring alone", async || {
        let left = legs().await;
        assert!(left.contains(rest), "{left:?}");
        (left.len() == 1).then_some(())
    })
    .await;
    let active = client.call("get_active_calls", json!({})).await;
    assert_eq!(active.ok()["activeCalls"][0]["id"], rest["callId"]);
}
