//! The life of calls and the preconditions of actions.

use crate::common::{encode, pbx, pbx_with};
use pbx_sim::{Answering, Deed, InboundCall, Settings};
use serde_json::{Value, json};

const OUTSIDE: &str = "+966500000001";

fn inbound(to: &str) -> InboundCall {
    InboundCall {
        from: OUTSIDE.to_owned(),
        name: Some("Huda".to_owned()),
        to: to.to_owned(),
        answering: Some(Answering::Never),
    }
}

#[tokio::test]
async fn an_app_dials_directly() {
    let pbx = pbx().await;
    let (status, made) = pbx.dial("100", 0, OUTSIDE).await;
    assert_eq!(
        (status.as_u16(), &made["finalstatus"]),
        (200, &json!("Success"))
    );
    assert_eq!(made["result"]["status"], "Dialing");
    let own = pbx.until("100", &["Connected"]).await;
    assert_eq!(own[0]["party_dn_type"], "Wexternalline");
    assert_eq!(own[0]["party_dn"], "10000");
    assert_eq!(own[0]["callid"], made["result"]["callid"]);
    assert_eq!(pbx.sim.control().party(OUTSIDE, Deed::HangUp), 1);
    pbx.until("100", &[]).await;
    assert_eq!(pbx.sim.control().calls_placed_to(OUTSIDE), 1);
}

#[tokio::test]
async fn a_desk_phone_rings_first() {
    let settings = Settings {
        pick_up: Answering::Never,
        ..Settings::fast()
    };
    let pbx = pbx_with(settings).await;
    let (_, made) = pbx.dial("104", 0, "105").await;
    assert_eq!(made["result"]["status"], "Ringing");
    let (_, calls) = pbx.get("/xapi/v1/ActiveCalls").await;
    assert_eq!(calls["value"][0]["Caller"], "MakeCall");
    assert!(pbx.participants("105").await.is_empty());
    assert_eq!(pbx.sim.control().party("104", Deed::Answer), 1);
    let callee = pbx.until("105", &["Connected"]).await;
    let caller = pbx.until("104", &["Connected"]).await;
    assert_eq!(callee[0]["callid"], caller[0]["callid"]);
    assert_ne!(callee[0]["legid"], caller[0]["legid"]);
    assert_eq!(caller[0]["party_dn"], "105");
    assert_eq!(
        pbx.act("105", "drop", json!({})).await.1["finalstatus"],
        "Success"
    );
    assert!(pbx.participants("104").await.is_empty());
}

#[tokio::test]
async fn the_legacy_form_always_succeeds_first() {
    let pbx = pbx().await;
    let body = json!({ "destination": "199" });
    let (status, made) = pbx.post("/callcontrol/101/makecall", body.clone()).await;
    assert_eq!(
        (status.as_u16(), &made["finalstatus"]),
        (200, &json!("Success"))
    );
    // Two devices: both ring, then nothing is there to be dialled.
    assert_eq!(pbx.participants("101").await.len(), 2);
    pbx.until("101", &[]).await;
    assert_eq!(pbx.sim.control().history()[0].reason, "UnknownDestination");
    for (dn, expected) in [("110", 424), ("106", 424), ("113", 403), ("999", 404)] {
        let answer = pbx
            .post(&format!("/callcontrol/{dn}/makecall"), body.clone())
            .await;
        assert_eq!(answer.0, expected, "{dn}");
    }
}

#[tokio::test]
async fn failures_are_200_with_a_reason() {
    let pbx = pbx().await;
    pbx.sim.control().set_outside("+96650*", Answering::Busy);
    for (destination, status, number, reason) in [
        ("199", "Failed", -1, "UnknownDestination"),
        ("106", "Failed", -1, "DestinationIsNotRegistered"),
        ("+966501234567", "Rejected", 0, "DestinationBusy"),
        ("*70", "Failed", -1, "UnknownDestination"),
    ] {
        let (http, made) = pbx.dial("100", 0, destination).await;
        assert_eq!(http, 200, "{destination}");
        assert_eq!(
            (&made["finalstatus"], &made["reason"]),
            (&json!(status), &json!(reason))
        );
        assert_eq!(made["result"], Value::Null);
        pbx.sim
            .control()
            .change_settings(|settings| settings.finalstatus_numbers = true);
        let (_, made) = pbx.dial("100", 0, destination).await;
        assert_eq!(made["finalstatus"], number);
        pbx.sim
            .control()
            .change_settings(|settings| settings.finalstatus_numbers = false);
        assert_eq!(pbx.sim.control().calls_placed_to(destination), 2);
    }
    assert!(pbx.participants("100").await.is_empty());
}

#[tokio::test]
async fn answer_needs_direct_control() {
    let pbx = pbx().await;
    for (dn, expected) in [("104", 422), ("105", 200)] {
        pbx.sim.control().inbound(&inbound(dn)).unwrap();
        pbx.until(dn, &["Ringing"]).await;
        assert_eq!(pbx.act(dn, "answer", json!({})).await.0, expected, "{dn}");
    }
    pbx.until("105", &["Connected"]).await;
    assert_eq!(pbx.act("105", "answer", json!({})).await.0, 422);
    assert_eq!(pbx.act("105", "hold", json!({})).await.0, 404);
    pbx.sim.control().inbound(&inbound("assistant")).unwrap();
    pbx.until("assistant", &["Ringing"]).await;
    assert_eq!(
        pbx.act("assistant", "answer", json!({})).await.1["result"]["status"],
        "Connected"
    );
}

#[tokio::test]
async fn other_destinations_have_their_types() {
    let pbx = pbx().await;
    for (destination, kind) in [
        ("SP101", "Wparkextension"),
        ("800", "Wqueue"),
        ("802", "Wivr"),
        ("888", "Wspecialmenu"),
    ] {
        pbx.sim
            .control()
            .change_settings(|settings| settings.extensions = Answering::Never);
        pbx.dial("103", 0, destination).await;
        let own = pbx.until("103", &["Connected"]).await;
        assert_eq!(own[0]["party_dn_type"], kind, "{destination}");
        if destination == "800" {
            let agent = pbx.until("104", &["Ringing"]).await;
            assert_eq!(agent[0]["on_behalf_of_dn"], "800");
            assert_eq!(agent[0]["party_dn"], "103");
            pbx.sim.control().party("104", Deed::Answer);
            pbx.until("109", &[]).await;
            assert_eq!(pbx.participants("103").await[0]["party_dn"], "104");
        }
        pbx.act("103", "drop", json!({})).await;
        pbx.until("103", &[]).await;
    }
}

#[tokio::test]
async fn two_phones_ring_and_one_wins() {
    let pbx = pbx().await;
    pbx.sim.control().inbound(&inbound("101")).unwrap();
    let both = pbx.until("101", &["Ringing", "Ringing"]).await;
    assert_eq!(both[0]["callid"], both[1]["callid"]);
    let app = both
        .iter()
        .find(|leg| leg["direct_control"] == true)
        .unwrap();
    let id = app["id"].clone();
    pbx.post(
        &format!("/callcontrol/101/participants/{id}/answer"),
        json!({}),
    )
    .await;
    let left = pbx.until("101", &["Connected"]).await;
    assert_eq!(left[0]["id"], id);
    let other = if both[0]["id"] == id {
        &both[1]
    } else {
        &both[0]
    };
    let gone = format!("/callcontrol/101/participants/{}/drop", other["id"]);
    assert_eq!(pbx.post(&gone, json!({})).await.0, 404);
    // Right id, wrong number.
    assert_eq!(
        pbx.get(&format!("/callcontrol/100/participants/{id}"))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn device_ids_are_decoded_exactly_once() {
    let pbx = pbx().await;
    let (_, devices) = pbx.get("/callcontrol/100/devices").await;
    let id = devices[0]["device_id"].as_str().unwrap();
    let once = encode(id);
    let path = |id: &str| format!("/callcontrol/100/devices/{id}");
    assert_eq!(
        pbx.get(&path(&once)).await,
        (reqwest::StatusCode::OK, devices[0].clone())
    );
    assert_eq!(pbx.get(&path(&encode(&once))).await.0, 404);
    let body = json!({ "destination": 105 });
    assert_eq!(
        pbx.post(&format!("{}/makecall", path(&once)), body).await.0,
        400
    );
}
