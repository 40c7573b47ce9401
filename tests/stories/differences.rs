//! Small differences that matter: each of these stories fails on a deliberate fault that the others let
//! pass.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pbx_sim::{Answering, Device, Fault, NumberChange, Rule};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::harness::{Client, Stage};

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
async fn a_key_is_not_good_for_another_extension() {
    let stage = Stage::new().await;
    let client = stage.client();
    let with = |extension: &str| json!({ "extension": extension, "destination": "104", "idempotency_key": "a" });
    client.call("make_call", with("100")).await.ok();
    assert_eq!(
        client.call("make_call", with("101")).await.code(),
        "invalid_argument"
    );
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

fn status(status: u16, body: &str) -> Fault {
    Fault::Status {
        status,
        body: body.into(),
        content_type: None,
        headers: BTreeMap::new(),
    }
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
async fn another_secret_is_another_account() {
    let mut stage = Stage::new().await;
    stage.client().call("get_presence", json!({})).await.ok();
    stage
        .restart(&[("PBX_CLIENT_SECRET", "not-the-secret")])
        .await;
    assert_eq!(
        stage.client().call("get_presence", json!({})).await.code(),
        "pbx_auth_failed"
    );
    stage.restart(&[]).await;
    stage.client().call("get_presence", json!({})).await.ok();
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stage = Stage::new().await;
    stage.client().call("get_extensions", json!({})).await.ok();
    let away = Fault::Status {
        status: 302,
        body: String::new(),
        content_type: None,
        headers: [("Location".to_owned(), "/elsewhere".to_owned())].into(),
    };
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Users", away.clone()));
    assert_eq!(
        stage
            .client()
            .call("get_extensions", json!({}))
            .await
            .code(),
        "pbx_unreachable"
    );
    stage.pbx().add_fault(Rule::once("/makecall", away));
    assert_eq!(stage.requests("/elsewhere"), 0);
}

#[tokio::test]
async fn a_secret_with_odd_characters_signs_in() {
    let odd = "a+b&c=d %41/é";
    let stage = Stage::with(&[("PBX_CLIENT_SECRET", odd)]).await;
    let mut it = stage.pbx().clients().remove(0);
    it.secret = odd.into();
    stage.pbx().set_client(it);
    stage.client().call("get_presence", json!({})).await.ok();
}

#[tokio::test]
async fn a_second_401_is_the_last() {
    let stage = Stage::new().await;
    stage.client().call("get_presence", json!({})).await.ok();
    stage.pbx().clear_requests();
    stage.pbx().add_fault(Rule {
        times: 2,
        ..Rule::once("/makecall", status(401, ""))
    });
    let call = stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await;
    assert_eq!(call.code(), "pbx_auth_failed");
    assert_eq!(stage.requests("/makecall"), 2);
    assert_eq!(stage.requests("/connect/token"), 1);
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
        stage.pbx().add_fault(Rule::once(
            "/drop",
            Fault::Status {
                status: 200,
                body: body.into(),
                content_type: Some("application/json".into()),
                headers: BTreeMap::new(),
            },
        ));
        assert_eq!(
            client.call("drop_call", json!({})).await.code(),
            "pbx_rejected"
        );
    }
}

#[tokio::test]
async fn a_slow_call_is_waited_for() {
    let stage = Stage::new().await;
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Delay { ms: 12_000 }));
    stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
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

fn entry(key: &str, scopes: &[&str]) -> serde_json::Value {
    let digest = Sha256::digest(key)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    json!({ "name": key.chars().take(5).collect::<String>(), "sha256": digest, "scopes": scopes })
}

const A: &str = "alpha-key-that-an-administrator-gave-out";
const B: &str = "bravo-key-that-an-administrator-gave-out";

async fn two_keys(scopes: &[&str]) -> Stage {
    let keys = json!([entry(A, scopes), entry(B, scopes)]).to_string();
    Stage::with(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)]).await
}

fn with_key(stage: &Stage, key: &str) -> Client {
    stage
        .client()
        .header("authorization", &format!("Bearer {key}"))
}

#[tokio::test]
async fn keys_of_two_callers_have_nothing_to_do_with_each_other() {
    let stage = two_keys(&["read", "control"]).await;
    let arguments = json!({ "destination": "104", "idempotency_key": "k" });
    let a = with_key(&stage, A)
        .call("make_call", arguments.clone())
        .await;
    assert_eq!(a.ok()["repeated"], json!(false));
    with_key(&stage, A).call("drop_call", json!({})).await.ok();
    let b = with_key(&stage, B).call("make_call", arguments).await;
    assert_eq!(b.ok()["repeated"], json!(false));
    assert_eq!(stage.pbx().calls_placed_to("104"), 2);
}

#[tokio::test]
async fn resources_and_completion_need_the_scope_read() {
    let stage = two_keys(&["control"]).await;
    let client = with_key(&stage, A);
    let error = client.read("threecx://extensions").await.unwrap_err();
    assert_eq!(
        error["data"]["error"]["code"],
        json!("forbidden"),
        "{error}"
    );
    assert_eq!(
        client.call("get_extensions", json!({})).await.code(),
        "forbidden"
    );
    let complete = client
        .post(
            &json!({ "jsonrpc": "2.0", "id": 1, "method": "completion/complete", "params": {
        "ref": { "type": "ref/resource", "uri": "threecx://extensions/{number}" },
        "argument": { "name": "number", "value": "1" } } }),
        )
        .await;
    assert_eq!(
        complete.json()["result"]["completion"]["values"],
        json!([]),
        "{}",
        complete.body
    );
    assert_eq!(stage.pbx().requests().len(), 0);
}

#[tokio::test]
async fn a_company_of_more_than_a_page() {
    let stage = Stage::new().await;
    let rows = |from: usize, to: usize, count: bool| {
        let rows: Vec<_> = (from..to)
            .map(|n| json!({ "Id": n, "Number": (1000 + n).to_string() }))
            .collect();
        let mut page = json!({ "value": rows });
        if count {
            page["@odata.count"] = json!(150);
        }
        status(200, &page.to_string())
    };
    for count in [true, false] {
        stage
            .pbx()
            .add_fault(Rule::once("/xapi/v1/Users", rows(0, 100, count)));
        stage
            .pbx()
            .add_fault(Rule::once("/xapi/v1/Users", rows(100, 150, count)));
        let all = stage.client().read("threecx://extensions").await.unwrap();
        assert_eq!(
            (&all["count"], &all["complete"]),
            (&json!(150), &json!(true))
        );
    }
    assert!(
        stage
            .pbx()
            .requests()
            .iter()
            .any(|e| e.query.contains("skip=100"))
    );
}

#[tokio::test]
async fn more_departments_than_a_page() {
    let stage = Stage::new().await;
    let rows = |from: usize, to: usize| {
        let rows: Vec<_> = (from..to)
            .map(|n| json!({ "Id": n, "Name": format!("D{n}") }))
            .collect();
        status(200, &json!({ "value": rows }).to_string())
    };
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Groups", rows(0, 100)));
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Groups", rows(100, 120)));
    stage
        .client()
        .call("get_extensions", json!({ "department": "D110" }))
        .await
        .ok();
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

#[tokio::test]
async fn an_empty_list_of_numbers_closes_the_outside() {
    let stage = Stage::with(&[("DIAL_ALLOW", " ")]).await;
    let call = stage
        .client()
        .call("make_call", json!({ "destination": "0500000000" }))
        .await;
    assert_eq!(call.code(), "forbidden_destination");
    stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
}

#[tokio::test]
async fn whoever_waits_for_the_same_key_is_woken() {
    let stage = Stage::of(&[], 2).await;
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Delay { ms: 300 }));
    let clients = stage.runtime.clients();
    let arguments = json!({ "destination": "0500000000", "idempotency_key": "k" });
    let begun = std::time::Instant::now();
    let (a, b) = futures::join!(
        clients[0].call("make_call", arguments.clone()),
        clients[1].call("make_call", arguments)
    );
    a.ok();
    b.ok();
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_person_is_shown_although_their_calls_cannot_be() {
    let stage = Stage::new().await;
    stage
        .pbx()
        .add_fault(Rule::once("/participants", status(403, "")));
    let one = stage
        .client()
        .read("threecx://extensions/100")
        .await
        .unwrap();
    assert!(
        one["warnings"][0]
            .as_str()
            .unwrap()
            .contains("calls are not shown"),
        "{one}"
    );
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

#[tokio::test]
async fn cors_names_the_origin_that_was_allowed() {
    let stage = Stage::with(&[
        ("MCP_PUBLIC_URL", "https://phone.example.com"),
        ("MCP_ALLOWED_ORIGINS", "https://app.example.com"),
    ])
    .await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    for origin in ["https://phone.example.com", "https://app.example.com"] {
        let answer = stage.client().header("origin", origin).post(&body).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn a_limited_key_is_not_told_how_many_there_are() {
    let key = "a-key-that-an-administrator-gave-out";
    let digest = Sha256::digest(key)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    let keys = json!([{ "name": "desk", "sha256": digest, "scopes": ["read"], "extensions": ["100-103"] }]).to_string();
    let stage = Stage::with(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)]).await;
    let list = stage
        .client()
        .header("authorization", &format!("Bearer {key}"))
        .call("get_extensions", json!({}))
        .await;
    assert!(list.ok().get("total").is_none(), "{}", list.text);
}
