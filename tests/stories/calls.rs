//! Placing calls and ending them.

use pbx_sim::{Answering, Deed, InboundCall, Rule};
use serde_json::json;

use crate::harness::{Stage, status, until};

#[tokio::test]
async fn a_colleague_is_called_and_the_call_is_ended() {
    let stage = Stage::new().await;
    let client = stage.client();

    let call = client
        .call(
            "make_call",
            json!({ "extension": "100", "destination": "104" }),
        )
        .await;
    let call = call.ok();
    assert_eq!(call["success"], json!(true));
    assert_eq!(
        (&call["extension"], &call["destination"]),
        (&json!("100"), &json!("104"))
    );
    let participant = call["participantId"].as_str().unwrap().to_owned();
    assert!(participant.parse::<u32>().unwrap() > 0);

    until("the call to be answered", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "104" }))
            .await;
        (presence.ok()["onCall"] == json!(true)).then_some(())
    })
    .await;
    let mine = client
        .call("get_presence", json!({ "extension": "100" }))
        .await;
    assert_eq!(mine.ok()["calls"][0]["participantId"], json!(participant));
    assert_eq!(mine.ok()["calls"][0]["otherParty"], json!("104"));

    // The current call: no participant_id is needed.
    let ended = client
        .call("drop_call", json!({ "extension": "100" }))
        .await;
    assert_eq!(ended.ok()["participantId"], json!(participant));
    assert_eq!(ended.ok()["alreadyOver"], json!(false));
    until("the colleague to be free again", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "104" }))
            .await;
        (presence.ok()["onCall"] == json!(false)).then_some(())
    })
    .await;

    let again = client
        .call(
            "drop_call",
            json!({ "extension": "100", "participant_id": participant }),
        )
        .await;
    assert_eq!(again.ok()["alreadyOver"], json!(true));
    assert_eq!(
        client
            .call("drop_call", json!({ "extension": "100" }))
            .await
            .code(),
        "not_found"
    );
}

#[tokio::test]
async fn extensions_that_do_not_exist_or_are_not_ours() {
    let stage = Stage::new().await;
    let client = stage.client();
    let arguments = |extension| json!({ "extension": extension, "destination": "101" });
    assert_eq!(
        client.call("make_call", arguments("199")).await.code(),
        "not_found"
    );
    let forbidden = client.call("make_call", arguments("113")).await;
    assert_eq!(forbidden.code(), "forbidden");
    assert!(
        forbidden.text.contains("Integrations > API"),
        "{}",
        forbidden.text
    );
    assert_eq!(
        client.call("make_call", arguments("10x")).await.code(),
        "invalid_argument"
    );
    assert_eq!(
        client
            .call("drop_call", json!({ "extension": "199" }))
            .await
            .code(),
        "not_found"
    );
    let nonsense = json!({ "extension": "100", "participant_id": "8107/../.." });
    assert_eq!(
        client.call("drop_call", nonsense).await.code(),
        "invalid_argument"
    );
}

#[tokio::test]
async fn what_the_pbx_refuses_is_no_success() {
    for numbers in [false, true] {
        let stage = Stage::new().await;
        stage
            .pbx()
            .change_settings(|settings| settings.finalstatus_numbers = numbers);
        let client = stage.client();
        for (answering, word) in [
            (Answering::Busy, "Busy"),
            (Answering::Unknown, "Unknown"),
            (Answering::Unreachable, "Reachable"),
        ] {
            stage.pbx().set_outside("+966500000000", answering);
            let call = client
                .call("make_call", json!({ "destination": "0500000000" }))
                .await;
            assert_eq!(call.code(), "pbx_rejected");
            assert!(call.text.contains(word), "{}", call.text);
        }
    }
}

#[tokio::test]
async fn several_calls_are_told_apart() {
    let stage = Stage::new().await;
    let client = stage.client();
    stage
        .pbx()
        .change_settings(|settings| settings.extensions = Answering::Never);
    for from in ["+966500000001", "+966500000002"] {
        let call = InboundCall {
            from: from.into(),
            name: None,
            to: "101".into(),
            answering: None,
        };
        stage.pbx().inbound(&call).unwrap();
    }
    let legs = until("all phones of 101 to ring", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "101" }))
            .await;
        let calls = presence.ok()["calls"].as_array().unwrap().clone();
        (calls.len() >= 2).then_some(calls)
    })
    .await;
    assert!(
        legs.iter()
            .all(|leg| leg["status"] == json!("Ringing") && leg["external"] == json!(true))
    );

    let unclear = client
        .call("drop_call", json!({ "extension": "101" }))
        .await;
    assert_eq!(unclear.code(), "ambiguous_participant");
    let listed = unclear.value["error"]["details"]["participants"]
        .as_array()
        .unwrap();
    let chosen = listed
        .iter()
        .find(|leg| leg["otherParty"] == json!("+966500000002"))
        .unwrap();
    client
        .call(
            "drop_call",
            json!({ "extension": "101", "participant_id": chosen["participantId"] }),
        )
        .await
        .ok();
    stage.pbx().party("+966500000001", Deed::HangUp);
}

#[tokio::test]
async fn a_second_call_costs_one_request() {
    // Without the link, whose own reads would be counted too.
    let stage = Stage::with(&[("PBX_EVENTS", "off")]).await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    stage.pbx().clear_requests();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    let requests = stage.pbx().requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].path.ends_with("/makecall"));
}

#[tokio::test]
async fn a_hanging_up_that_is_refused_is_no_success() {
    for body in [
        r#"{"finalstatus":"Failed","reason":"NoPermission"}"#,
        r#"{"finalstatus":0}"#,
    ] {
        let stage = Stage::new().await;
        let client = stage.client();
        client
            .call("make_call", json!({ "destination": "104" }))
            .await
            .ok();
        stage
            .pbx()
            .add_fault(Rule::once("/drop", status(200, body)));
        assert_eq!(
            client.call("drop_call", json!({})).await.code(),
            "pbx_rejected"
        );
    }
}

#[tokio::test]
async fn accepted_is_as_good_as_done() {
    let stage = Stage::new().await;
    stage.pbx().change_settings(|s| s.accepted_202 = true);
    stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    stage.client().call("drop_call", json!({})).await.ok();
}

#[tokio::test]
async fn a_participant_is_a_positive_number() {
    let stage = Stage::new().await;
    let nothing = stage
        .client()
        .call("drop_call", json!({ "participant_id": "-1" }))
        .await;
    assert_eq!(nothing.code(), "invalid_argument");
    assert_eq!(stage.requests("/drop"), 0);
}

#[tokio::test]
async fn the_ring_time_has_bounds() {
    let stage = Stage::new().await;
    let call = stage
        .client()
        .call(
            "make_call",
            json!({ "destination": "104", "timeout_seconds": 121 }),
        )
        .await;
    assert_eq!(call.code(), "invalid_argument");
}
