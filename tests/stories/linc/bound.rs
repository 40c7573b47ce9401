//! Worker to worker: the methods that bound Workers call, and that nobody else can.

use serde_json::{Value, json};

use crate::harness::{BASMA, Stage, key_entry, until};

/// Calls a method of ours from the stand-in; what it was given, or what was thrown.
async fn calls(stage: &Stage, binding: &str, method: &str, argument: Value) -> Value {
    let body = json!({ "binding": binding, "method": method, "argument": argument });
    let linc = stage.runtime.masterlinc();
    let raw = linc
        .send("POST", "/calls", Some(body.to_string().into_bytes()))
        .await;
    let answer = raw.json();
    match answer["answer"].as_str() {
        Some(text) => serde_json::from_str(text).expect("JSON"),
        None => answer,
    }
}

async fn tool(stage: &Stage, name: &str, arguments: Value) -> Value {
    let call = json!({ "name": name, "arguments": arguments });
    calls(stage, "PHONE", "call_tool", call).await
}

/// One call of every tool, in an order in which all of them work.
#[tokio::test]
async fn every_tool() {
    let stage = Stage::beside_masterlinc(&[&[("MCP_AUTH", "")], &BASMA[..]].concat()).await;
    let list = calls(&stage, "PHONE", "list_tools", Value::Null).await;
    let names: Vec<&str> = list["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    let steps = [
        ("check_pbx", json!({})),
        ("get_extensions", json!({ "include_status": true })),
        (
            "make_call",
            json!({ "extension": "100", "destination": "104" }),
        ),
        ("get_presence", json!({ "extension": "104" })),
        ("get_active_calls", json!({})),
        (
            "transfer_call",
            json!({ "extension": "100", "destination": "105" }),
        ),
        ("hold_call", json!({ "extension": "104", "action": "hold" })),
        ("hand_to_basma", json!({ "extension": "105" })),
        (
            "record_call",
            json!({ "extension": "100", "action": "start" }),
        ),
        ("answer_call", json!({ "extension": "100" })),
        ("drop_call", json!({ "extension": "100" })),
        ("get_call_logs", json!({ "limit": 5 })),
        ("get_messages", json!({})),
        (
            "send_message",
            json!({ "to": "+966500000001", "message": "hello" }),
        ),
        ("get_audit_log", json!({})),
    ];
    let mut called: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
    called.sort_unstable();
    assert_eq!(called, names);
    for (name, arguments) in steps {
        let result = tool(&stage, name, arguments).await;
        let text = result["content"][0]["text"].as_str();
        assert!(text.is_some(), "{name}: {result}");
        let structured = &result["structuredContent"];
        // What a moment does not allow is told as over HTTP: by a code, not by an exception.
        let code = structured["error"]["code"].as_str().unwrap_or("ok");
        assert!(
            !matches!(
                code,
                "forbidden" | "invalid_argument" | "pbx_not_configured"
            ),
            "{name}: {result}"
        );
        println!("{name}: {code}");
    }
    until("all of it to be on record", async || {
        let query = json!({ "caller": "masterlinc", "limit": 100 });
        let log = tool(&stage, "get_audit_log", query).await;
        let entries = log["structuredContent"]["entries"].as_array()?.clone();
        assert!(
            entries
                .iter()
                .all(|it| it["signedInBy"] == json!("binding"))
        );
        let is_there = |name: &&str| entries.iter().any(|it| it["tool"] == json!(name));
        names.iter().all(is_there).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_binding_may_is_in_its_props() {
    let stage = Stage::beside_masterlinc(&[("MCP_AUTH", "")]).await;
    // 113 is not among its extensions.
    let foreign = tool(&stage, "get_presence", json!({ "extension": "113" })).await;
    assert_eq!(
        foreign["structuredContent"]["error"]["code"],
        json!("forbidden")
    );
    // A binding without scopes.
    let call = json!({ "name": "get_presence", "arguments": { "extension": "100" } });
    let refused = calls(&stage, "BARE", "call_tool", call).await;
    assert_eq!(
        refused["structuredContent"]["error"]["code"],
        json!("forbidden"),
        "{refused}"
    );
    for (method, argument) in [
        ("list_tools", Value::Null),
        ("read_resource", json!("threecx://active-calls")),
    ] {
        let refused = calls(&stage, "BARE", method, argument).await;
        assert_eq!(
            refused["error"]["code"],
            json!("forbidden"),
            "{method}: {refused}"
        );
    }
    assert_eq!(stage.requests("/callcontrol/100/participants"), 0);
}

#[tokio::test]
async fn resources_and_mistakes() {
    let stage = Stage::beside_masterlinc(&[]).await;
    let read = calls(&stage, "PHONE", "read_resource", json!("3cx://extensions")).await;
    assert_eq!(
        read["contents"][0]["uri"],
        json!("3cx://extensions"),
        "{read}"
    );
    let missing = calls(&stage, "PHONE", "read_resource", json!("threecx://nothing")).await;
    assert!(missing["error"]["message"].is_string(), "{missing}");
    let unknown = tool(&stage, "hang_up_everything", json!({})).await;
    assert!(unknown["error"]["message"].is_string(), "{unknown}");
    // As text, too; and text that is no JSON.
    let text = r#"{"name":"get_extensions","arguments":{}}"#;
    let listed = calls(&stage, "PHONE", "call_tool", json!(text)).await;
    assert_eq!(listed["structuredContent"]["count"], json!(13), "{listed}");
    let broken = calls(&stage, "PHONE", "call_tool", json!("{")).await;
    assert!(
        broken["thrown"].as_str().unwrap().contains("SyntaxError"),
        "{broken}"
    );
    // One call is one call, whatever is put into it.
    let twice = json!(r#"{"name":"get_extensions","arguments":{},"method":"tools/list"}"#);
    let once = calls(&stage, "PHONE", "call_tool", twice).await;
    assert_eq!(once["structuredContent"]["count"], json!(13), "{once}");
}

/// Nothing that the modules export beside can be called, least of all with props of one's own.
#[tokio::test]
async fn only_these_methods() {
    let stage = Stage::beside_masterlinc(&[]).await;
    for method in ["rpc", "start", "constructor", "ctx", "env", "alarm"] {
        let refused = calls(&stage, "BARE", method, json!("{}")).await;
        assert!(refused["thrown"].is_string(), "{method}: {refused}");
    }
}

#[tokio::test]
async fn the_methods_cannot_be_reached_over_http() {
    let stage = Stage::beside_masterlinc(&[("MCP_AUTH", "")]).await;
    let client = stage.client();
    let body = json!({ "name": "get_extensions", "arguments": {} }).to_string();
    for path in [
        "/call_tool",
        "/list_tools",
        "/read_resource",
        "/rpc",
        "/mcp/call_tool",
    ] {
        for method in ["GET", "POST"] {
            let given = (method == "POST").then(|| body.clone().into_bytes());
            let answer = client.send(method, path, given).await;
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
    for method in ["call_tool", "list_tools", "read_resource", "rpc"] {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": {} });
        assert_eq!(
            client.post(&request).await.status,
            503,
            "nobody without a key"
        );
    }
}

/// MCP as ever, over `fetch` on the binding: with a key, and without one not.
#[tokio::test]
async fn plain_mcp_on_the_binding() {
    const KEY: &str = "masterlinc-key-not-real";
    let keys = json!([key_entry(KEY, &["read"], None)]).to_string();
    let variables = [("MCP_AUTH", ""), ("MCP_API_KEYS", keys.as_str())];
    let stage = Stage::beside_masterlinc(&variables).await;
    let linc = stage.runtime.masterlinc();
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let speak = async |authorization: Option<String>| {
        let body = json!({ "authorization": authorization, "body": list }).to_string();
        linc.send("POST", "/speaks", Some(body.into_bytes())).await
    };
    let known = speak(Some(format!("Bearer {KEY}"))).await;
    assert_eq!(known.status, 200);
    assert!(known.json()["result"]["tools"].is_array());
    assert_eq!(speak(None).await.status, 401, "props are not for fetch");
}
