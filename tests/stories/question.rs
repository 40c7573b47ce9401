//! A client that can ask its person is sent a question instead of a refusal (MCP 2026-07-28).

use serde_json::{Value, json};

use crate::harness::{Client, Stage};

/// `tools/call` in the modern era by a client with these capabilities; its result.
async fn call(client: &Client, capabilities: Value, more: Value) -> Value {
    let mut params = json!({
        "name": "make_call",
        "arguments": { "destination": "0500000000" },
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "asker", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        },
    });
    for (name, value) in more.as_object().expect("an object") {
        params[name] = value.clone();
    }
    let raw = client
        .clone()
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "make_call")
        .header("accept", "application/json, text/event-stream")
        .post(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }))
        .await;
    assert_eq!(raw.status, 200, "{}", raw.body);
    raw.json()["result"].clone()
}

fn form() -> Value {
    json!({ "elicitation": { "form": {} } })
}

fn said(state: &Value, response: &Value) -> Value {
    json!({ "requestState": state, "inputResponses": { "confirm": response } })
}

fn accepted() -> Value {
    json!({ "action": "accept", "content": { "ok": true } })
}

#[tokio::test]
async fn a_person_says_yes_in_their_client() {
    let stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    let asked = call(&client, form(), json!({})).await;
    assert_eq!(asked["resultType"], json!("input_required"));
    let question = &asked["inputRequests"]["confirm"];
    assert_eq!(question["method"], json!("elicitation/create"));
    let message = question["params"]["message"].as_str().expect("a message");
    assert!(
        message.contains("call +966500000000 from extension 100"),
        "{message}"
    );
    assert_eq!(stage.pbx().history().len(), 0);

    // An answer to nothing, or to a question that was never asked, is asked again.
    let name = &asked["requestState"];
    let tampered = json!(format!("{}x", name.as_str().expect("a state")));
    for more in [
        said(&tampered, &accepted()),
        said(name, &json!({})),
        json!({ "requestState": name }),
    ] {
        let again = call(&client, form(), more).await;
        assert_eq!(again["resultType"], json!("input_required"));
    }
    assert_eq!(stage.pbx().history().len(), 0);

    let done = call(&client, form(), said(name, &accepted())).await;
    assert_eq!(done["resultType"], json!("complete"));
    assert_eq!(done["structuredContent"]["success"], json!(true));
    // Once.
    let again = call(&client, form(), said(name, &accepted())).await;
    assert_eq!(again["resultType"], json!("input_required"));
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
}

#[tokio::test]
async fn a_person_says_no() {
    let stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    for response in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "ok": false } }),
    ] {
        let asked = call(&client, form(), json!({})).await;
        let refused = call(&client, form(), said(&asked["requestState"], &response)).await;
        assert_eq!(refused["resultType"], json!("complete"));
        assert_eq!(
            refused["structuredContent"]["error"]["code"],
            json!("forbidden")
        );
    }
    assert_eq!(stage.pbx().history().len(), 0);
}

#[tokio::test]
async fn a_client_that_cannot_ask_gets_the_handle_in_words() {
    let stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
        let refused = call(&client, capabilities, json!({})).await;
        assert_eq!(refused["resultType"], json!("complete"));
        assert_eq!(
            refused["structuredContent"]["error"]["code"],
            json!("confirmation_required")
        );
    }
}

#[tokio::test]
async fn where_a_person_has_to_say_yes_the_client_is_sent_to_the_page() {
    let stage = Stage::with(&[("CONFIRM", ""), ("CONFIRM_BY", "human")]).await;
    let client = stage.client();
    let asked = call(
        &client,
        json!({ "elicitation": { "form": {}, "url": {} } }),
        json!({}),
    )
    .await;
    assert_eq!(asked["resultType"], json!("input_required"));
    let params = &asked["inputRequests"]["confirm"]["params"];
    assert_eq!(params["mode"], json!("url"));
    let address = params["url"].as_str().expect("an address");
    assert!(address.contains("/approve/"), "{address}");
    // Opening the page is not saying yes on it.
    let opened = said(&asked["requestState"], &json!({ "action": "accept" }));
    let still = call(&client, json!({ "elicitation": { "url": {} } }), opened).await;
    assert_eq!(still["resultType"], json!("input_required"));
    assert_eq!(stage.pbx().history().len(), 0);
}
