//! Answering, transferring, holding: calls that move.

use pbx_sim::{Answering, Deed, Fault, InboundCall, Rule};
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
async fn a_blind_transfer_uses_the_action_that_fits_the_state() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    let moved = client
        .call(
            "transfer_call",
            json!({ "extension": "100", "destination": "104" }),
        )
        .await;
    assert_eq!(moved.ok()["action"], json!("transferto"));
    assert_eq!(moved.ok()["transferType"], json!("blind"));
    leg(&client, "104", "Connected").await;

    ringing(&stage, "105").await;
    let moved = client
        .call(
            "transfer_call",
            json!({ "extension": "105", "destination": "107" }),
        )
        .await;
    assert_eq!(moved.ok()["action"], json!("divert"));
    let refused = client
        .call(
            "transfer_call",
            json!({ "extension": "104", "destination": "997" }),
        )
        .await;
    assert_eq!(refused.code(), "forbidden_destination");
}

#[tokio::test]
async fn a_transfer_that_fails_leaves_the_caller_where_they_were() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    stage.pbx().set_incoming("104", Answering::Busy);
    for kind in ["blind", "attended"] {
        let failed = client
            .call(
                "transfer_call",
                json!({ "extension": "100", "destination": "104", "type": kind }),
            )
            .await;
        assert_eq!(failed.code(), "pbx_rejected", "{kind}");
        assert!(
            failed.text.contains("with the extension"),
            "{}",
            failed.text
        );
        leg(&client, "100", "Connected").await;
    }
    // Attended: the caller stays until the destination answers.
    let moved = client
        .call(
            "transfer_call",
            json!({ "extension": "100", "destination": "107", "type": "attended" }),
        )
        .await;
    assert_eq!(moved.ok()["action"], json!("routeto"));
    leg(&client, "107", "Connected").await;
}

#[tokio::test]
async fn an_unclear_transfer_is_looked_up_and_never_repeated() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    stage
        .pbx()
        .add_fault(Rule::once("/transferto", Fault::ResetAfter));
    let unclear = client
        .call(
            "transfer_call",
            json!({ "extension": "100", "destination": "104" }),
        )
        .await;
    assert_eq!(unclear.code(), "outcome_unknown");
    assert_eq!(stage.requests("/transferto"), 1);
    assert!(
        unclear.text.contains("probably went through"),
        "{}",
        unclear.text
    );
}

#[tokio::test]
async fn a_held_call_is_parked_and_fetched_back_even_after_a_restart() {
    let mut stage = Stage::new().await;
    let client = stage.client();
    let leg_before = connected(&stage, "100").await;
    let held = client
        .call("hold_call", json!({ "extension": "100", "action": "hold" }))
        .await;
    assert_eq!(held.ok()["participantId"], leg_before["participantId"]);
    let slot = held.ok()["slot"].as_str().unwrap().to_owned();
    assert!(slot.starts_with("SP"), "{slot}");
    let free = client
        .call("get_presence", json!({ "extension": "100" }))
        .await;
    assert_eq!(free.ok()["calls"], json!([]));

    stage.restart(&[]).await;
    let client = stage.client();
    let resumed = client
        .call(
            "hold_call",
            json!({ "extension": "100", "action": "resume" }),
        )
        .await;
    assert_eq!(resumed.ok()["otherParty"], json!("+966500000001"));
    let leg_after = leg(&client, "100", "Connected").await;
    assert_eq!(leg_after["otherParty"], json!("+966500000001"));
    let again = client
        .call(
            "hold_call",
            json!({ "extension": "100", "action": "resume" }),
        )
        .await;
    assert_eq!(again.code(), "not_found");
}

#[tokio::test]
async fn two_holds_never_take_one_slot() {
    let stage = Stage::of(&[], 2).await;
    let clients = stage.runtime.clients();
    for extension in ["100", "104", "105"] {
        connected(&stage, extension).await;
    }
    let holds = ["100", "104", "105"]
        .iter()
        .enumerate()
        .map(|(number, extension)| {
            clients[number % 2].call(
                "hold_call",
                json!({ "extension": extension, "action": "hold" }),
            )
        });
    let answers = futures::future::join_all(holds).await;
    let mut slots: Vec<String> = answers
        .iter()
        .filter(|answer| !answer.is_error)
        .map(|answer| answer.value["slot"].as_str().unwrap().to_owned())
        .collect();
    slots.sort();
    assert_eq!(slots, ["SP100", "SP101"], "two slots, two calls");
    let third = answers.iter().find(|answer| answer.is_error).unwrap();
    assert_eq!(third.code(), "limit_reached");
    let resumed = clients[0]
        .call(
            "hold_call",
            json!({ "extension": "100", "action": "resume" }),
        )
        .await;
    assert!(!resumed.is_error || resumed.code() == "not_found");
}

#[tokio::test]
async fn recording_tells_the_truth_and_asks_before_it_changes_a_setting() {
    let mut stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    connected(&stage, "100").await;
    let start = json!({ "extension": "100", "action": "start" });
    let asked = client.call("record_call", start.clone()).await;
    assert_eq!(asked.code(), "confirmation_required");
    assert!(
        asked.text.contains("cannot start recording a running call"),
        "{}",
        asked.text
    );
    assert_eq!(patches(&stage), 0);

    // A model cannot say yes by itself, and a handle is for one thing.
    for invented in ["true", "yes", ""] {
        let mut guess = start.clone();
        guess["confirm"] = json!(invented);
        assert_eq!(
            client.call("record_call", guess).await.code(),
            "confirmation_required"
        );
    }
    let handle = asked.value["error"]["details"]["confirm"].clone();
    let other = json!({ "extension": "104", "action": "start", "confirm": handle });
    assert_eq!(
        client.call("record_call", other).await.code(),
        "confirmation_required"
    );
    assert_eq!(patches(&stage), 0);

    let confirmed = json!({ "extension": "100", "action": "start", "confirm": handle });
    let done = client.call("record_call", confirmed.clone()).await;
    assert_eq!(done.ok()["recordingNextCalls"], json!(true));
    assert_eq!(
        done.ok()["recordingNow"],
        json!(false),
        "the running call is not recorded"
    );
    assert_eq!(patches(&stage), 1);

    // Undone after a restart, without another question.
    stage.restart(&[("CONFIRM", "")]).await;
    let undone = stage
        .client()
        .call(
            "record_call",
            json!({ "extension": "100", "action": "stop" }),
        )
        .await;
    assert_eq!(undone.ok()["recordingNextCalls"], json!(false));
    assert_eq!(patches(&stage), 2);
    // The handle was used up.
    assert_eq!(
        stage.client().call("record_call", confirmed).await.code(),
        "confirmation_required"
    );
}

fn patches(stage: &Stage) -> usize {
    stage
        .pbx()
        .requests()
        .iter()
        .filter(|entry| entry.method == "PATCH")
        .count()
}
