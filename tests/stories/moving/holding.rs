//! `hold_call`: calls in parking slots.

use pbx_sim::Rule;
use serde_json::json;

use super::{connected, leg};
use crate::harness::{Stage, status};

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
async fn without_a_parking_slot_it_is_said_and_nothing_is_done() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    let none = status(200, r#"{"value":[]}"#);
    stage.pbx().add_fault(Rule::once("/Parkings", none));
    let refused = client.call("hold_call", json!({ "action": "hold" })).await;
    assert_eq!(refused.code(), "not_supported_by_pbx");
    assert!(refused.text.contains("Parking"), "{}", refused.text);
    assert_eq!(stage.requests("/transferto"), 0);
    leg(&client, "100", "Connected").await;
}

#[tokio::test]
async fn a_caller_who_hung_up_meanwhile_takes_no_slot() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    let gone = Rule::once("/transferto", status(404, ""));
    stage.pbx().add_fault(gone);
    let request = json!({ "action": "hold" });
    let late = client.call("hold_call", request.clone()).await;
    assert_eq!(late.code(), "not_found");
    assert!(late.text.contains("has ended"), "{}", late.text);
    for _ in 0..2 {
        let resume = client
            .call("hold_call", json!({ "action": "resume" }))
            .await;
        assert_eq!(resume.code(), "not_found", "{}", resume.text);
    }
    // Both slots are still free.
    let held = client.call("hold_call", request).await;
    assert_eq!(held.ok()["slot"], json!("SP100"));
}
