//! Guessing keys: an address that is wrong too often is closed, for all isolates, and nobody else is.

use serde_json::{Value, json};

use crate::harness::{Client, Raw, Stage, key_entry};

const KEY: &str = "a-key-that-an-administrator-gave-out";
/// As in `auth::throttle`: the twentieth failure closes.
const LET_BY: usize = 19;

async fn stage(isolates: usize) -> Stage {
    let keys = json!([key_entry(KEY, &["read"], None)]).to_string();
    Stage::of(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)], isolates).await
}

fn from(client: &Client, address: &str, key: &str) -> Client {
    let client = client.clone().header("cf-connecting-ip", address);
    match key {
        "" => client,
        key => client.header("authorization", &format!("Bearer {key}")),
    }
}

async fn list(client: Client) -> Raw {
    let list: Value = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    client.post(&list).await
}

#[tokio::test]
async fn a_guesser_is_shut_out_and_nobody_else() {
    let mut stage = stage(1).await;
    let client = stage.client();
    for guess in 0..25 {
        let answer = list(from(&client, "203.0.113.7", &format!("guess-{guess}"))).await;
        assert_eq!(
            answer.status,
            if guess < LET_BY { 401 } else { 429 },
            "{guess}"
        );
    }
    // The good key is refused like the others, and nothing tells them apart.
    let good = list(from(&client, "203.0.113.7", KEY)).await;
    let bad = list(from(&client, "203.0.113.7", "guess")).await;
    let none = list(from(&client, "203.0.113.7", "")).await;
    for answer in [&good, &bad, &none] {
        assert_eq!(answer.status, 429);
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(answer.header("www-authenticate").is_none());
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains("not even a good key"), "{message}");
    }
    for open in ["/", "/health"] {
        let page = from(&client, "203.0.113.7", "");
        assert_eq!(page.send("GET", open, None).await.status, 200);
    }
    assert_eq!(list(from(&client, "203.0.113.8", KEY)).await.status, 200);
    assert_eq!(
        list(from(&client, "203.0.113.8", "guess")).await.status,
        401
    );

    // The log names a network, not a person, and no key.
    let log = stage.runtime.log();
    let line = log.lines().find(|line| line.contains("address_closed"));
    let line: Value = serde_json::from_str(line.expect("it is logged")).expect("JSON");
    assert_eq!(line["address"], json!("203.0.•"));
    assert!(!log.contains("113.7") && !log.contains("guess-"), "{log}");

    // A new start forgets nothing: the first wrong key hears of the closing.
    let keys = json!([key_entry(KEY, &["read"], None)]).to_string();
    stage
        .restart(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)])
        .await;
    let client = stage.client();
    assert_eq!(
        list(from(&client, "203.0.113.7", "guess")).await.status,
        429
    );
    assert_eq!(list(from(&client, "203.0.113.7", KEY)).await.status, 429);
}

#[tokio::test]
async fn guesses_are_counted_together_over_four_isolates() {
    let stage = stage(4).await;
    let clients = stage.runtime.clients();
    // All at once: the count is exact.
    let guesses = (0..25).zip(clients.iter().cycle()).map(|(guess, client)| {
        // Another address of the same network.
        let address = format!("2001:db8:1:2::{guess:x}");
        list(from(client, &address, &format!("guess-{guess}")))
    });
    let answers = futures::future::join_all(guesses).await;
    let count = |status| answers.iter().filter(|raw| raw.status == status).count();
    assert_eq!((count(401), count(429)), (LET_BY, 25 - LET_BY));
    for client in &clients {
        // Whichever isolate it is: it is closed after one more wrong key, at the latest.
        assert_eq!(
            list(from(client, "2001:db8:1:2::ff", "guess")).await.status,
            429
        );
        assert_eq!(
            list(from(client, "2001:db8:1:2::ff", KEY)).await.status,
            429
        );
        assert_eq!(list(from(client, "2001:db8:1:3::1", KEY)).await.status, 200);
    }
}

#[tokio::test]
async fn looking_for_the_way_in_is_no_guess() {
    let stage = stage(1).await;
    let client = stage.client();
    for _ in 0..30 {
        assert_eq!(list(from(&client, "203.0.113.7", "")).await.status, 401);
    }
    assert_eq!(list(from(&client, "203.0.113.7", KEY)).await.status, 200);
    // Good keys do not wear out, and one mistake now and then changes nothing.
    for _ in 0..30 {
        assert_eq!(list(from(&client, "203.0.113.7", KEY)).await.status, 200);
    }
    assert_eq!(
        list(from(&client, "203.0.113.7", "guess")).await.status,
        401
    );
    assert_eq!(list(from(&client, "203.0.113.7", KEY)).await.status, 200);
}

#[tokio::test]
async fn the_routes_of_oauth_are_closed_with_the_rest() {
    let keys = json!([key_entry(KEY, &["read"], None)]).to_string();
    let signing = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let stage = Stage::with(&[
        ("MCP_AUTH", ""),
        ("MCP_API_KEYS", &keys),
        ("OAUTH_SIGNING_KEY", signing),
    ])
    .await;
    let client = stage.client().header("cf-connecting-ip", "203.0.113.7");
    let form = |client: &Client| {
        client
            .clone()
            .header("content-type", "application/x-www-form-urlencoded")
    };
    let token = async |client: &Client, code: usize| {
        let client_id = "https%3A%2F%2Fapp.example.com%2Fclient";
        let body = format!(
            "grant_type=authorization_code&client_id={client_id}&code={code}&code_verifier=y"
        );
        let client = form(client);
        client.send("POST", "/token", Some(body.into_bytes())).await
    };
    for code in 0..LET_BY {
        let answer = token(&client, code).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert_eq!(answer.json()["error"], json!("invalid_grant"));
    }
    let closed = token(&client, 99).await;
    assert_eq!(
        (closed.status, &closed.json()["error"]),
        (429, &json!("temporarily_unavailable"))
    );
    for (method, path, status) in [
        ("POST", "/token", 429),
        ("POST", "/revoke", 429),
        ("POST", "/register", 429),
        ("GET", "/authorize?client_id=x", 429),
        ("POST", "/authorize", 429),
        ("GET", "/approve/x", 429),
        ("OPTIONS", "/token", 204),
        ("GET", "/.well-known/oauth-protected-resource", 200),
    ] {
        let answer = client.send(method, path, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(
            answer.header("retry-after").is_some(),
            status == 429,
            "{path}"
        );
    }
    // The telephone is another module, which has not heard of it yet: its first look at a key tells it.
    let guess = client.header("authorization", "Bearer guessed");
    assert_eq!(guess.send("POST", "/mcp", None).await.status, 429);
    let other = stage.client().header("cf-connecting-ip", "203.0.113.8");
    assert_eq!(token(&other, 99).await.status, 400);
}

#[tokio::test]
async fn without_an_address_all_are_one_and_a_page_may_read_why() {
    let stage = stage(1).await;
    let wrong = stage
        .client_with("guess")
        .header("origin", "http://localhost:3000");
    for _ in 0..LET_BY {
        assert_eq!(list(wrong.clone()).await.status, 401);
    }
    assert_eq!(list(wrong.clone()).await.status, 429);
    let refused = list(
        stage
            .client_with(KEY)
            .header("origin", "http://localhost:3000"),
    )
    .await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("http://localhost:3000")
    );
    assert_eq!(wrong.send("OPTIONS", "/mcp", None).await.status, 204);
}
