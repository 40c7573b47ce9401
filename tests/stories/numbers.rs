//! Which numbers are dialled, and how they are written on the wire.

use serde_json::json;

use crate::harness::Stage;

#[tokio::test]
async fn outside_numbers_are_dialled_as_e164_however_they_are_written() {
    let stage = Stage::new().await;
    let client = stage.client();
    for written in [
        "0500000000",
        "٠٥٠٠٠٠٠٠٠٠",
        "۰۵۰۰۰۰۰۰۰۰",
        "00966500000000",
        "+966 50-000-0000",
    ] {
        let call = client
            .call("make_call", json!({ "destination": written }))
            .await;
        assert_eq!(
            call.ok()["destination"],
            json!("+966500000000"),
            "{written}"
        );
        client.call("drop_call", json!({})).await.ok();
    }
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 5);
    assert_eq!(stage.pbx().history().len(), 5);
}

#[tokio::test]
async fn dangerous_numbers_never_reach_the_pbx() {
    let stage = Stage::new().await;
    let client = stage.client();
    for (destination, code) in [
        ("997", "forbidden_destination"),
        ("٩١١", "forbidden_destination"),
        ("+966997", "forbidden_destination"),
        ("116111", "forbidden_destination"),
        ("+966925000000", "forbidden_destination"),
        ("1410", "forbidden_destination"),
        ("*21*0500000000#", "forbidden_destination"),
        ("+49301234567", "forbidden_destination"),
        ("+9669660500000000", "invalid_argument"),
        ("1234567", "invalid_argument"),
        ("sip:100@pbx.example.com", "invalid_argument"),
        ("call Sara", "invalid_argument"),
        ("", "invalid_argument"),
        ("100", "invalid_argument"), // itself
    ] {
        let answer = client
            .call("make_call", json!({ "destination": destination }))
            .await;
        assert_eq!(answer.code(), code, "{destination}: {}", answer.text);
        assert!(answer.value["error"]["hint"].is_string(), "{destination}");
    }
    assert_eq!(stage.pbx().history().len(), 0);
    assert_eq!(stage.requests("makecall"), 0);
}

#[tokio::test]
async fn the_rules_of_the_house_decide_which_numbers_are_open() {
    let variables = [
        ("DIAL_ALLOW", "+966*,+4930*,1??"),
        ("DIAL_DENY", "+966511*"),
    ];
    let stage = Stage::with(&variables).await;
    let client = stage.client();
    for (destination, is_open) in [
        ("+4930123456", true),
        ("0500000000", true),
        ("101", true),
        ("0511000000", false),
        ("+49891234567", false),
        ("800", false),
    ] {
        let answer = client
            .call("make_call", json!({ "destination": destination }))
            .await;
        assert_eq!(answer.is_error, !is_open, "{destination}: {}", answer.text);
        if is_open {
            client.call("drop_call", json!({})).await;
        } else {
            assert_eq!(answer.code(), "forbidden_destination");
        }
    }
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
