//! Every kind of answer against the official schema of its protocol version.
//!
//! The schemas are looked for in the folder that `MCP_SCHEMA_DIR` names, as `<version>.json`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::row::{Row, legacy, modern, modern_with, request};

const LEGACY: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// The official schema of one version.
pub(super) struct Schema {
    version: &'static str,
    document: Value,
}

impl Schema {
    pub(super) fn load(version: &'static str) -> Option<Self> {
        let Some(folder) = std::env::var_os("MCP_SCHEMA_DIR") else {
            println!("MCP_SCHEMA_DIR not set: official schema check skipped");
            return None;
        };
        let text = std::fs::read(PathBuf::from(folder).join(version).with_extension("json"));
        let document = serde_json::from_slice(&text.expect(version)).expect(version);
        Some(Self { version, document })
    }

    /// Holds `instance` against a definition. The documents have no root type, so one is made that
    /// refers to it; drafts differ in where definitions live.
    pub(super) fn check(&self, definition: &str, instance: &Value) {
        let place = if self.document.get("$defs").is_some() {
            "$defs"
        } else {
            "definitions"
        };
        assert!(
            self.document[place].get(definition).is_some(),
            "{definition} in {}",
            self.version
        );
        let schema = json!({
            "$schema": self.document["$schema"],
            "allOf": [{"$ref": format!("#/{place}/{definition}")}],
            place: self.document[place],
        });
        let validator = jsonschema::validator_for(&schema).expect(self.version);
        let faults: Vec<String> = validator
            .iter_errors(instance)
            .map(|fault| fault.to_string())
            .collect();
        assert!(
            faults.is_empty(),
            "{} {definition}: {faults:?}\n{instance}",
            self.version
        );
    }
}

/// Methods both eras answer, with parameters and the definition of their result.
fn results() -> Vec<(&'static str, Value, &'static str)> {
    let prompt = json!({"type": "ref/prompt", "name": "greet"});
    let typed = json!({"name": "who", "value": "A"});
    vec![
        ("tools/list", json!({}), "ListToolsResult"),
        (
            "tools/call",
            json!({"name": "add", "arguments": {"a": 1, "b": 2}}),
            "CallToolResult",
        ),
        ("tools/call", json!({"name": "boom"}), "CallToolResult"),
        ("resources/list", json!({}), "ListResourcesResult"),
        (
            "resources/templates/list",
            json!({}),
            "ListResourceTemplatesResult",
        ),
        (
            "resources/read",
            json!({"uri": "test://cfg"}),
            "ReadResourceResult",
        ),
        ("prompts/list", json!({}), "ListPromptsResult"),
        (
            "prompts/get",
            json!({"name": "greet", "arguments": {"who": "A"}}),
            "GetPromptResult",
        ),
        (
            "completion/complete",
            json!({"ref": prompt, "argument": typed}),
            "CompleteResult",
        ),
    ]
}

/// Requests that fail and whose id is read, in both eras.
fn failures() -> Vec<(&'static str, Value)> {
    vec![
        ("foo/bar", json!({})),
        ("tools/call", json!({"name": "nope"})),
        ("resources/read", json!({"uri": "test://none"})),
        ("resources/read", json!({"uri": "test://broken"})),
        ("prompts/get", json!({"name": "nope"})),
        ("completion/complete", json!({})),
    ]
}

#[test]
fn legacy_answers() {
    for version in LEGACY {
        let Some(schema) = Schema::load(version) else {
            return;
        };
        let send = |method: &str, params: Value| {
            legacy("schema", &request(method, params))
                .version(version)
                .answer(200)
        };
        let initialize = json!({"protocolVersion": version, "capabilities": {}});
        let mut rows = results();
        rows.push(("initialize", initialize, "InitializeResult"));
        rows.push(("ping", json!({}), "EmptyResult"));
        for (method, params, definition) in rows {
            let answer = send(method, params);
            schema.check(definition, &answer["result"]);
            schema.check("JSONRPCMessage", &answer);
        }
        for (method, params) in failures() {
            let answer = send(method, params);
            assert!(answer["error"].is_object(), "{method}: {answer}");
            schema.check("JSONRPCMessage", &answer);
        }
    }
}

#[test]
fn batch_answers() {
    let Some(schema) = Schema::load("2025-03-26") else {
        return;
    };
    let mut batch: Vec<Value> = results()
        .into_iter()
        .map(|(method, params, _)| request(method, params))
        .collect();
    batch.extend(
        failures()
            .into_iter()
            .map(|(method, params)| request(method, params)),
    );
    let answers = legacy("schema", &Value::Array(batch)).answer(200);
    schema.check("JSONRPCBatchResponse", &answers);
}

#[test]
fn modern_answers() {
    let Some(schema) = Schema::load("2026-07-28") else {
        return;
    };
    let mut rows = results();
    rows.push(("server/discover", json!({}), "DiscoverResult"));
    for (method, params, definition) in rows {
        let answer = modern("schema", method, params).answer(200);
        schema.check(definition, &answer["result"]);
        schema.check("JSONRPCResultResponse", &answer);
        schema.check("JSONRPCMessage", &answer);
    }
    for (method, params) in failures() {
        let status = if method == "foo/bar" { 404 } else { 200 };
        let answer = modern("schema", method, params).answer(status);
        schema.check("JSONRPCErrorResponse", &answer);
    }
    let refused = |row: Row, status: u16, definition: &str| {
        schema.check(definition, &row.answer(status));
        schema.check("JSONRPCErrorResponse", &row.answer(status));
    };
    let list = |meta: Option<Value>| modern_with("schema", "tools/list", json!({}), meta);
    let mut newer = super::row::envelope();
    newer[super::row::META_VERSION] = json!("2099-01-01");
    refused(
        list(Some(newer)).version("2099-01-01"),
        400,
        "UnsupportedProtocolVersionError",
    );
    refused(
        modern("schema", "tools/list", json!({})).mcp_method("x"),
        400,
        "HeaderMismatchError",
    );
    refused(list(None), 400, "JSONRPCErrorResponse");
}

/// Errors without an id: only the two newest schemas allow leaving it out, and null none of them.
#[test]
fn faults_without_id() {
    for version in ["2025-11-25", "2026-07-28"] {
        let Some(schema) = Schema::load(version) else {
            return;
        };
        let raw = |body: &'static str| super::row::raw("schema", body).version(version);
        for (row, status) in [
            (raw("{oops"), 400),
            (raw("[]"), 400),
            (raw("5"), 400),
            (raw("{}").http("GET"), 405),
            (raw("{}").content_type("text/plain"), 415),
            (raw("{}").accept(Some("text/html")), 406),
        ] {
            schema.check("JSONRPCErrorResponse", &row.answer(status));
        }
    }
}
