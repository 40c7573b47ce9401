//! Which phone of an extension places a call, and what is remembered of it.

use pbx_sim::{Answering, Device, NumberChange, Rule};
use serde_json::json;

use crate::harness::{Stage, status};

#[tokio::test]
async fn an_app_places_the_call_and_a_desk_phone_rings_first() {
    let stage = Stage::new().await;
    let client = stage.client();
    stage
        .pbx()
        .change_settings(|settings| settings.pick_up = Answering::Never);

    // 101 has a desk phone and the 3CX app: the app dials by itself.
    let call = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "0500000000" }),
        )
        .await;
    assert!(
        call.ok()["device"]["userAgent"]
            .as_str()
            .unwrap()
            .starts_with("3CX")
    );
    assert_eq!(call.ok()["status"], json!("Dialing"));
    let desk_phone = call.ok()["otherDevices"][0]["deviceId"].clone();

    // The desk phone can be asked for, and the answer says that it rings first.
    let call = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "0500000001", "device_id": desk_phone }),
        )
        .await;
    assert_eq!(call.ok()["device"]["deviceId"], desk_phone);
    assert!(
        call.ok()["message"]
            .as_str()
            .unwrap()
            .contains("rings first"),
        "{}",
        call.text
    );

    let unknown = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "102", "device_id": "sip:x" }),
        )
        .await;
    assert_eq!(unknown.code(), "not_found");
    assert!(
        unknown.text.contains(desk_phone.as_str().unwrap()),
        "{}",
        unknown.text
    );
}

#[tokio::test]
async fn an_extension_without_a_phone_places_no_call() {
    let stage = Stage::new().await;
    let call = stage
        .client()
        .call(
            "make_call",
            json!({ "extension": "110", "destination": "101" }),
        )
        .await;
    assert_eq!(call.code(), "pbx_rejected");
    assert!(call.text.contains("no phone signed in"), "{}", call.text);
    assert_eq!(stage.pbx().calls_placed_to("101"), 0);
}

#[tokio::test]
async fn a_phone_that_signed_in_anew_is_found() {
    let stage = Stage::new().await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    let device = Device {
        device_id: "sip:100@pbx.example.com:5063;rinstance=another".into(),
        user_agent: "3CX Desktop App".into(),
        direct_control: true,
    };
    let change = NumberChange {
        devices: Some(vec![device.clone()]),
        ..NumberChange::default()
    };
    assert!(stage.pbx().change_number("100", change));
    let call = client
        .call("make_call", json!({ "destination": "104" }))
        .await;
    assert_eq!(call.ok()["device"]["deviceId"], json!(device.device_id));
    assert_eq!(stage.pbx().calls_placed_to("104"), 2);
}

#[tokio::test]
async fn the_ring_time_and_the_encoded_phone_reach_the_pbx() {
    let stage = Stage::new().await;
    stage
        .client()
        .call(
            "make_call",
            json!({ "destination": "104", "timeout_seconds": 20 }),
        )
        .await
        .ok();
    let placed = stage
        .pbx()
        .requests()
        .into_iter()
        .find(|e| e.path.ends_with("/makecall"))
        .unwrap();
    let body: serde_json::Value = serde_json::from_str(&placed.body).unwrap();
    assert_eq!(body, json!({ "destination": "104", "timeout": 20 }));
    assert!(
        placed.path.contains("/devices/sip%3A100%40"),
        "{}",
        placed.path
    );
}

#[tokio::test]
async fn a_remembered_phone_that_cannot_call_is_looked_up_again() {
    for code in [422, 424] {
        let stage = Stage::new().await;
        let client = stage.client();
        client
            .call("make_call", json!({ "destination": "104" }))
            .await
            .ok();
        client.call("drop_call", json!({})).await.ok();
        stage
            .pbx()
            .add_fault(Rule::once("/makecall", status(code, "")));
        client
            .call("make_call", json!({ "destination": "104" }))
            .await
            .ok();
        assert_eq!(stage.pbx().calls_placed_to("104"), 2);
    }
}

#[tokio::test]
async fn a_phone_that_is_not_signed_in_is_not_used() {
    let stage = Stage::new().await;
    let devices =
        json!([{ "dn": "100", "device_id": "not_registered_dev", "user_agent": "3CX Desktop" }]);
    stage
        .pbx()
        .add_fault(Rule::once("/devices", status(200, &devices.to_string())));
    let call = stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await;
    assert!(call.ok().get("device").is_none(), "{}", call.text);
    assert_eq!(stage.requests("not_registered_dev"), 0);
}

#[tokio::test]
async fn a_phone_that_just_signed_in_can_be_asked_for() {
    let stage = Stage::new().await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    let device = Device {
        device_id: "sip:100@pbx.example.com:5099;rinstance=n".into(),
        user_agent: "3CX Mobile".into(),
        direct_control: true,
    };
    stage.pbx().change_number(
        "100",
        NumberChange {
            devices: Some(vec![device.clone()]),
            ..NumberChange::default()
        },
    );
    let call = client
        .call(
            "make_call",
            json!({ "destination": "104", "device_id": device.device_id }),
        )
        .await;
    assert_eq!(call.ok()["device"]["deviceId"], json!(device.device_id));
}
