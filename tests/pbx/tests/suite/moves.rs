//! How calls move: divert, transfer, route, park, ring groups.

use crate::common::pbx;
use pbx_sim::{Answering, Deed, InboundCall};
use serde_json::json;

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
async fn divert_rings_and_transferto_talks() {
    let pbx = pbx().await;
    let to_108 = json!({ "destination": "108" });
    pbx.sim.control().inbound(&inbound("104")).unwrap();
    pbx.until("104", &["Ringing"]).await;
    assert_eq!(pbx.act("104", "transferto", to_108.clone()).await.0, 422);
    assert_eq!(pbx.act("104", "divert", json!({})).await.0, 422);
    let unknown = pbx
        .act("104", "divert", json!({ "destination": "199" }))
        .await;
    assert_eq!(unknown.1["reason"], "UnknownDestination");
    assert_eq!(
        pbx.act("104", "divert", to_108.clone()).await.1["finalstatus"],
        "Success"
    );
    assert!(pbx.participants("104").await.is_empty());
    let there = pbx.until("108", &["Ringing"]).await;
    assert_eq!(there[0]["referred_by_dn"], "104");
    assert_eq!(there[0]["party_caller_id"], OUTSIDE);
    pbx.sim.control().party("108", Deed::Answer);
    pbx.until("108", &["Connected"]).await;
    assert_eq!(
        pbx.act("108", "divert", json!({ "destination": "105" }))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn a_blind_transfer_moves_the_call_or_gives_it_back() {
    let pbx = pbx().await;
    pbx.dial("100", 0, OUTSIDE).await;
    pbx.until("100", &["Connected"]).await;
    pbx.sim
        .control()
        .set_incoming("108", Answering::Decline { after_ms: None });
    let (_, failed) = pbx
        .act("100", "transferto", json!({ "destination": "108" }))
        .await;
    assert_eq!(failed["reason"], "DestinationBusy");
    pbx.until("100", &["Connected"]).await;
    let (_, moved) = pbx
        .act("100", "transferto", json!({ "destination": "105" }))
        .await;
    assert_eq!(moved["finalstatus"], "Success");
    assert!(pbx.participants("100").await.is_empty());
    assert_eq!(
        pbx.until("105", &["Connected"]).await[0]["party_caller_id"],
        OUTSIDE
    );
}

#[tokio::test]
async fn routeto_waits_and_leaves_the_leg_alive() {
    let pbx = pbx().await;
    pbx.sim.control().inbound(&inbound("105")).unwrap();
    pbx.until("105", &["Ringing"]).await;
    pbx.act("105", "answer", json!({})).await;
    pbx.sim.control().set_incoming("103", Answering::Never);
    let body = json!({ "destination": "103", "timeout": 1 });
    // The call's own answering was Never for everybody; it stays so for routes.
    let (_, failed) = pbx.act("105", "routeto", body).await;
    assert_eq!(failed["reason"], "DestinationNoAnswer");
    pbx.until("105", &["Connected"]).await;
    let routed = async {
        pbx.act("105", "routeto", json!({ "destination": "103" }))
            .await
            .1
    };
    let answered = async {
        pbx.until("103", &["Ringing"]).await;
        pbx.sim.control().party("103", Deed::Answer);
    };
    let (routed, ()) = tokio::join!(routed, answered);
    assert_eq!(routed["finalstatus"], "Success");
    assert!(pbx.participants("105").await.is_empty());
    pbx.until("103", &["Connected"]).await;
}

#[tokio::test]
async fn parking_takes_and_gives_back() {
    let pbx = pbx().await;
    pbx.dial("100", 0, OUTSIDE).await;
    pbx.until("100", &["Connected"]).await;
    let (_, parked) = pbx
        .act("100", "transferto", json!({ "destination": "SP100" }))
        .await;
    assert_eq!(parked["finalstatus"], "Success");
    assert!(pbx.participants("100").await.is_empty());
    assert_eq!(pbx.get("/callcontrol/SP100/participants").await.0, 403);
    pbx.sim
        .control()
        .change_settings(|settings| settings.monitor_everything = true);
    let place = pbx.until("SP100", &["Connected"]).await;
    assert_eq!(place[0]["party_caller_id"], OUTSIDE);
    let (_, made) = pbx.dial("105", 0, "SP100").await;
    assert_eq!(made["result"]["party_dn_type"], "Wparkextension");
    let back = pbx.until("105", &["Connected"]).await;
    assert_eq!(back[0]["party_caller_id"], OUTSIDE);
    assert!(pbx.participants("SP100").await.is_empty());
}

#[tokio::test]
async fn a_parked_call_comes_back_by_itself() {
    let pbx = pbx().await;
    pbx.sim
        .control()
        .change_settings(|settings| settings.park_return_ms = Some(30));
    pbx.dial("100", 0, OUTSIDE).await;
    pbx.until("100", &["Connected"]).await;
    pbx.act("100", "transferto", json!({ "destination": "SP100" }))
        .await;
    let back = pbx.until("100", &["Connected"]).await;
    assert_eq!(back[0]["on_behalf_of_dn"], "SP100");
    assert_eq!(back[0]["party_caller_id"], OUTSIDE);
}

#[tokio::test]
async fn an_occupied_place_takes_no_second_call() {
    let pbx = pbx().await;
    for (dn, expected) in [("100", "Success"), ("105", "Rejected")] {
        pbx.dial(dn, 0, OUTSIDE).await;
        pbx.until(dn, &["Connected"]).await;
        let (_, parked) = pbx
            .act(dn, "transferto", json!({ "destination": "SP100" }))
            .await;
        assert_eq!(parked["finalstatus"], expected, "{dn}");
    }
    pbx.until("105", &["Connected"]).await;
}

#[tokio::test]
async fn a_ring_group_rings_all_and_one_answers() {
    let pbx = pbx().await;
    pbx.sim.control().inbound(&inbound("801")).unwrap();
    pbx.until("104", &["Ringing"]).await;
    pbx.until("105", &["Ringing"]).await;
    pbx.act("105", "answer", json!({})).await;
    pbx.until("104", &[]).await;
    // The one who declines leaves the rest alone; the far end ends everything.
    pbx.sim.control().inbound(&inbound("801")).unwrap();
    pbx.until("104", &["Ringing"]).await;
    assert_eq!(pbx.act("104", "drop", json!({})).await.0, 200);
    pbx.until("105", &["Connected", "Ringing"]).await;
    pbx.sim.control().party(OUTSIDE, Deed::HangUp);
    pbx.until("105", &[]).await;
}

#[tokio::test]
async fn data_is_attached_and_foreign_keys_are_ignored() {
    let pbx = pbx().await;
    pbx.dial("100", 0, "105").await;
    pbx.until("105", &["Connected"]).await;
    let data = json!({ "attacheddata": { "public_case": "7", "note": "x" } });
    assert_eq!(
        pbx.act("100", "attach_participant_data", data.clone())
            .await
            .0,
        200
    );
    assert_eq!(
        pbx.act("100", "attach_party_data", data).await.1["finalstatus"],
        "Success"
    );
    let calls = pbx.sim.control().live_calls();
    let attached = |index: usize| &calls[0]["participants"][index]["attached"];
    assert_eq!(*attached(0), json!({ "public_case": "7", "note": "x" }));
    assert_eq!(*attached(1), json!({ "public_case": "7" }));
}

#[tokio::test]
async fn a_call_that_ends_ends_its_routes() {
    let pbx = pbx().await;
    pbx.dial("100", 0, OUTSIDE).await;
    pbx.until("100", &["Connected"]).await;
    pbx.sim.control().set_incoming("108", Answering::Never);
    pbx.sim
        .control()
        .change_settings(|settings| settings.accepted_202 = true);
    let moved = async {
        pbx.act("100", "transferto", json!({ "destination": "108" }))
            .await
    };
    let ended = async {
        pbx.until("108", &["Ringing"]).await;
        pbx.sim.control().party(OUTSIDE, Deed::HangUp);
    };
    let ((status, moved), ()) = tokio::join!(moved, ended);
    assert_eq!(
        (status.as_u16(), &moved["reason"]),
        (202, &json!("PartyConnectionLost"))
    );
    pbx.until("108", &[]).await;
}
