//! A PBX that is down, slow, or talks nonsense: a clear answer each time, and never a hang.

use std::time::{Duration, Instant};

use futures::future::join_all;
use pbx_sim::{Fault, Rule};
use serde_json::json;

use crate::harness::{Stage, status};

#[tokio::test]
async fn every_fault_of_a_read_is_told_apart() {
    let faults = [
        (status(500, ""), "pbx_rejected", true),
        (status(400, ""), "pbx_rejected", false),
        (status(503, "<html>busy</html>"), "pbx_unreachable", true),
        (status(403, ""), "forbidden", false),
        (status(429, ""), "pbx_rejected", false),
        (status(302, ""), "pbx_unreachable", true),
        (Fault::Html, "pbx_unreachable", true),
        (Fault::Empty, "pbx_unreachable", true),
        (Fault::Truncate, "pbx_unreachable", true),
        (Fault::Reset, "pbx_unreachable", true),
        (Fault::ResetAfter, "pbx_unreachable", true),
        (status(200, r#"{"value":"none"}"#), "pbx_unreachable", true),
        (Fault::Hang { seconds: 60 }, "pbx_unreachable", true),
    ];
    let begun = Instant::now();
    let stories = faults
        .into_iter()
        .map(|(fault, code, retryable)| async move {
            let stage = Stage::new().await;
            stage.pbx().add_fault(Rule {
                times: 3,
                ..Rule::once("/xapi/v1/Users", fault.clone())
            });
            let answer = stage.client().call("get_extensions", json!({})).await;
            assert_eq!(answer.code(), code, "{fault:?}: {}", answer.text);
            assert_eq!(
                answer.value["error"]["retryable"],
                json!(retryable),
                "{fault:?}"
            );
            assert!(
                answer.value["error"]["hint"].is_string() || code == "pbx_rejected",
                "{fault:?}"
            );
        });
    join_all(stories).await;
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "a hanging PBX must not hang us"
    );
}

#[tokio::test]
async fn a_slow_pbx_is_waited_for() {
    let stage = Stage::new().await;
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Users", Fault::Delay { ms: 1_500 }));
    let slow = Fault::SlowBody {
        chunk_bytes: 64,
        chunk_ms: 20,
    };
    stage.pbx().add_fault(Rule::once("/xapi/v1/Groups", slow));
    assert_eq!(
        stage.client().call("get_extensions", json!({})).await.ok()["count"],
        json!(14)
    );
}

#[tokio::test]
async fn a_pbx_that_is_not_there() {
    // A port that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nowhere = format!("http://{free}");
    let stage = Stage::with(&[("PBX_BASE_URL", nowhere.as_str())]).await;
    let client = stage.client();
    for tool in ["get_extensions", "get_presence", "drop_call"] {
        let answer = client.call(tool, json!({})).await;
        assert_eq!(answer.code(), "pbx_unreachable", "{tool}");
        assert!(answer.text.contains("PBX_FQDN"), "{}", answer.text);
        assert!(
            !answer.text.contains(&free.port().to_string()),
            "{}",
            answer.text
        );
    }
    // No call can have been placed: signing in came first.
    let call = client
        .call("make_call", json!({ "destination": "101" }))
        .await;
    assert_eq!(call.code(), "pbx_unreachable");
    let error = client.read("threecx://extensions").await.unwrap_err();
    assert_eq!(error["data"]["error"]["code"], json!("pbx_unreachable"));
}

#[tokio::test]
async fn signing_in_fails_in_every_way() {
    let faults = [
        (status(401, ""), "pbx_auth_failed"),
        (status(400, ""), "pbx_auth_failed"),
        (status(500, ""), "pbx_unreachable"),
        (Fault::Html, "pbx_unreachable"),
        (Fault::Truncate, "pbx_unreachable"),
        (Fault::Reset, "pbx_unreachable"),
        (Fault::Empty, "pbx_unreachable"),
    ];
    for (fault, code) in faults {
        let stage = Stage::new().await;
        stage
            .pbx()
            .add_fault(Rule::once("/connect/token", fault.clone()));
        let answer = stage.client().call("get_extensions", json!({})).await;
        assert_eq!(answer.code(), code, "{fault:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_part_that_cannot_be_read_does_not_take_the_rest_along() {
    let stage = Stage::with(&[("PBX_EVENTS", "off")]).await;
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Groups", status(403, "")));
    stage
        .pbx()
        .add_fault(Rule::once("/callcontrol", status(403, "")));
    let answer = stage
        .client()
        .call("get_extensions", json!({ "include_status": true }))
        .await;
    assert_eq!(answer.ok()["count"], json!(14));
    assert_eq!(
        answer.ok()["warnings"].as_array().unwrap().len(),
        2,
        "{}",
        answer.text
    );
    assert!(
        answer.ok()["extensions"][0].get("onCall").is_none(),
        "unknown is not \"no\""
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stage = Stage::new().await;
    let client = stage.client();
    client.call("get_extensions", json!({})).await.ok();
    let away = Fault::Status {
        status: 302,
        body: String::new(),
        content_type: None,
        headers: [("Location".to_owned(), "/elsewhere".to_owned())].into(),
    };
    for path in ["/xapi/v1/Users", "/makecall"] {
        stage.pbx().add_fault(Rule::once(path, away.clone()));
    }
    let read = client.call("get_extensions", json!({})).await;
    assert_eq!(read.code(), "pbx_unreachable");
    let call = json!({ "destination": "104" });
    let call = client.call("make_call", call).await;
    assert_eq!(call.code(), "pbx_unreachable");
    assert_eq!(stage.requests("/elsewhere"), 0);
    assert_eq!(stage.pbx().history().len(), 0);
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
async fn what_the_pbx_says_of_a_request_is_passed_on() {
    let stage = Stage::new().await;
    let words = "The limit of '100' for Top query has been exceeded.";
    let body = json!({ "error": { "code": "", "message": words } }).to_string();
    let refused = Rule::once("/xapi/v1/Users", status(400, &body));
    stage.pbx().add_fault(refused);
    let answer = stage.client().call("get_extensions", json!({})).await;
    assert_eq!(answer.code(), "pbx_rejected");
    assert!(answer.text.contains(words), "{}", answer.text);
    assert!(answer.text.contains("400"), "{}", answer.text);
}
