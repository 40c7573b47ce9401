//! How it is meant to be.

use serde_json::json;

use super::{CALLBACK, KEY, READER, Visitor, call, list, sealed, stage, text};
use crate::harness::Stage;

#[tokio::test]
async fn from_a_challenge_to_a_tool_call() {
    let stage = stage(&[], 1).await;
    let client = stage.client();
    let url = stage.runtime.url();

    let bare = client.post(&list()).await;
    assert_eq!(bare.status, 401);
    let challenge = bare.header("www-authenticate").unwrap();
    let metadata = format!("{url}/.well-known/oauth-protected-resource/mcp");
    assert!(
        challenge.contains(&format!("resource_metadata=\"{metadata}\"")),
        "{challenge}"
    );
    assert!(
        challenge.contains("scope=\"read control message record\""),
        "{challenge}"
    );
    assert!(!challenge.contains("error="), "RFC 6750 §3.1");

    for path in [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource",
    ] {
        let resource = client.send("GET", path, None).await;
        assert_eq!(resource.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            resource.json()["resource"],
            json!(format!("{url}/mcp")),
            "{path}"
        );
        assert_eq!(resource.json()["authorization_servers"], json!([url]));
    }
    let server = client
        .send("GET", "/.well-known/oauth-authorization-server", None)
        .await
        .json();
    assert_eq!(server["issuer"], json!(url));
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(server["client_id_metadata_document_supported"], json!(true));

    let visitor = Visitor::at(&stage).await;
    let page = visitor.open(&[]).await;
    assert!(page.body.contains("A Story") && page.body.contains("client.example.com"));
    assert!(
        page.body.contains("<html lang=en dir=ltr>"),
        "{}",
        page.body
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(
        page.header("access-control-allow-origin"),
        None,
        "for people only"
    );

    let answer = visitor
        .allow(&page, KEY, &["read", "control", "message"])
        .await;
    let answer = visitor.redeem(&visitor.code_in(&answer), &[]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let tokens = answer.json();
    assert_eq!(tokens["scope"], json!("read control message"));
    assert_eq!(tokens["expires_in"], json!(900));

    let caller = visitor.with(text(&tokens, "access_token"));
    let people = caller.call("get_extensions", json!({})).await;
    assert_eq!(
        people.ok()["count"],
        json!(4),
        "the key's extensions bind the token"
    );
    let made = caller
        .call("make_call", json!({ "destination": "101" }))
        .await;
    assert_eq!(made.ok()["success"], json!(true));

    let next = visitor
        .refresh(text(&tokens, "refresh_token"), &[])
        .await
        .json();
    assert_eq!(
        visitor
            .with(text(&next, "access_token"))
            .post(&list())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_page_speaks_arabic() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    for page in [
        visitor.open(&[("ui_locales", "ar")]).await,
        Visitor {
            client: stage
                .client()
                .header("accept-language", "ar-SA,ar;q=0.9,en;q=0.5"),
            issuer: visitor.issuer.clone(),
            id: visitor.id.clone(),
        }
        .open(&[])
        .await,
    ] {
        assert!(
            page.body.contains("<html lang=ar dir=rtl>"),
            "{}",
            page.body
        );
        assert!(page.body.contains("مفتاح الدخول"));
        assert!(
            page.body.contains("ui_locales=en"),
            "a way to the other language"
        );
    }
}

#[tokio::test]
async fn a_person_says_no_or_makes_a_mistake() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let page = visitor.open(&[]).await;
    let wrong = visitor.allow(&page, "wrong", &["read"]).await;
    assert_eq!(wrong.status, 403);
    assert!(
        wrong.body.contains("This key is not known here"),
        "{}",
        wrong.body
    );
    assert!(!wrong.body.contains("wrong\""), "the key is not repeated");
    // The page that says so can be used again.
    let none = visitor.allow(&page, READER, &["control"]).await;
    assert!(
        none.status == 403 && none.body.contains("permits nothing"),
        "{}",
        none.body
    );
    let sealed = sealed(&wrong);
    let no = [("request", sealed.as_str()), ("answer", "deny")];
    let denied = visitor.post("/authorize", Some(&visitor.issuer), &no).await;
    let location = denied.header("location").unwrap();
    assert!(
        location.starts_with(CALLBACK) && location.contains("error=access_denied"),
        "{location}"
    );
}

#[tokio::test]
async fn what_was_not_granted_can_be_asked_for() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let tokens = visitor.tokens(KEY, &["read"]).await;
    let caller = visitor.with(text(&tokens, "access_token"));
    caller
        .call("get_presence", json!({ "extension": "100" }))
        .await
        .ok();

    let make_call = call("make_call", &json!({ "destination": "101" }));
    let modern = {
        let mut request = make_call.clone();
        request["params"]["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let caller = caller
            .clone()
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "make_call");
        caller.post(&request).await
    };
    for refused in [caller.post(&make_call).await, modern] {
        assert_eq!(refused.status, 403, "{}", refused.body);
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\""),
            "{challenge}"
        );
        assert!(challenge.contains("scope=\"read control\""), "{challenge}");
        assert!(challenge.contains("resource_metadata="), "{challenge}");
        assert_eq!(refused.json()["id"], json!(7));
    }
    assert_eq!(stage.requests("makecall"), 0);

    // Where asking would not help, the tool itself says so, as to a key.
    let tokens = visitor.tokens(READER, &["read"]).await;
    let reader = visitor.with(text(&tokens, "access_token"));
    let forbidden = reader
        .call("make_call", json!({ "destination": "101" }))
        .await;
    assert_eq!(forbidden.code(), "forbidden");
    let by_key = visitor
        .with(READER)
        .call("make_call", json!({ "destination": "101" }))
        .await;
    assert_eq!(by_key.code(), "forbidden");
    assert_eq!(stage.requests("makecall"), 0);
}

#[tokio::test]
async fn grants_outlive_a_restart_and_every_isolate_knows_them() {
    let mut stage = stage(&[("MCP_PUBLIC_URL", "https://phone.example.com")], 2).await;
    let visitor = Visitor::new(stage.client(), "https://phone.example.com").await;
    let code = visitor.code(KEY, &["read"]).await;
    let elsewhere = |stage: &Stage| Visitor {
        client: stage.runtime.clients().remove(1),
        issuer: visitor.issuer.clone(),
        id: visitor.id.clone(),
    };
    let tokens = elsewhere(&stage).redeem(&code, &[]).await.json();
    let variables = [
        ("MCP_AUTH", ""),
        ("MCP_API_KEYS", &super::keys()),
        ("OAUTH_SIGNING_KEY", super::SIGNING_KEY),
        ("MCP_PUBLIC_URL", "https://phone.example.com"),
    ];
    stage.restart(&variables).await;
    let visitor = elsewhere(&stage);
    assert_eq!(
        visitor
            .with(text(&tokens, "access_token"))
            .post(&list())
            .await
            .status,
        200
    );
    let next = visitor.refresh(text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(next.status, 200, "{}", next.body);
}

#[tokio::test]
async fn without_a_signing_key_there_is_no_oauth() {
    let stage = stage(&[("OAUTH_SIGNING_KEY", "")], 1).await;
    let client = stage.client();
    for path in [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
        "/authorize",
    ] {
        assert_eq!(client.send("GET", path, None).await.status, 404, "{path}");
    }
    let bare = client.post(&list()).await;
    assert!(
        !bare
            .header("www-authenticate")
            .unwrap()
            .contains("resource_metadata")
    );
    assert!(
        client
            .send("GET", "/", None)
            .await
            .body
            .contains("OAUTH_SIGNING_KEY")
    );

    let faulty = super::stage(&[("OAUTH_SIGNING_KEY", "too-short-to-be-a-key")], 1).await;
    let health = faulty.client().send("GET", "/health", None).await;
    assert!(health.body.contains("OAUTH_SIGNING_KEY") && !health.body.contains("too-short"));
    // Keys work all the same.
    let by_key = faulty
        .client()
        .header("authorization", &format!("Bearer {KEY}"));
    assert_eq!(by_key.post(&list()).await.status, 200);
}

#[tokio::test]
async fn web_pages_may_use_what_is_meant_for_programs() {
    let stage = stage(&[], 1).await;
    let page = stage
        .client()
        .header("origin", "https://inspector.example.com");
    for path in [
        "/token",
        "/register",
        "/revoke",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let preflight = page.send("OPTIONS", path, None).await;
        assert_eq!(preflight.status, 204, "{path}");
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
        let allowed = preflight
            .header("access-control-allow-headers")
            .unwrap()
            .to_lowercase();
        assert!(allowed.contains("content-type") && allowed.contains("mcp-protocol-version"));
    }
    for (method, path) in [
        ("GET", "/token"),
        ("GET", "/register"),
        ("DELETE", "/authorize"),
    ] {
        let answer = page.send(method, path, None).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(answer.header("allow").unwrap().contains("POST"));
    }
    let foreign = page.post(&list()).await;
    assert_eq!(foreign.status, 403, "not so /mcp itself");
}
