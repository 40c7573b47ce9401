//! The door: who may come in, from where, and what is said to the others.

use serde_json::{Value, json};

use crate::harness::{Stage, key_entry};

const KEY: &str = "a-key-that-an-administrator-gave-out";

fn list() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })
}

#[tokio::test]
async fn without_keys_nothing_opens() {
    let stage = Stage::with(&[("MCP_AUTH", "")]).await;
    let answer = stage.client().post(&list()).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("MCP_API_KEYS"), "{}", answer.body);
    let health = stage.client().send("GET", "/health", None).await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["status"], json!("unconfigured"));
}

#[tokio::test]
async fn a_key_opens_and_anything_else_is_challenged() {
    let stage = Stage::with_keys(&[key_entry(KEY, &["read", "control"], None)]).await;
    assert_eq!(stage.client_with(KEY).post(&list()).await.status, 200);
    let bare = stage.client().post(&list()).await;
    assert_eq!(bare.status, 401);
    assert!(
        !bare.header("www-authenticate").unwrap().contains("error="),
        "RFC 6750 §3.1"
    );
    for wrong in [
        "Bearer wrong",
        "Bearer",
        "Bearer a b",
        &format!("Bearer {KEY}x"),
    ] {
        let answer = stage
            .client()
            .header("authorization", wrong)
            .post(&list())
            .await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Bearer"),
            "{wrong}"
        );
        assert!(!answer.body.contains("wrong"));
    }
    let basic = stage
        .client()
        .header("authorization", "Basic YTpi")
        .post(&list())
        .await;
    assert_eq!(basic.status, 401);
}

#[tokio::test]
async fn an_open_door_is_open_on_this_machine_only() {
    let stage = Stage::new().await;
    assert_eq!(stage.client().post(&list()).await.status, 200);
    let rebound = stage
        .client()
        .header("host", "pbx.example.com")
        .post(&list())
        .await;
    assert_eq!(rebound.status, 503);
    let lookalike = stage
        .client()
        .header("host", "localhost.example.com")
        .post(&list())
        .await;
    assert_eq!(lookalike.status, 503);
}

#[tokio::test]
async fn scopes_and_extensions_bind_a_key() {
    let stage = Stage::with_keys(&[key_entry(KEY, &["read"], Some(&["100-103"]))]).await;
    let client = stage.client_with(KEY);
    assert_eq!(
        client
            .call("make_call", json!({ "destination": "101" }))
            .await
            .code(),
        "forbidden"
    );
    assert_eq!(
        client.call("drop_call", json!({})).await.code(),
        "forbidden"
    );
    assert_eq!(
        client
            .call("get_presence", json!({ "extension": "104" }))
            .await
            .code(),
        "forbidden"
    );
    client
        .call("get_presence", json!({ "extension": "103" }))
        .await
        .ok();
    assert_eq!(
        client.call("get_extensions", json!({})).await.ok()["count"],
        json!(4)
    );
    assert_eq!(
        client.read("threecx://extensions").await.unwrap()["count"],
        json!(4)
    );
    assert_eq!(
        client.read("threecx://extensions/104").await.unwrap_err()["code"],
        json!(-32602)
    );
    assert_eq!(stage.requests("makecall"), 0);
}

#[tokio::test]
async fn web_pages_of_others_are_kept_out() {
    let stage = Stage::with(&[("MCP_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let from = |origin: &str| stage.client().header("origin", origin);
    for (origin, status) in [
        ("https://evil.example.com", 403),
        ("null", 403),
        ("https://app.example.com.evil.com", 403),
        ("https://app.example.com", 200),
    ] {
        let answer = from(origin).post(&list()).await;
        assert_eq!(answer.status, status, "{origin}");
        let allowed = answer
            .header("access-control-allow-origin")
            .map(str::to_owned);
        assert_eq!(allowed.is_some(), status == 200, "{origin}");
    }
    let preflight = from("https://app.example.com")
        .send("OPTIONS", "/mcp", None)
        .await;
    assert_eq!(preflight.status, 204);
    let headers = preflight
        .header("access-control-allow-headers")
        .unwrap()
        .to_lowercase();
    for needed in [
        "authorization",
        "content-type",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
    ] {
        assert!(headers.contains(needed), "{needed}");
    }
    assert_eq!(
        preflight.header("access-control-expose-headers"),
        Some("mcp-session-id, WWW-Authenticate")
    );
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET, POST, DELETE, OPTIONS")
    );
    assert_eq!(preflight.header("access-control-max-age"), Some("86400"));
}

#[tokio::test]
async fn methods_paths_and_bodies_that_do_not_fit() {
    let stage = Stage::new().await;
    let client = stage.client();
    for method in ["GET", "DELETE", "PUT"] {
        let answer = client.send(method, "/mcp", None).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    assert_eq!(client.send("GET", "/nothing", None).await.status, 404);
    for path in ["/", "/health"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = client.send(method, path, None).await;
            let allowed = (answer.status, answer.header("allow"));
            assert_eq!(allowed, (405, Some("GET, HEAD")), "{method} {path}");
        }
    }
    for path in ["/", "/health", "/nothing", "/mcp"] {
        let large = vec![b' '; 4 * 1024 * 1024 + 1];
        let answer = client.send("POST", path, Some(large)).await;
        assert_eq!(answer.status, 413, "{path}");
    }

    let send = async |body: Vec<u8>| client.send("POST", "/mcp", Some(body)).await;
    assert_eq!(send(vec![b' '; 4 * 1024 * 1024 + 1]).await.status, 413);
    let nothing = client.send("POST", "/mcp", None).await;
    assert_eq!(
        nothing.status, 415,
        "no body and no content type: {}",
        nothing.body
    );
    let code = |answer: &crate::harness::Raw| answer.json()["error"]["code"].clone();
    let invalid_utf8 =
        send(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}".to_vec()).await;
    assert_eq!(
        (invalid_utf8.status, code(&invalid_utf8)),
        (400, json!(-32700))
    );
    let text = client
        .clone()
        .header("content-type", "text/plain")
        .post(&list())
        .await;
    assert_eq!(text.status, 415);

    // A megabyte of argument, and a thousand levels of it.
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"get_presence","arguments":{arguments}}}}}"#
        )
        .into_bytes()
    };
    let long = send(call(&format!(
        r#"{{"extension":"{}"}}"#,
        "1".repeat(1_000_000)
    )))
    .await;
    assert_eq!(
        long.json()["result"]["structuredContent"]["error"]["code"],
        json!("invalid_argument")
    );
    assert!(
        long.body.len() < 2_000,
        "what is wrong is not repeated in full"
    );
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let deep = send(call(&format!(r#"{{"extension":{deep}}}"#))).await;
    assert_eq!(
        deep.json()["result"]["structuredContent"]["error"]["code"],
        json!("invalid_argument")
    );

    // The isolate is as it was.
    client.call("get_presence", json!({})).await.ok();
}

#[tokio::test]
async fn every_wrong_argument_is_explained() {
    let stage = Stage::new().await;
    let client = stage.client();
    for (tool, arguments) in [
        ("make_call", json!({})),
        ("make_call", json!({ "destination": 101 })),
        ("make_call", json!({ "destination": null })),
        (
            "make_call",
            json!({ "destination": "101", "timeout_seconds": "long" }),
        ),
        (
            "make_call",
            json!({ "destination": "101", "timeout_seconds": 4 }),
        ),
        ("get_presence", json!({ "extension": ["100"] })),
        ("get_presence", json!({ "extension": "abc" })),
        ("get_extensions", json!({ "limit": 1.5 })),
        ("get_extensions", json!({ "include_status": "yes" })),
        ("drop_call", json!({ "participant_id": true })),
    ] {
        let answer = client.call(tool, arguments.clone()).await;
        assert_eq!(answer.code(), "invalid_argument", "{tool} {arguments}");
        assert!(
            answer.value["error"]["hint"].is_string(),
            "{tool} {arguments}"
        );
    }
    assert_eq!(stage.pbx().history().len(), 0);
    // What a tool does not know is passed over, and said.
    let extra = client
        .call(
            "get_presence",
            json!({ "extension": "100", "Extension": "101" }),
        )
        .await;
    assert!(
        extra.ok()["warnings"][0]
            .as_str()
            .unwrap()
            .contains("`Extension` was ignored")
    );
}

#[tokio::test]
async fn settings_that_cannot_be_are_named_without_secrets() {
    let variables = [
        ("PBX_FQDN", "https://pbx.example.com"),
        ("PBX_BASE_URL", ""),
        ("HOME_COUNTRY", "XX"),
        (
            "MCP_API_KEYS",
            "[{\"name\":\"x\",\"key\":\"oops-a-real-key\"}]",
        ),
    ];
    let stage = Stage::with(&variables).await;
    let health = stage.client().send("GET", "/health", None).await;
    let problems = health.json()["problems"].to_string();
    for variable in ["PBX_FQDN", "HOME_COUNTRY", "MCP_API_KEYS"] {
        assert!(problems.contains(variable), "{problems}");
    }
    for secret in ["oops", "demo-secret", "pbx.example.com/"] {
        assert!(!health.body.contains(secret), "{}", health.body);
    }
    assert_eq!(stage.client().post(&list()).await.status, 503);

    let stage = Stage::with(&[("PBX_BASE_URL", "")]).await;
    let answer = stage.client().call("get_extensions", json!({})).await;
    assert_eq!(answer.code(), "pbx_not_configured");
    assert!(answer.text.contains("PBX_FQDN"), "{}", answer.text);
}

#[tokio::test]
async fn resources_and_completion_need_the_scope_read() {
    let stage = Stage::with_keys(&[key_entry(KEY, &["control"], None)]).await;
    let client = stage.client_with(KEY);
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
    let stage = Stage::with_keys(&[key_entry(KEY, &["read"], Some(&["100-103"]))]).await;
    let list = stage
        .client_with(KEY)
        .call("get_extensions", json!({}))
        .await;
    assert!(list.ok().get("total").is_none(), "{}", list.text);
}
