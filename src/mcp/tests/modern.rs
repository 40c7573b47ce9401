//! Golden answers M1–M57: the stateless era.

use serde_json::{Value, json};

use super::fixture::{PROMPTS, RESOURCES, tools};
use super::row::{
    META_CAPABILITIES, META_CLIENT, META_VERSION, Row, capabilities, envelope, legacy, modern,
    modern_with, notification, raw, request,
};

fn list(name: &'static str) -> Row {
    modern(name, "tools/list", json!({}))
}

/// `tools/list` with one member of the envelope set, or, for null, taken away.
fn list_with(name: &'static str, key: &str, value: &Value) -> Row {
    let mut meta = envelope();
    if value.is_null() {
        meta.as_object_mut().unwrap().remove(key);
    } else {
        meta[key] = value.clone();
    }
    modern_with(name, "tools/list", json!({}), Some(meta))
}

fn tool(name: &'static str, tool: &str, arguments: &Value) -> Row {
    modern(
        name,
        "tools/call",
        json!({"name": tool, "arguments": arguments}),
    )
}

fn add(name: &'static str) -> Row {
    tool(name, "add", &json!({"a": 1, "b": 2}))
}

fn text(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

fn sum() -> Value {
    json!({"content": text("3"), "structuredContent": {"sum": 3}})
}

const LIST_TTL_MS: u32 = 300_000;

#[test]
fn results() {
    let list_of_tools = json!({"tools": tools()});
    // Deviation: lists and discover stay fresh for a while.
    let discovered = json!({
        "supportedVersions": ["2026-07-28"],
        "capabilities": capabilities(),
        "instructions": "hello",
    });
    modern("M1", "server/discover", json!({})).cacheable(3_600_000, discovered);
    list("M2").cacheable(LIST_TTL_MS, list_of_tools.clone());
    add("M3").complete(sum());
    add("M4").mcp_name("=?base64?YWRk?=").complete(sum());
    tool("M15", "nope", &json!({})).error(200, -32602);
    let wrong = json!({"content": text("a and b must be numbers"), "isError": true});
    tool("M16", "add", &json!({"a": "x"})).complete(wrong);
    let missing = modern("M17", "resources/read", json!({"uri": "test://none"}));
    assert_eq!(missing.error(200, -32602), json!({"uri": "test://none"}));
    let contents = json!([{"uri": "test://cfg", "mimeType": "text/plain", "text": "x"}]);
    modern("M18", "resources/read", json!({"uri": "test://cfg"}))
        .cacheable(0, json!({"contents": contents}));
    list("M20")
        .accept(Some("application/json"))
        .cacheable(LIST_TTL_MS, list_of_tools.clone());
    // Mcp-Session-Id (M21) is not among the parts this room sees.
    list("M21").cacheable(LIST_TTL_MS, list_of_tools.clone());
    // Deviation: this server has prompts (M24).
    let prompts: Value = serde_json::from_str(PROMPTS).unwrap();
    modern("M24", "prompts/list", json!({})).cacheable(LIST_TTL_MS, json!({"prompts": prompts}));
    let resources: Value = serde_json::from_str(RESOURCES).unwrap();
    modern("M25", "resources/list", json!({}))
        .cacheable(LIST_TTL_MS, json!({"resources": resources}));
    modern("M26", "resources/templates/list", json!({}))
        .cacheable(LIST_TTL_MS, json!({"resourceTemplates": []}));
    list("M27")
        .accept(None)
        .cacheable(LIST_TTL_MS, list_of_tools);
    add("M34").mcp_name("  add  ").complete(sum());
    let kaput = json!({"content": text("kaput"), "isError": true});
    tool("M39", "boom", &json!({})).complete(kaput.clone());
    // Deviation: nothing is streamed, so a progress token brings no progress.
    let mut meta = envelope();
    meta["progressToken"] = json!("p");
    let slow = json!({"name": "slow", "arguments": {}});
    modern_with("M40", "tools/call", slow, Some(meta)).complete(json!({"content": text("done")}));
    modern("M41", "tools/call", json!({"arguments": {}})).error(200, -32602);
    modern("M55", "tools/call", json!({"name": "boom"})).complete(kaput);
    tool("M56", "add", &json!([1])).error(200, -32602);
    tool("M57", "add", &json!({"a": 1, "b": 2, "c": 3})).complete(sum());

    modern("cursor", "tools/list", json!({"cursor": "nope"})).error(200, -32602);
    modern("cursor, number", "prompts/list", json!({"cursor": 5})).error(200, -32602);
    modern("cursor, empty", "tools/list", json!({"cursor": ""}))
        .cacheable(LIST_TTL_MS, json!({"tools": tools()}));
}

#[test]
fn what_is_not_permitted_concerns_the_whole_request() {
    for row in [
        tool("locked", "locked", &json!({})),
        modern("locked", "resources/read", json!({"uri": "test://locked"})),
    ] {
        let answer = row.send();
        assert_eq!(answer.status, 403);
        assert_eq!(answer.needs.as_deref(), Some("read open"));
        let body: Value = serde_json::from_slice(&answer.body.unwrap()).unwrap();
        assert_eq!(body["error"]["message"], json!("the key is under the mat"));
        assert!(body["id"].is_number(), "one request asked for it");
    }
    assert_eq!(add("add").send().needs, None);
}

#[test]
fn headers() {
    add("M5").mcp_name("sub").mismatch("sub");
    list("M6").no_mcp_method().mismatch("(missing)");
    list("M7")
        .no_version()
        .no_mcp_method()
        .mismatch("(missing)");
    list_with("M10", META_VERSION, &json!("2025-11-25")).mismatch("2026-07-28");
    list("M28").content_type("text/plain").fault(415, -32000);
    list("M30").mcp_method("Tools/List").mismatch("Tools/List");
    add("M31").no_mcp_name().mismatch("(missing)");
    let read = modern("M32", "resources/read", json!({"uri": "test://cfg"}));
    read.no_mcp_name().mismatch("(missing)");
    add("M33")
        .mcp_name("=?base64?***?=")
        .mismatch("=?base64?***?=");
    raw("M44", "").http("GET").fault(405, -32000);
    let initialize = json!({"protocolVersion": "2026-07-28"});
    modern_with("M51", "initialize", initialize, None).mismatch("2026-07-28");
    modern("M52", "foo/bar", json!({}))
        .mcp_method("tools/list")
        .mismatch("tools/list");
    tool("M53", "nope", &json!({}))
        .no_mcp_name()
        .mismatch("(missing)");
    modern("prompt name", "prompts/get", json!({"name": "greet"}))
        .no_mcp_name()
        .mismatch("(missing)");
    list("trimmed")
        .version(" 2026-07-28 ")
        .mcp_method(" tools/list ")
        .answer(200);
}

#[test]
fn envelopes() {
    let missing = |key: &str| json!({"envelope": {"missing": [key]}});
    let absent = |name| modern_with(name, "tools/list", json!({}), None);
    assert_eq!(absent("M8").error(400, -32602), missing("_meta"));
    let key = |key: &str, problem: &str| json!({"envelope": {"key": key, "problem": problem}});
    let incomplete = list_with("M9", META_CAPABILITIES, &Value::Null);
    assert_eq!(
        incomplete.error(400, -32602),
        key(META_CAPABILITIES, "missing")
    );
    let unsupported =
        |requested: &str| json!({"supported": ["2026-07-28"], "requested": requested});
    let future = list_with("M11", META_VERSION, &json!("2099-01-01")).version("2099-01-01");
    assert_eq!(future.error(400, -32022), unsupported("2099-01-01"));
    let past = list_with("M35", META_VERSION, &json!("2025-11-25")).version("2025-11-25");
    assert_eq!(past.error(400, -32022), unsupported("2025-11-25"));
    let strange =
        list_with("strange version", META_VERSION, &json!("v999.0.0")).version("v999.0.0");
    assert_eq!(strange.error(400, -32022), unsupported("v999.0.0"));
    let unversioned = list_with("M36", META_VERSION, &Value::Null);
    assert_eq!(unversioned.error(400, -32602), missing(META_VERSION));
    // Deviation in M37 and M38: the SDK's problem texts name the received type as well.
    let numbered = list_with("M37", META_VERSION, &json!(5));
    assert_eq!(
        numbered.error(400, -32602),
        key(META_VERSION, "expected a string")
    );
    let client = list_with("M38", META_CLIENT, &json!("x"));
    assert_eq!(
        client.error(400, -32602),
        key(META_CLIENT, "expected an object")
    );
    assert_eq!(
        absent("M49").version("2099-01-01").error(400, -32602),
        missing("_meta")
    );
    let both = json!({META_VERSION: "2099-01-01"});
    let both = modern_with("M50", "tools/list", json!({}), Some(both)).version("2099-01-01");
    assert_eq!(both.error(400, -32602), key(META_CAPABILITIES, "missing"));
    let no_object = modern_with("meta no object", "tools/list", json!({}), Some(json!("x")));
    assert_eq!(
        no_object.error(400, -32602),
        key("_meta", "expected an object")
    );
    let flat = list_with("capabilities no object", META_CAPABILITIES, &json!([]));
    assert_eq!(
        flat.error(400, -32602),
        key(META_CAPABILITIES, "expected an object")
    );
}

#[test]
fn methods_and_messages() {
    modern("M12", "foo/bar", json!({})).error(404, -32601);
    modern("M13", "ping", json!({})).error(404, -32601);
    modern(
        "M14",
        "initialize",
        json!({"protocolVersion": "2026-07-28"}),
    )
    .error(404, -32601);
    let cancelled = notification("notifications/cancelled", &json!({"requestId": 1}));
    legacy("M19", &cancelled)
        .version("2026-07-28")
        .mcp_method("notifications/cancelled")
        .accepted();
    // Deviation in M22, M46, M47, M48 where no change is announced; `listen` has the other case.
    let listen = |name, params: Value| modern(name, "subscriptions/listen", params);
    let filter = json!({"notifications": {"toolsListChanged": true}});
    listen("M22", filter).id(json!(7)).error(404, -32601);
    let filter = json!({"notifications": {"promptsListChanged": true}});
    listen("M46", filter).id(json!(7)).error(404, -32601);
    listen("M47", json!({"notifications": {}}))
        .id(json!("s1"))
        .error(404, -32601);
    listen("M48", json!({})).id(json!(8)).error(404, -32601);
    let enveloped = json!([request("tools/list", json!({"_meta": envelope()}))]);
    legacy("M23", &enveloped)
        .version("2026-07-28")
        .mcp_method("tools/list")
        .fault(400, -32600);
    raw("M29", "{oops")
        .version("2026-07-28")
        .mcp_method("tools/list")
        .fault(400, -32700);
    let response = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
    legacy("M42", &response)
        .version("2026-07-28")
        .mcp_method("x")
        .fault(400, -32000);
    legacy("M43", &cancelled).version("2026-07-28").accepted();
    modern("M45", "foo/bar", json!({}))
        .id(json!("abc"))
        .error(404, -32601);
    legacy("M54", &enveloped).fault(400, -32600);
    for method in [
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "x",
    ] {
        modern("removed", method, json!({})).error(404, -32601);
    }
}

#[test]
fn tools_see_the_client() {
    let meta = json!({
        META_VERSION: "2026-07-28",
        META_CAPABILITIES: {"elicitation": {"url": {}}},
        META_CLIENT: {"name": "t\u{fc}", "version": "1"},
    });
    let row = modern_with(
        "context",
        "tools/call",
        json!({"name": "context"}),
        Some(meta),
    );
    let answer = row.answer(200);
    let seen = answer["result"]["content"][0]["text"].as_str().unwrap();
    for part in [
        "V2026_07_28",
        "name: \"tü\"",
        "elicitation_form: false",
        "elicitation_url: true",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
}
