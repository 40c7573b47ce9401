//! `CONFIRM_BY=human`: a call waits until a signed-in person has said yes on the approval page.

use serde_json::{Value, json};

use crate::harness::{Client, Raw, Stage, key_entry};

/// The assistant's key.
const ASSISTANT: &str = "assistant-key-not-real";
/// A person who may call for everybody.
const BOSS: &str = "boss-key-not-real";
/// Somebody who may only look.
const READER: &str = "reader-key-not-real";
/// Somebody who may call for another extension only.
const OTHER: &str = "other-key-not-real";

async fn stage() -> Stage {
    let keys = json!([
        key_entry(ASSISTANT, &["read", "control"], None),
        key_entry(BOSS, &["control"], None),
        key_entry(READER, &["read"], None),
        key_entry(OTHER, &["control"], Some(&["101"])),
    ])
    .to_string();
    let human = [("CONFIRM", ""), ("CONFIRM_BY", "human")];
    let door = [("MCP_AUTH", ""), ("MCP_API_KEYS", keys.as_str())];
    Stage::with(&[human, door].concat()).await
}

/// Asks for a call; the handle, and the path of the page.
async fn ask(client: &Client) -> (String, String) {
    let asked = client
        .call("make_call", json!({ "destination": "0500000000" }))
        .await;
    assert_eq!(asked.code(), "confirmation_required");
    let details = &asked.value["error"]["details"];
    let handle = details["confirm"].as_str().expect("a handle").to_owned();
    let address = details["approve"].as_str().expect("an address");
    let path = address
        .strip_prefix(&client.url)
        .expect("our own address")
        .to_owned();
    (handle, path)
}

async fn confirmed(client: &Client, handle: &str) -> Value {
    let arguments = json!({ "destination": "0500000000", "confirm": handle });
    client.call("make_call", arguments).await.value
}

/// Fills in the page as a browser does.
async fn say(stage: &Stage, path: &str, key: &str, answer: &str) -> Raw {
    let form = format!("language=en&key={key}&answer={answer}");
    stage
        .client()
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", stage.runtime.url())
        .send("POST", path, Some(form.into_bytes()))
        .await
}

#[tokio::test]
async fn a_person_says_yes_and_the_call_is_placed_once() {
    let stage = stage().await;
    let client = stage.client_with(ASSISTANT);
    let (handle, path) = ask(&client).await;
    // The handle alone is not enough.
    assert_eq!(
        confirmed(&client, &handle).await["error"]["code"],
        json!("confirmation_required")
    );

    let page = stage.client().send("GET", &path, None).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("call +966500000000 from extension 100"),
        "{}",
        page.body
    );
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let arabic = stage.client().header("accept-language", "ar-SA");
    let arabic = arabic.send("GET", &path, None).await.body;
    assert!(
        arabic.contains("dir=rtl") && arabic.contains("هل تسمح للمساعد بذلك؟"),
        "{arabic}"
    );

    assert_eq!(say(&stage, &path, BOSS, "yes").await.status, 200);
    assert_eq!(confirmed(&client, &handle).await["success"], json!(true));
    assert_eq!(
        confirmed(&client, &handle).await["error"]["code"],
        json!("confirmation_required")
    );
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
    assert_eq!(stage.client().send("GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn not_everybody_may_say_yes() {
    let stage = stage().await;
    let client = stage.client_with(ASSISTANT);
    let (handle, path) = ask(&client).await;
    // Not the assistant with its own key, not who may not call, not for this extension, not nobody.
    for key in [ASSISTANT, READER, OTHER, "wrong", ""] {
        let said = say(&stage, &path, key, "yes").await;
        assert_eq!(said.status, 403, "{key}");
    }
    // Not from another page.
    for origin in [None, Some("https://evil.example.com")] {
        let mut browser = stage
            .client()
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            browser = browser.header("origin", origin);
        }
        let form = format!("key={BOSS}&answer=yes").into_bytes();
        assert_eq!(browser.send("POST", &path, Some(form)).await.status, 403);
    }
    assert_eq!(
        confirmed(&client, &handle).await["error"]["code"],
        json!("confirmation_required")
    );
    assert_eq!(stage.pbx().history().len(), 0);
}

#[tokio::test]
async fn a_no_is_final() {
    let stage = stage().await;
    let client = stage.client_with(ASSISTANT);
    let (handle, path) = ask(&client).await;
    assert_eq!(say(&stage, &path, BOSS, "no").await.status, 200);
    assert_eq!(
        confirmed(&client, &handle).await["error"]["code"],
        json!("forbidden")
    );
    // Somebody else's yes comes too late.
    assert!(
        say(&stage, &path, BOSS, "yes")
            .await
            .body
            .contains("You said no")
    );
    assert_eq!(
        confirmed(&client, &handle).await["error"]["code"],
        json!("forbidden")
    );
    assert_eq!(stage.pbx().history().len(), 0);
}

#[tokio::test]
async fn pages_that_were_never_there() {
    let stage = stage().await;
    for path in [
        "/approve/",
        "/approve/nothing",
        "/approve/../mcp",
        "/approve/%00",
    ] {
        let raw = stage.client().send("GET", path, None).await;
        assert!(
            raw.status >= 400 && raw.status < 500,
            "{path}: {}",
            raw.status
        );
    }
}
