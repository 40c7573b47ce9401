//! What anyone sees who comes without a key: the front page, and the headers on every answer.

use serde_json::json;

use crate::harness::{Stage, key_entry};

const KEY: &str = "a-key-that-an-administrator-gave-out";

#[tokio::test]
async fn the_page_speaks_the_language_of_whoever_comes() {
    let stage = Stage::new().await;
    let client = stage.client();
    let arabic = "<html lang=ar dir=rtl>";
    let english = "<html lang=en dir=ltr>";
    for (path, accepted, expected) in [
        ("/", "en-US,en;q=0.9", english),
        ("/", "ar-SA,ar;q=0.9,en;q=0.8", arabic),
        ("/", "fr", english),
        ("/?lang=ar", "en", arabic),
        ("/?from=mail&lang=en#top", "ar", english),
    ] {
        let client = client.clone().header("accept-language", accepted);
        let page = client.send("GET", path, None).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(expected), "{path} {accepted}");
        assert!(page.body.contains("class=ok"), "{}", page.body);
        assert_eq!(page.header("vary"), Some("Accept-Language"));
        assert!(
            page.header("content-type")
                .unwrap()
                .starts_with("text/html")
        );
    }
    let head = client.send("HEAD", "/", None).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[tokio::test]
async fn the_page_names_the_address_that_people_use() {
    let mut stage = Stage::new().await;
    let page = stage.client().send("GET", "/", None).await;
    let own = format!("{}/mcp", stage.runtime.url());
    assert!(page.body.contains(&own), "{own}");
    stage
        .restart(&[("MCP_PUBLIC_URL", "https://phone.example.com/")])
        .await;
    let page = stage.client().send("GET", "/", None).await;
    assert!(page.body.contains("https://phone.example.com/mcp"));
    assert!(!page.body.contains("127.0.0.1"));
}

#[tokio::test]
async fn the_page_says_what_is_missing_and_nothing_else() {
    let stage = Stage::with(&[
        ("MCP_AUTH", ""),
        ("PBX_BASE_URL", ""),
        ("DIAL_DENY", "call +966500000000"),
    ])
    .await;
    let health = stage.client().send("GET", "/health", None).await.json();
    assert_eq!(health["problems"].as_array().map(Vec::len), Some(3));
    let page = stage.client().send("GET", "/", None).await;
    for variable in ["MCP_API_KEYS", "PBX_FQDN", "DIAL_DENY"] {
        let code = format!("<code dir=ltr>{variable}</code>");
        assert_eq!(page.body.matches(&code).count(), 1, "{variable}");
    }
    for secret in ["966", "demo-secret", "assistant</code>"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let stage = Stage::with_keys(&[key_entry(KEY, &["read"], None)]).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let list = || Some(list.to_string().into_bytes());
    let over_https = |client: crate::harness::Client| client.header("x-forwarded-proto", "https");
    for (method, path, body, key, status) in [
        ("GET", "/", None, "", 200),
        ("GET", "/health", None, "", 200),
        ("POST", "/health", None, "", 405),
        ("GET", "/nothing", None, "", 404),
        ("POST", "/mcp", list(), "", 401),
        ("POST", "/mcp", list(), KEY, 200),
        ("GET", "/mcp", None, KEY, 405),
        ("POST", "/mcp", Some(vec![b' '; 5 << 20]), KEY, 413),
    ] {
        for is_https in [false, true] {
            let mut client = match key {
                "" => stage.client(),
                key => stage.client_with(key),
            };
            if is_https {
                client = over_https(client);
            }
            let answer = client.send(method, path, body.clone()).await;
            assert_eq!(answer.status, status, "{method} {path}");
            for (name, value) in [
                ("x-content-type-options", Some("nosniff")),
                ("referrer-policy", Some("no-referrer")),
                ("cache-control", Some("no-store")),
                (
                    "strict-transport-security",
                    is_https.then_some("max-age=31536000"),
                ),
            ] {
                assert_eq!(answer.header(name), value, "{method} {path} {name}");
            }
        }
    }
    let page = stage.client().send("GET", "/", None).await;
    let policy = page.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(
        page.header("permissions-policy")
            .unwrap()
            .contains("microphone=()")
    );
}
