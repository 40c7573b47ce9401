//! `transfer_call`: blind and attended, in time and too late.

use pbx_sim::{Answering, Deed, Fault, Rule};
use serde_json::json;

use super::{connected, leg, ringing};
use crate::harness::{Stage, status, until};

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

/// A ringing call can only be diverted, an answered one only be transferred: which of both fits may
/// change between looking and acting.
#[tokio::test]
async fn a_call_that_is_answered_just_then_is_transferred_all_the_same() {
    let stage = Stage::new().await;
    let client = stage.client();
    ringing(&stage, "100").await;
    let slow = Rule::once("/divert", Fault::Delay { ms: 300 });
    stage.pbx().add_fault(slow);
    let transfer = json!({ "extension": "100", "destination": "104" });
    let answer = async {
        until("the divert to reach the PBX", async || {
            (stage.requests("/divert") == 1).then_some(())
        })
        .await;
        assert_eq!(stage.pbx().party("100", Deed::Answer), 1);
    };
    let (moved, ()) = futures::join!(client.call("transfer_call", transfer), answer);
    assert_eq!(moved.ok()["action"], json!("transferto"));
    leg(&client, "104", "Connected").await;
}

#[tokio::test]
async fn a_caller_who_hung_up_meanwhile_is_not_called_transferred() {
    let stage = Stage::new().await;
    let client = stage.client();
    connected(&stage, "100").await;
    for (kind, action) in [("blind", "/transferto"), ("attended", "/routeto")] {
        stage.pbx().add_fault(Rule::once(action, status(404, "")));
        let transfer = json!({ "destination": "104", "type": kind });
        let late = client.call("transfer_call", transfer).await;
        assert_eq!(late.code(), "not_found", "{kind}");
        assert!(late.text.contains("any more"), "{kind}: {}", late.text);
    }
    assert_eq!(stage.requests("/participants/"), stage.requests("to"));
}

/// A participantId goes with its extension: nothing is done to the call of somebody else.
#[tokio::test]
async fn a_call_of_another_extension_is_left_alone() {
    let stage = Stage::new().await;
    let client = stage.client();
    let theirs = connected(&stage, "104").await;
    let id = theirs["participantId"].clone();
    for (tool, more) in [
        ("answer_call", json!({})),
        ("transfer_call", json!({ "destination": "105" })),
        ("hold_call", json!({ "action": "hold" })),
        ("record_call", json!({ "action": "start" })),
        ("drop_call", json!({})),
    ] {
        let mut arguments = more;
        arguments["extension"] = json!("100");
        arguments["participant_id"] = id.clone();
        let refused = client.call(tool, arguments).await;
        assert_eq!(refused.code(), "not_found", "{tool}: {}", refused.text);
    }
    let requests = stage.pbx().requests();
    let touched = requests
        .iter()
        .find(|entry| entry.method != "GET" && entry.path.contains("/104/"));
    assert!(touched.is_none(), "{touched:?}");
    leg(&client, "104", "Connected").await;
}
