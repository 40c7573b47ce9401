//! `subscriptions/listen`: what is honoured, and how it is said.

use serde_json::{Value, json};

use super::row::{META_VERSION, Row, legacy, modern, request};
use super::schema::Schema;
use crate::mcp::Listening;

const ID: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(filter: &Value) -> Row {
    modern(
        "listen",
        "subscriptions/listen",
        json!({ "notifications": filter }),
    )
}

fn opened(row: &Row) -> Listening {
    let answer = row.send_watching();
    assert_eq!((answer.status, &answer.body), (200, &None));
    *answer.listening.expect("a stream")
}

/// The messages in a text of server-sent events.
fn messages(text: &str) -> Vec<Value> {
    let message = |block: &str| {
        let data = block
            .strip_prefix("event: message\ndata: ")
            .expect("one line");
        assert!(!data.contains('\n'), "{data:?}");
        serde_json::from_str(data).expect("JSON")
    };
    let blocks = text.strip_suffix("\n\n").expect("a whole event");
    blocks.split("\n\n").map(message).collect()
}

#[test]
fn what_exists_and_may_be_read_is_honoured() {
    let filter = json!({
        "toolsListChanged": true,
        "promptsListChanged": true,
        "resourceSubscriptions": ["test://cfg", "test://none", "test://more", "test://cfg"],
    });
    let listening = opened(&listen(&filter).id(json!("s\"1")));
    let acknowledged = json!({
        "jsonrpc": "2.0",
        "method": "notifications/subscriptions/acknowledged",
        "params": {
            "notifications": { "resourceSubscriptions": ["test://cfg", "test://more"] },
            "_meta": { ID: "s\"1" },
        },
    });
    assert_eq!(messages(&listening.opening), [acknowledged]);
    let watched: Vec<&str> = listening
        .watched
        .iter()
        .map(|one| one.uri.as_str())
        .collect();
    assert_eq!(watched, ["test://cfg", "test://more"]);
    let updated = json!({
        "jsonrpc": "2.0",
        "method": "notifications/resources/updated",
        "params": { "uri": "test://more", "_meta": { ID: "s\"1" } },
    });
    assert_eq!(messages(&listening.watched[1].frame), [updated]);
    let result = json!({
        "jsonrpc": "2.0",
        "id": "s\"1",
        "result": {
            "resultType": "complete",
            "_meta": {
                ID: "s\"1",
                "io.modelcontextprotocol/serverInfo": { "name": "oracle", "version": "1.0.0" },
            },
        },
    });
    assert_eq!(messages(&listening.ending), [result]);
}

#[test]
fn a_filter_of_which_nothing_is_honoured_ends_at_once() {
    for filter in [
        json!({}),
        json!({ "toolsListChanged": true }),
        json!({ "resourceSubscriptions": [] }),
        json!({ "resourceSubscriptions": null }),
        json!({ "resourceSubscriptions": ["test://none"] }),
    ] {
        let listening = opened(&listen(&filter).id(json!(7)));
        assert_eq!(listening.watched, [], "{filter}");
        let [acknowledged, result] = &messages(&listening.opening)[..] else {
            panic!("{filter}: {}", listening.opening);
        };
        assert_eq!(acknowledged["params"]["notifications"], json!({}));
        assert_eq!(acknowledged["params"]["_meta"][ID], json!(7));
        assert_eq!(result["result"]["resultType"], json!("complete"));
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    let refused = |row: Row, status: u16, code: i32| {
        let answer = row.send_watching();
        assert_eq!(answer.status, status);
        let body: Value = serde_json::from_slice(&answer.body.expect("a body")).unwrap();
        assert_eq!(body["error"]["code"], json!(code), "{body}");
    };
    refused(
        modern("M48", "subscriptions/listen", json!({})),
        200,
        -32602,
    );
    for filter in [
        json!(null),
        json!([]),
        json!("all"),
        json!({ "resourceSubscriptions": "test://cfg" }),
        json!({ "resourceSubscriptions": [1] }),
        json!({ "resourceSubscriptions": ["test://cfg", null] }),
    ] {
        refused(listen(&filter), 200, -32602);
    }
    let locked = listen(&json!({ "resourceSubscriptions": ["test://cfg", "test://locked"] }));
    assert_eq!(locked.send_watching().needs.as_deref(), Some("read open"));
    refused(locked, 403, -32000);
    refused(listen(&json!({})).mcp_method("tools/list"), 400, -32020);
    refused(modern("old", "resources/subscribe", json!({})), 404, -32601);
}

#[test]
fn it_is_there_where_it_is_announced() {
    let announced = |row: Row, watching: bool| {
        let answer = if watching {
            row.send_watching()
        } else {
            row.send()
        };
        let body: Value = serde_json::from_slice(&answer.body.expect("a body")).unwrap();
        body["result"]["capabilities"]["resources"].clone()
    };
    let discover = || modern("discover", "server/discover", json!({}));
    assert_eq!(announced(discover(), true), json!({ "subscribe": true }));
    assert_eq!(announced(discover(), false), json!({}));
    let filter = json!({ "resourceSubscriptions": ["test://cfg"] });
    listen(&filter).error(404, -32601);
    // Without a session the older era has no stream to tell it on.
    let params = json!({ "protocolVersion": "2025-11-25", "notifications": filter });
    let old = |method: &str| legacy("old", &request(method, params.clone()));
    assert_eq!(announced(old("initialize"), true), json!({}));
    let answer = old("subscriptions/listen").send_watching();
    assert_eq!((answer.status, answer.listening), (200, None));
    // An envelope is not needed to tell the eras apart by the header; it is needed all the same.
    let bare = legacy("bare", &request("subscriptions/listen", params.clone()));
    let bare = bare
        .version("2026-07-28")
        .mcp_method("subscriptions/listen");
    assert_eq!(bare.send_watching().status, 400, "{META_VERSION}");
}

#[test]
fn everything_on_a_stream_fits_the_schema() {
    let Some(schema) = Schema::load("2026-07-28") else {
        return;
    };
    let filter = json!({ "resourceSubscriptions": ["test://cfg"] });
    let listening = opened(&listen(&filter));
    let check = |text: &str, definition: &str| schema.check(definition, &messages(text)[0]);
    check(&listening.opening, "SubscriptionsAcknowledgedNotification");
    check(&listening.watched[0].frame, "ResourceUpdatedNotification");
    check(&listening.ending, "SubscriptionsListenResultResponse");
}
