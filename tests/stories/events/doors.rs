//! Who may follow, and what they may hear of.

use super::*;
use crate::harness::key_entry;

const READER: &str = "reader-key-not-real";
const FEW: &str = "limited-key-not-real";
const CALLER: &str = "caller-key-not-real";

#[tokio::test]
async fn only_callers_who_may_read_follow_events() {
    let stage = Stage::with_keys(&[
        key_entry(READER, &["read"], None),
        key_entry(CALLER, &["control"], None),
    ])
    .await;
    let nobody = stage.client().send("GET", "/events", None).await;
    assert_eq!(nobody.status, 401);
    assert!(
        nobody
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );
    let wrong = stage
        .client_with("wrong")
        .send("GET", "/events", None)
        .await;
    assert_eq!(wrong.status, 401);
    let caller = stage.client_with(CALLER).send("GET", "/events", None).await;
    assert_eq!(caller.status, 403);
    let challenge = caller.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("scope=\"read\""),
        "{challenge}"
    );
    let reader = stage.client_with(READER);
    for method in ["POST", "PUT", "DELETE", "HEAD"] {
        let answer = reader.send(method, "/events", None).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("GET")),
            "{method}"
        );
    }
    assert_eq!(reader.send("GET", "/events/", None).await.status, 404);
    assert_eq!(reader.send("GET", "/eventsx", None).await.status, 404);
    reader.events(None).await.expect("link").await;
}

#[tokio::test]
async fn a_caller_hears_of_its_own_extensions_only() {
    let stage = Stage::with_keys(&[
        key_entry(READER, &["read"], None),
        key_entry(FEW, &["read"], Some(&["104-105"])),
    ])
    .await;
    is_up(&stage.client_with(READER)).await;
    let limited = stage.client_with(FEW);
    let mut few = limited.events(None).await;
    let mut watching = limited
        .listen(json!({ "resourceSubscriptions": [
            "threecx://active-calls", "threecx://extensions/100", "threecx://extensions/104",
        ] }))
        .await
        .unwrap();
    let acknowledged = watching.expect("message").await;
    assert_eq!(
        acknowledged["params"]["notifications"],
        json!({ "resourceSubscriptions": ["threecx://active-calls", "threecx://extensions/104"] })
    );
    begins(&mut few).await;
    let mut all = stage.client_with(READER).events(None).await;
    begins(&mut all).await;
    visit(stage.pbx(), HUDA, "100", &mut all).await;
    assert!(few.is_silent().await);
    assert!(watching.is_silent().await);
    ring(stage.pbx(), HUDA, "104");
    assert_eq!(few.expect("call.ringing").await["extension"], json!("104"));
    assert_eq!(
        few.expect("presence.changed").await["extension"],
        json!("104")
    );
    for uri in ["threecx://active-calls", "threecx://extensions/104"] {
        assert_eq!(
            watching.expect("message").await["params"]["uri"],
            json!(uri)
        );
    }
    // Coming back to the very beginning does not show more.
    let life = few.id.split_once('-').unwrap().0;
    let mut few = limited.events(Some(&format!("{life}-0"))).await;
    few.expect("link").await;
    let first = few.until(|event| event.kind != "link").await;
    assert_eq!(first.data["extension"], json!("104"));
}

#[tokio::test]
async fn web_pages_follow_where_they_may() {
    let stage = Stage::with(&[("MCP_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let evil = stage.client().header("origin", "https://evil.example.com");
    assert_eq!(evil.send("GET", "/events", None).await.status, 403);
    let good = stage.client().header("origin", "https://app.example.com");
    let preflight = good.send("OPTIONS", "/events", None).await;
    assert_eq!(preflight.status, 204);
    let headers = preflight.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("Last-Event-ID"), "{headers}");
    let mut stream = good.events(None).await;
    assert_eq!(
        stream.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    stream.expect("link").await;
}

#[tokio::test]
async fn where_there_is_nothing_to_follow_it_says_what_to_do() {
    for (variable, value, word) in [
        ("PBX_EVENTS", "off", "PBX_EVENTS"),
        ("PBX_BASE_URL", "", "PBX_FQDN"),
        ("PBX_EVENTS", "often", "PBX_EVENTS"),
    ] {
        let stage = Stage::with(&[(variable, value)]).await;
        let client = stage.client();
        let answer = client.send("GET", "/events", None).await;
        assert_eq!(answer.status, 503, "{variable}={value}");
        assert!(answer.body.contains(word), "{}", answer.body);
        let filter = json!({ "resourceSubscriptions": ["threecx://active-calls"] });
        let Err(refused) = client.listen(filter).await else {
            panic!("{variable}={value}: nothing is announced");
        };
        assert_eq!(refused.status, 404);
        assert_eq!(refused.json()["error"]["code"], json!(-32601));
    }
}
