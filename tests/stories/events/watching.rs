//! `subscriptions/listen` of MCP 2026-07-28.

use super::*;

fn uris(uris: &[&str]) -> Value {
    json!({ "resourceSubscriptions": uris })
}

/// The URI of the next notification, which is one of an update.
async fn updated(stream: &mut Stream) -> String {
    let message = stream.expect("message").await;
    assert_eq!(message["method"], json!("notifications/resources/updated"));
    let meta = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(meta, &json!("listen-1"));
    message["params"]["uri"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_listens_is_told_that_a_resource_changed() {
    let stage = live_stage().await;
    let client = stage.client();
    let filter = uris(&[
        "3cx://extensions/100",
        "threecx://active-calls",
        "threecx://messages",
    ]);
    let mut stream = client.listen(filter).await.unwrap();
    let acknowledged = stream.expect("message").await;
    assert_eq!(
        acknowledged,
        json!({
            "jsonrpc": "2.0",
            "method": "notifications/subscriptions/acknowledged",
            "params": {
                "notifications": uris(&["3cx://extensions/100", "threecx://active-calls"]),
                "_meta": { "io.modelcontextprotocol/subscriptionId": "listen-1" },
            },
        })
    );
    ring(stage.pbx(), HUDA, "104");
    assert_eq!(updated(&mut stream).await, "threecx://active-calls");
    let calls = client.read("threecx://active-calls").await.unwrap();
    assert_eq!(calls["activeCalls"][0]["extension"], json!("104"));
    ring(stage.pbx(), "+966500000002", "100");
    until("both to be told", async || {
        let first = updated(&mut stream).await;
        (first == "3cx://extensions/100").then_some(())
    })
    .await;
    let extension = client.read("3cx://extensions/100").await.unwrap();
    assert_eq!(
        extension["calls"][0]["status"],
        json!("Ringing"),
        "{extension}"
    );
}

#[tokio::test]
async fn what_is_not_told_is_not_acknowledged() {
    let stage = live_stage().await;
    let client = stage.client();
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["threecx://audit"] });
    let mut stream = client.listen(filter).await.unwrap();
    let acknowledged = stream.expect("message").await;
    assert_eq!(acknowledged["params"]["notifications"], json!({}));
    let result = stream.expect("message").await;
    assert_eq!(result["id"], json!("listen-1"));
    assert_eq!(result["result"]["resultType"], json!("complete"));
    assert_eq!(stream.next().await, None, "there is nothing to wait for");
}

#[tokio::test]
async fn legacy_clients_keep_polling() {
    let stage = live_stage().await;
    let client = stage.client();
    for method in ["subscriptions/listen", "resources/subscribe"] {
        let answer = client
            .post(&json!({
                "jsonrpc": "2.0", "id": 1, "method": method,
                "params": { "uri": "threecx://active-calls", "notifications": {} },
            }))
            .await;
        assert_eq!(answer.json()["error"]["code"], json!(-32601), "{method}");
    }
    let hello = client
        .post(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25", "capabilities": {},
                "clientInfo": { "name": "story", "version": "1" },
            },
        }))
        .await;
    assert_eq!(
        hello.json()["result"]["capabilities"]["resources"],
        json!({})
    );
}
