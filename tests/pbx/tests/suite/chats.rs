//! Messages and settings documents; parking as a stand-in for hold; the live truth.

use crate::common::{Pbx, encode, pbx, pbx_with};
use pbx_sim::{Chat, ChatKind, OccupiedParking, Sender, Settings};
use serde_json::{Value, json};

const OUTSIDE: &str = "+966500000001";

async fn rows(pbx: &Pbx, path: &str) -> Vec<Value> {
    let (status, body) = pbx.get(&format!("/xapi/v1/{path}")).await;
    assert_eq!(status, 200, "{path}: {body}");
    body["value"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn messages_are_filtered_sorted_and_paged() {
    let pbx = pbx().await;
    assert_eq!(rows(&pbx, "ChatHistoryView").await.len(), 20);
    let id = pbx.sim.control().add_chat(Chat {
        sent_us: 4_000_000_000_000_000,
        kind: ChatKind::Sms,
        from: Sender {
            number: OUTSIDE.to_owned(),
            ..Sender::default()
        },
        to: vec!["100".to_owned()],
        text: "مرحبًا".to_owned(),
        ..Chat::default()
    });
    assert_eq!(id, 21);
    let newest = "ChatMessagesHistoryView?$orderby=TimeSent%20desc&$top=2";
    let newest = rows(&pbx, newest).await;
    assert_eq!(newest[0]["Message"], "مرحبًا");
    assert_eq!(
        (&newest[0]["Recipients"], &newest[0]["IsExternal"]),
        (&json!("100"), &json!(true))
    );
    assert_eq!(newest[1]["MessageId"], 20);
    for (filter, expected) in [
        ("TimeSent ge 2096-01-01T00:00:00Z", 1),
        ("TimeSent le 2096-01-01T00:00:00Z", 20),
        ("SenderParticipantNo eq '100'", 3),
        (
            "SenderParticipantNo eq '101' and contains(Message,'الخامسة')",
            1,
        ),
        ("IsExternal eq false", 8),
    ] {
        let path = format!("ChatMessagesHistoryView?$filter={}", encode(filter));
        assert_eq!(rows(&pbx, &path).await.len(), expected, "{filter}");
    }
    let sms = format!(
        "ChatHistoryView?$filter={}",
        encode("ProviderType eq 'SMS'")
    );
    assert_eq!(rows(&pbx, &sms).await.len(), 9);
    assert_eq!(pbx.get("/xapi/v1/ChatHistoryView?$top=101").await.0, 400);
    assert_eq!(
        rows(&pbx, "ChatHistoryView?$top=100&$skip=20").await.len(),
        1
    );
}

#[tokio::test]
async fn documents_about_parking() {
    let pbx = pbx().await;
    let (_, codes) = pbx
        .get("/xapi/v1/DialCodeSettings?$select=DialCodePark,DialCodeUnpark")
        .await;
    assert_eq!(
        (&codes["DialCodePark"], &codes["DialCodeUnpark"]),
        (&json!("*0"), &json!("*1"))
    );
    pbx.sim
        .control()
        .change_settings(|it| it.park_return_ms = Some(60_000));
    let (_, parking) = pbx.get("/xapi/v1/CallParkingSettings").await;
    assert_eq!(
        (&parking["AutoPickupEnabled"], &parking["AutoPickupTimeout"]),
        (&json!(true), &json!(60))
    );
}

#[tokio::test]
async fn the_demo_has_a_history_and_tests_do_not() {
    let demo = pbx_with(Settings::default()).await;
    let calls = demo.sim.control().history_truth().len();
    assert!((270..=320).contains(&calls), "{calls}");
    assert_eq!(rows(&demo, "Recordings?$top=5").await.len(), 5);
    assert_eq!(pbx().await.sim.control().call_rows(), 0);
}

#[tokio::test]
async fn a_visible_place_is_held_and_resumed() {
    let pbx = pbx_with(Settings {
        monitor_parking: true,
        ..Settings::fast()
    })
    .await;
    pbx.dial("100", 0, OUTSIDE).await;
    pbx.until("100", &["Connected"]).await;
    pbx.act("100", "transferto", json!({ "destination": "SP100" }))
        .await;
    let place = pbx.until("SP100", &["Connected"]).await;
    let truth = pbx.sim.control().truth();
    assert_eq!(truth.keys().collect::<Vec<_>>(), ["SP100"]);
    assert_eq!(json!(truth["SP100"][0].id), place[0]["id"]);
    assert_eq!(truth["SP100"][0].party_number, OUTSIDE);
    assert_eq!(json!(truth["SP100"][0].callid), place[0]["callid"]);
    // Another one's caller is put through to the parked one only where the setting says so.
    pbx.dial("105", 0, "107").await;
    pbx.until("105", &["Connected"]).await;
    let to_place = json!({ "destination": "SP100" });
    let (_, busy) = pbx.act("105", "transferto", to_place.clone()).await;
    assert_eq!(busy["reason"], "DestinationBusy");
    pbx.sim
        .control()
        .change_settings(|it| it.occupied_parking = OccupiedParking::Fetch);
    let (_, fetched) = pbx.act("105", "transferto", to_place).await;
    assert_eq!(fetched["finalstatus"], "Success");
    assert!(pbx.participants("105").await.is_empty());
    assert!(pbx.participants("SP100").await.is_empty());
    assert_eq!(
        pbx.until("107", &["Connected"]).await[0]["party_caller_id"],
        OUTSIDE
    );
    // The place's own participant can be moved on by transferto.
    pbx.act("107", "transferto", json!({ "destination": "SP101" }))
        .await;
    pbx.until("SP101", &["Connected"]).await;
    let (_, onward) = pbx
        .act("SP101", "transferto", json!({ "destination": "100" }))
        .await;
    assert_eq!(onward["finalstatus"], "Success");
    assert_eq!(
        pbx.until("100", &["Connected"]).await[0]["party_caller_id"],
        OUTSIDE
    );
}

#[tokio::test]
async fn routes_of_the_control_interface() {
    let pbx = pbx().await;
    let (_, seeded) = pbx
        .post(
            "/_sim/seed_history",
            json!({ "days": 2, "calls_per_day": 5 }),
        )
        .await;
    let (_, truths) = pbx.get("/_sim/history_truth").await;
    assert_eq!(seeded["calls"], json!(truths.as_array().unwrap().len()));
    assert!(truths[0]["start"].as_str().unwrap().ends_with('Z'));
    let record =
        json!({ "rows": [{ "start": "2026-09-13T18:11:27Z", "properties": { "CallCost": 12 } }] });
    let (status, added) = pbx.post("/_sim/call_records", record).await;
    assert_eq!(
        (status.as_u16(), added["cdr_ids"].as_array().unwrap().len()),
        (200, 1)
    );
    let chat = json!({ "kind": "SMS", "from": { "number": OUTSIDE }, "to": ["100"], "text": "x" });
    assert_eq!(pbx.post("/_sim/chats", chat).await.1["id"], 21);
    assert_eq!(pbx.get("/_sim/truth?client=assistant").await.1, json!({}));
    for lever in [
        json!({ "garbage": true }),
        json!({ "drop": 1 }),
        json!({ "swallow": 1 }),
        json!({ "repeat": 1 }),
        json!({ "cut": 1 }),
        json!({ "deaf": false }),
        json!({ "refuse": { "times": 1, "status": 500 } }),
        json!({ "close": true }),
        json!({ "close": 1012 }),
    ] {
        assert_eq!(
            pbx.post("/_sim/socket", lever.clone()).await.0,
            204,
            "{lever}"
        );
    }
    assert_eq!(pbx.get("/_sim/counters").await.1["sockets_open"], 0);
}
