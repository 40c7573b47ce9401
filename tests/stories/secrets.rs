//! Nothing that is secret is said, logged, or asked for; numbers are not logged in full.
//!
//! Known values are fed in and everything that comes out is searched: answers of tools and resources,
//! refusals, `/health`, and the Worker's log.

use pbx_sim::{Fault, Rule};
use serde_json::json;

use crate::harness::{Client, Stage, key_entry, status, until};

const KEY: &str = "alpha-key-that-an-administrator-gave-out";
const WRONG_KEY: &str = "bravo-key-that-nobody-gave-out";
const WRONG_SECRET: &str = "a-secret-that-is-not-right";
/// What a tool call may say: it was typed by the one who asks.
const TYPED: &str = "0500000123";
/// As it is dialled.
const DIALLED: &str = "500000123";
const HUDA: &str = "+966500000001";

/// Uses whatever there is, and returns everything that was said.
async fn use_everything(client: &Client) -> String {
    let mut said = String::new();
    for (tool, arguments) in [
        ("get_extensions", json!({ "include_status": true })),
        ("get_presence", json!({ "extension": "103" })),
        ("make_call", json!({ "destination": TYPED })),
        ("get_active_calls", json!({})),
        ("transfer_call", json!({ "destination": "997" })),
        ("hold_call", json!({ "action": "resume" })),
        ("record_call", json!({ "action": "start" })),
        ("drop_call", json!({})),
        ("get_call_logs", json!({})),
        ("get_messages", json!({})),
        ("check_pbx", json!({})),
    ] {
        said += &client.call(tool, arguments).await.text;
    }
    for uri in [
        "threecx://active-calls",
        "threecx://call-history",
        "threecx://extensions",
        "threecx://extensions/103",
        "threecx://messages",
    ] {
        match client.read(uri).await {
            Ok(value) | Err(value) => said += &value.to_string(),
        }
    }
    let health = client.send("GET", "/health", None).await;
    said + &health.body
}

#[tokio::test]
async fn nothing_secret_is_said_or_logged() {
    let scopes = ["read", "control", "record", "message"];
    let keys = json!([key_entry(KEY, &scopes, None)]).to_string();
    let closed = [("MCP_AUTH", ""), ("MCP_API_KEYS", keys.as_str())];
    let mut stage = Stage::with(&closed).await;
    let mut said = use_everything(&stage.client_with(KEY)).await;

    // Refused callers, a PBX in trouble, a token that died, a socket that is refused.
    let stranger = stage.client_with(WRONG_KEY);
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    said += &stranger.post(&list).await.body;
    let pbx = stage.pbx();
    for fault in [Fault::Html, Fault::Truncate, Fault::Reset, status(500, "")] {
        let times = 2;
        let fault = Rule::once("/xapi/v1", fault);
        pbx.add_fault(Rule { times, ..fault });
    }
    pbx.add_fault(Rule::once("/makecall", Fault::ResetAfter));
    pbx.kill_tokens();
    pbx.refuse_handshakes(1, 401);
    pbx.close_sockets();
    said += &use_everything(&stage.client_with(KEY)).await;

    // Another life, in which the PBX does not let us in.
    let wrong = [closed[0], closed[1], ("PBX_CLIENT_SECRET", WRONG_SECRET)];
    stage.restart(&wrong).await;
    said += &use_everything(&stage.client_with(KEY)).await;
    let log = until("the refused sign-in to be logged", async || {
        let log = stage.runtime.log();
        log.contains("sign_in_failed").then_some(log)
    })
    .await;

    assert!(said.contains(DIALLED), "the story did something");
    assert!(log.contains("signed_in") && log.contains("link_"), "{log}");
    let secrets = [
        "SECRET-", // fields of the PBX that hold passwords
        "demo-secret-not-real",
        WRONG_SECRET,
        KEY,
        WRONG_KEY,
        "eyJ", // a JSON Web Token
        "Bearer ey",
    ];
    for secret in secrets {
        assert!(!said.contains(secret), "{secret} was said");
        assert!(!log.contains(secret), "{secret} was logged: {log}");
    }
    for number in [DIALLED, HUDA, "pbx.example.com/"] {
        assert!(!log.contains(number), "{number} was logged: {log}");
    }
}

#[tokio::test]
async fn the_pbx_is_never_asked_for_secrets() {
    let stage = Stage::new().await;
    let client = stage.client();
    let mut shown = String::new();
    for arguments in [
        json!({}),
        json!({ "include_status": true, "department": "IT" }),
    ] {
        shown += &client.call("get_extensions", arguments).await.text;
    }
    shown += &client
        .call("get_presence", json!({ "extension": "103" }))
        .await
        .text;
    shown += &client
        .read("threecx://extensions")
        .await
        .unwrap()
        .to_string();
    shown += &client
        .read("threecx://extensions/103")
        .await
        .unwrap()
        .to_string();
    shown += &client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .text;
    assert!(
        !shown.contains("SECRET-") && !shown.contains("demo-secret"),
        "{shown}"
    );
    let requests = stage.pbx().requests();
    let users: Vec<_> = requests
        .iter()
        .filter(|entry| entry.path.contains("/Users"))
        .collect();
    assert!(users.len() >= 5);
    assert!(
        users.iter().all(|entry| entry.query.contains("$select=")),
        "{users:?}"
    );
}
