//! The audit: every call of every tool is on record, with a true end.

use serde_json::{Value, json};

use pbx_sim::{Fault, Rule};

use crate::harness::{Client, Stage, key_entry, until};

/// Entries of one tool, newest first.
async fn entries(client: &Client, tool: &str) -> Vec<Value> {
    let log = client
        .call("get_audit_log", json!({ "tool": tool, "limit": 100 }))
        .await;
    log.ok()["entries"].as_array().expect("entries").clone()
}

#[tokio::test]
async fn who_asked_for_what_and_how_it_ended() {
    let mut stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client().header("user-agent", "desk-app/7");
    let wanted = json!({ "destination": "0500000123", "idempotency_key": "key-1" });
    let asked = client.call("make_call", wanted.clone()).await;
    let mut confirmed = wanted;
    confirmed["confirm"] = asked.value["error"]["details"]["confirm"].clone();
    client.call("make_call", confirmed).await.ok();
    client
        .call("make_call", json!({ "destination": "997" }))
        .await
        .code();
    let message = json!({ "to": "0500000123", "message": "your results are ready" });
    client.call("send_message", message).await.code();
    client
        .call("get_presence", json!({ "extension": "101" }))
        .await
        .ok();

    // All of it outlives the runtime: acts at once, reads after a moment.
    until("the read on record", async || {
        (entries(&client, "get_presence").await.len() == 1).then_some(())
    })
    .await;
    stage.restart(&[]).await;
    let client = stage.client();
    let calls = entries(&client, "make_call").await;
    let outcomes: Vec<&Value> = calls.iter().map(|entry| &entry["outcome"]).collect();
    assert_eq!(
        outcomes,
        ["forbidden_destination", "ok", "confirmation_required"]
    );
    for entry in &calls {
        assert_eq!(entry["caller"], json!("local"));
        assert_eq!(entry["signedInBy"], json!("local"));
        assert_eq!(entry["client"], json!("desk-app/7"));
        assert_eq!(entry["extension"], json!("100"));
        assert!(entry["endedAt"].as_str() >= entry["at"].as_str());
    }
    let presence = &entries(&client, "get_presence").await[0];
    assert_eq!(presence["extension"], json!("101"));
    assert_eq!(presence["outcome"], json!("ok"));

    let whole = client.call("get_audit_log", json!({})).await.text;
    assert!(whole.contains("•••••••123"), "{whole}");
    for secret in ["0500000123", "+966500000123", "results", "key-1"] {
        assert!(!whole.contains(secret), "{secret} in {whole}");
    }
}

#[tokio::test]
async fn numbers_are_whole_where_an_administrator_wants_them() {
    let stage = Stage::with(&[("AUDIT_NUMBERS", "full")]).await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "0500000123" }))
        .await
        .ok();
    let entry = &entries(&client, "make_call").await[0];
    assert!(
        entry["arguments"].as_str().unwrap().contains("0500000123"),
        "{entry}"
    );
}

#[tokio::test]
async fn what_died_on_the_way_is_not_called_done() {
    let mut stage = Stage::new().await;
    let client = stage.client();
    stage
        .pbx()
        .add_fault(Rule::once("/makecall", Fault::Hang { seconds: 60 }));
    let lost = tokio::spawn({
        let client = client.clone();
        async move {
            client
                .call("make_call", json!({ "destination": "0500000000" }))
                .await
        }
    });
    until("the request at the PBX", async || {
        (stage.requests("/makecall") == 1).then_some(())
    })
    .await;
    stage.restart(&[]).await;
    assert!(lost.await.is_err(), "the answer is lost");
    let entry = entries(&stage.client(), "make_call").await.remove(0);
    // For some minutes somebody may still be at it.
    assert_eq!(entry["outcome"], json!("pending"));
    assert!(entry["endedAt"].is_null());
}

#[tokio::test]
async fn pages_and_filters() {
    let stage = Stage::new().await;
    let client = stage.client();
    for extension in ["100", "101", "104", "105", "107"] {
        let nobody = json!({ "extension": extension, "participant_id": "424242" });
        client.call("drop_call", nobody).await.ok();
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = json!({ "tool": "drop_call", "limit": 2, "cursor": cursor });
        let page = client.call("get_audit_log", page).await.ok().clone();
        let entries = page["entries"].as_array().unwrap().clone();
        seen.extend(
            entries
                .iter()
                .map(|entry| entry["extension"].as_str().unwrap().to_owned()),
        );
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["107", "105", "104", "101", "100"]);
    let one = json!({ "extension": "104", "start_date": "2020-01-01" });
    let refused = client.call("get_audit_log", one).await;
    assert_eq!(refused.code(), "invalid_argument", "a range of years");
    let one = client
        .call(
            "get_audit_log",
            json!({ "tool": "drop_call", "extension": "104" }),
        )
        .await;
    assert_eq!(one.ok()["count"], json!(1));
    let nobody = client
        .call("get_audit_log", json!({ "caller": "nobody" }))
        .await;
    assert_eq!(nobody.ok()["count"], json!(0));
}

#[tokio::test]
async fn a_reader_neither_sees_nor_uses_what_writes_and_only_an_administrator_reads_the_audit() {
    let keys = [
        key_entry("reader", &["read"], None),
        key_entry("boss", &["admin"], None),
    ];
    let stage = Stage::with_keys(&keys).await;
    let reader = stage.client_with("reader");
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let listed = reader.post(&list).await.json();
    let tools = listed["result"]["tools"].as_array().unwrap();
    for tool in tools {
        assert_eq!(
            tool["annotations"]["readOnlyHint"],
            json!(true),
            "{}",
            tool["name"]
        );
    }
    assert_eq!(tools.len(), 6);
    for (tool, arguments) in [
        ("make_call", json!({ "destination": "101" })),
        ("answer_call", json!({})),
        ("transfer_call", json!({ "destination": "101" })),
        ("hold_call", json!({ "action": "hold" })),
        ("drop_call", json!({})),
        ("send_message", json!({ "to": "101", "message": "x" })),
        ("record_call", json!({ "action": "start" })),
        ("get_audit_log", json!({})),
    ] {
        assert_eq!(
            reader.call(tool, arguments).await.code(),
            "forbidden",
            "{tool}"
        );
    }
    assert!(reader.read("threecx://audit").await.is_err());
    assert_eq!(stage.requests("/makecall"), 0);

    let boss = stage.client_with("boss");
    let refused = entries(&boss, "make_call").await;
    assert_eq!(refused[0]["outcome"], json!("forbidden"));
    assert_eq!(refused[0]["caller"], json!("reade"));
    // Acts at once; the read a moment later.
    until("all of it on record", async || {
        let view = boss.read("threecx://audit").await.expect("the view");
        (view["count"].as_u64() >= Some(8)).then_some(())
    })
    .await;
    assert!(boss.read("threecx://extensions").await.is_err());
}
