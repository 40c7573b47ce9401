//! Golden answers L1–L50: the handshake era.

use serde_json::{Value, json};

use super::fixture::tools;
use super::row::{Row, capabilities, legacy, notification, raw, request};

fn call(name: &'static str, method: &str, params: Value) -> Row {
    legacy(name, &request(method, params))
}

fn initialize(name: &'static str, version: &str) -> Row {
    let client = json!({"name": "t", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    call(name, "initialize", params)
}

/// What `initialize` answers in the newest legacy version.
fn newest_handshake() -> Value {
    json!({
        "protocolVersion": "2025-11-25",
        "capabilities": capabilities(),
        "serverInfo": {
            "name": "oracle",
            "version": "1.0.0",
            "title": "Oracle",
            "websiteUrl": "https://oracle.example/",
            "description": "Answers like the SDK.",
        },
        "instructions": "hello",
    })
}

fn text(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

#[test]
fn handshake() {
    initialize("L1", "2025-11-25").result(&newest_handshake());
    let mut oldest = newest_handshake();
    oldest["protocolVersion"] = json!("2025-03-26");
    oldest["serverInfo"] = json!({"name": "oracle", "version": "1.0.0"});
    initialize("L2", "2025-03-26").result(&oldest);
    initialize("L3", "1999-01-01").result(&newest_handshake());
    initialize("L4", "2026-07-28").result(&newest_handshake());
    legacy("L5", &notification("notifications/initialized", &json!({})))
        .v()
        .accepted();
    initialize("L49", "2025-11-25")
        .version("1999-01-01")
        .result(&newest_handshake());

    let mut titled = newest_handshake();
    titled["protocolVersion"] = json!("2025-06-18");
    titled["serverInfo"] = json!({"name": "oracle", "version": "1.0.0", "title": "Oracle"});
    initialize("L2, version between", "2025-06-18").result(&titled);
    call("no version", "initialize", json!({})).error(200, -32602);
}

#[test]
fn transport() {
    let list = |name| call(name, "tools/list", json!({})).id(json!(2));
    let tools = json!({"tools": tools()});
    list("L6").v().result(&tools);
    list("L7").result(&tools);
    list("L8").version("1999-01-01").fault(400, -32000);
    // Deviation: JSON is all there is, so an Accept without event streams is enough.
    list("L9").accept(Some("application/json")).result(&tools);
    // Deviation: no Accept accepts everything.
    list("L10").accept(None).result(&tools);
    list("L10, JSON excluded")
        .accept(Some("text/event-stream"))
        .fault(406, -32000);
    list("L11").content_type("text/plain").fault(415, -32000);
    raw("L12", "{oops").fault(400, -32700);
    let responses = json!([
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 2, "result": {}},
    ]);
    let ping = |id: i32| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
    assert_eq!(
        legacy("L13", &json!([ping(1), ping(2)])).answer(200),
        responses
    );
    for (name, method) in [
        ("L20", "GET"),
        ("L21", "DELETE"),
        ("L22", "PUT"),
        ("L23", "OPTIONS"),
        ("L48", "HEAD"),
    ] {
        raw(name, "").http(method).fault(405, -32000);
    }
    legacy("L24", &json!({"jsonrpc": "2.0", "id": 1, "result": {}})).accepted();
    let ping = |name| call(name, "ping", json!({})).v();
    ping("L41")
        .content_type("application/json; charset=utf-8")
        .result(&json!({}));
    // Deviation: */* covers JSON.
    ping("L42").accept(Some("*/*")).result(&json!({}));
    // Origin (L43) and Mcp-Session-Id (L44) are not among the parts this room sees.
    ping("L43, L44").result(&json!({}));
    ping("header, trimmed")
        .version(" 2025-06-18\t")
        .result(&json!({}));
    ping("L50").mcp_method("foo").result(&json!({}));
    raw("H14", vec![b' '; crate::mcp::MAX_BODY_BYTES + 1]).fault(413, -32000);
}

#[test]
fn methods() {
    let none = || json!({});
    call("L14", "ping", none()).result(&none());
    call("L15", "foo/bar", none()).error(200, -32601);
    let tool = |name, tool: &str, arguments: Value| {
        call(
            name,
            "tools/call",
            json!({"name": tool, "arguments": arguments}),
        )
    };
    tool("L16", "nope", none()).error(200, -32602);
    let wrong = json!({"content": text("a and b must be numbers"), "isError": true});
    tool("L17", "add", json!({"a": "x"})).result(&wrong);
    let sum = json!({"content": text("3"), "structuredContent": {"sum": 3}});
    tool("L18", "add", json!({"a": 1, "b": 2})).result(&sum);
    let data = call("L19", "resources/read", json!({"uri": "test://none"})).error(200, -32602);
    assert_eq!(data, json!({"uri": "test://none"}));
    // Deviation: this server has prompts and completions (L25, L27).
    let prompts: Value = serde_json::from_str(super::fixture::PROMPTS).unwrap();
    call("L25", "prompts/list", none())
        .v()
        .result(&json!({"prompts": prompts}));
    call("L26", "logging/setLevel", json!({"level": "info"}))
        .v()
        .error(200, -32601);
    let prompt = json!({"type": "ref/prompt", "name": "x"});
    let complete = json!({"ref": prompt, "argument": {"name": "a", "value": "b"}});
    call("L27", "completion/complete", complete)
        .v()
        .result(&json!({"completion": {"values": []}}));
    call("L28", "resources/subscribe", json!({"uri": "test://cfg"}))
        .v()
        .error(200, -32601);
    let contents = json!([{"uri": "test://cfg", "mimeType": "text/plain", "text": "x"}]);
    call("L29", "resources/read", json!({"uri": "test://cfg"}))
        .v()
        .result(&json!({"contents": contents}));
    call("L30", "resources/templates/list", none())
        .v()
        .result(&json!({"resourceTemplates": []}));
    call("L31", "server/discover", none())
        .v()
        .error(200, -32601);
    let kaput = json!({"content": text("kaput"), "isError": true});
    tool("L32", "boom", none()).v().result(&kaput);
    // Deviation: nothing is streamed, so a progress token brings no progress.
    let slow = json!({"name": "slow", "arguments": {}, "_meta": {"progressToken": "p"}});
    call("L33", "tools/call", slow)
        .v()
        .result(&json!({"content": text("done")}));
    call("L47", "tools/list", json!({"cursor": "nope"}))
        .v()
        .result(&json!({"tools": tools()}));

    let broken = call(
        "read fails",
        "resources/read",
        json!({"uri": "test://broken"}),
    );
    assert_eq!(broken.error(200, -32603), json!({"code": "wet"}));
}

#[test]
fn prompts_and_completion() {
    let get = |name, params: Value| call(name, "prompts/get", params).v();
    let content = json!({"type": "text", "text": "Greet Ann."});
    let expected = json!({"description": "g", "messages": [{"role": "user", "content": content}]});
    get(
        "prompt",
        json!({"name": "greet", "arguments": {"who": "Ann"}}),
    )
    .result(&expected);
    get("prompt, argument missing", json!({"name": "greet"})).error(200, -32602);
    get(
        "prompt, argument no text",
        json!({"name": "greet", "arguments": {"who": 1}}),
    )
    .error(200, -32602);
    get("prompt, unknown", json!({"name": "x"})).error(200, -32602);

    let complete = |name, params: Value| call(name, "completion/complete", params).v();
    let greet = json!({"type": "ref/prompt", "name": "greet"});
    let many = complete(
        "more than fit",
        json!({"ref": greet, "argument": {"name": "who", "value": "A"}}),
    )
    .answer(200);
    let completion = &many["result"]["completion"];
    assert_eq!(completion["values"].as_array().unwrap().len(), 100);
    assert_eq!(completion["total"], 150);
    assert_eq!(completion["hasMore"], true);
    let variable = json!({
        "ref": {"type": "ref/resource", "uri": "test://{city}"},
        "argument": {"name": "city", "value": ""},
        "context": {"arguments": {"country": "SA"}},
    });
    complete("context", variable)
        .result(&json!({"completion": {"values": ["SA"], "total": 1, "hasMore": false}}));
    complete("no ref", json!({"argument": {"name": "a", "value": ""}})).error(200, -32602);
    complete(
        "ref of no kind",
        json!({"ref": {"type": "x"}, "argument": {}}),
    )
    .error(200, -32602);
}

#[test]
fn malformed_messages_and_batches() {
    let initialized = notification("notifications/initialized", &json!({}));
    legacy("L34", &json!([initialized])).v().accepted();
    legacy("L35", &json!([])).v().fault(400, -32600);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let initialize = request("initialize", json!({"protocolVersion": "2025-03-26"}));
    legacy("L36", &json!([initialize, ping])).fault(400, -32600);
    let alone = legacy("L36, alone", &json!([initialize]))
        .version("1999-01-01")
        .answer(200);
    assert_eq!(alone[0]["result"]["protocolVersion"], "2025-03-26");
    call("L37", "ping", json!({}))
        .id(Value::Null)
        .v()
        .fault(400, -32600);
    legacy("L38", &json!({"id": 1, "method": "ping"}))
        .v()
        .error(400, -32600);
    raw("L39", "\"x\"").v().fault(400, -32600);
    raw("L40", "").v().fault(400, -32700);
    legacy(
        "L45",
        &notification("notifications/cancelled", &json!({"requestId": 1})),
    )
    .v()
    .accepted();
    legacy("L46", &notification("notifications/foo", &json!({})))
        .v()
        .accepted();

    legacy("batch, header unknown", &json!([ping]))
        .version("1999-01-01")
        .fault(400, -32000);
    legacy("batch, element no object", &json!([ping, 1])).fault(400, -32600);
    legacy("batch, element malformed", &json!([ping, {"id": 2}])).fault(400, -32600);
    legacy("batch, nested", &json!([[ping]])).fault(400, -32600);
    let unknown = json!({"jsonrpc": "2.0", "id": "b", "method": "foo/bar"});
    let mixed = legacy("batch, mixed", &json!([ping, initialized, unknown])).answer(200);
    assert_eq!(mixed.as_array().unwrap().len(), 2);
    assert_eq!(mixed[1]["error"]["code"], -32601);
    assert_eq!(mixed[1]["id"], "b");
    assert_eq!(
        legacy("batch, 50", &json!(vec![&ping; 50])).answer(200)[49]["id"],
        1
    );
    legacy("batch, 51", &json!(vec![&ping; 51])).fault(400, -32600);
    legacy(
        "params by position",
        &json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}),
    )
    .error(400, -32600);
    let null = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": null});
    legacy("params null", &null).result(&json!({}));
    legacy(
        "method no text",
        &json!({"jsonrpc": "2.0", "id": 1, "method": 5}),
    )
    .error(400, -32600);
    legacy("response of no version", &json!({"id": 1, "result": {}})).error(400, -32600);
    legacy("no method", &json!({"jsonrpc": "2.0", "id": 1})).error(400, -32600);
}
