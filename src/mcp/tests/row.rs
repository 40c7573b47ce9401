//! One row of the table of golden answers: a request, and what must come back.
//!
//! Rows are numbered as in the recorded answers of the TypeScript SDK v2 server (2.4.0). Every legacy
//! row also deviates in the same two ways: the answer is JSON where the SDK streams, and `id` is left
//! out where the SDK says null. Any other deviation is written into the row.

use futures::executor::block_on;
use serde_json::{Map, Value, json};

use super::fixture::Fixture;
use crate::mcp::{HttpRequest, HttpResponse, serve};

pub(super) const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const META_CLIENT: &str = "io.modelcontextprotocol/clientInfo";

pub(super) fn capabilities() -> Value {
    json!({"tools": {}, "resources": {}, "prompts": {}, "completions": {}})
}

/// The complete envelope of a modern request.
pub(super) fn envelope() -> Value {
    json!({META_VERSION: "2026-07-28", META_CAPABILITIES: {}})
}

pub(super) struct Row {
    name: &'static str,
    http_method: &'static str,
    content_type: Option<&'static str>,
    accept: Option<&'static str>,
    version: Option<&'static str>,
    mcp_method: Option<String>,
    mcp_name: Option<String>,
    pub(super) body: Vec<u8>,
}

/// A request of the legacy era, without version header.
pub(super) fn legacy(name: &'static str, body: &Value) -> Row {
    raw(name, body.to_string())
}

/// A request of the modern era: headers and envelope are complete.
pub(super) fn modern(name: &'static str, method: &str, params: Value) -> Row {
    modern_with(name, method, params, Some(envelope()))
}

/// A request of the modern era with a particular `_meta`, or none.
pub(super) fn modern_with(
    name: &'static str,
    method: &str,
    mut params: Value,
    meta: Option<Value>,
) -> Row {
    let mcp_name = ["name", "uri"]
        .into_iter()
        .find_map(|key| params[key].as_str());
    let mcp_name = mcp_name.map(str::to_owned);
    if let Some(meta) = meta {
        params["_meta"] = meta;
    }
    let row = legacy(name, &request(method, params))
        .version("2026-07-28")
        .mcp_method(method);
    Row { mcp_name, ..row }
}

pub(super) fn raw(name: &'static str, body: impl Into<Vec<u8>>) -> Row {
    Row {
        name,
        http_method: "POST",
        content_type: Some("application/json"),
        accept: Some("application/json, text/event-stream"),
        version: None,
        mcp_method: None,
        mcp_name: None,
        body: body.into(),
    }
}

pub(super) fn request(method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "id": 1, "method": method});
    message["params"] = params;
    message
}

pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

impl Row {
    pub(super) fn http(self, http_method: &'static str) -> Self {
        Self {
            http_method,
            ..self
        }
    }

    pub(super) fn content_type(self, value: &'static str) -> Self {
        Self {
            content_type: Some(value),
            ..self
        }
    }

    pub(super) fn accept(self, accept: Option<&'static str>) -> Self {
        Self { accept, ..self }
    }

    pub(super) fn v(self) -> Self {
        self.version("2025-11-25")
    }

    pub(super) fn version(self, value: &'static str) -> Self {
        Self {
            version: Some(value),
            ..self
        }
    }

    pub(super) fn no_version(self) -> Self {
        Self {
            version: None,
            ..self
        }
    }

    pub(super) fn mcp_method(self, value: &str) -> Self {
        Self {
            mcp_method: Some(value.to_owned()),
            ..self
        }
    }

    pub(super) fn no_mcp_method(self) -> Self {
        Self {
            mcp_method: None,
            ..self
        }
    }

    pub(super) fn mcp_name(self, value: &str) -> Self {
        Self {
            mcp_name: Some(value.to_owned()),
            ..self
        }
    }

    pub(super) fn no_mcp_name(self) -> Self {
        Self {
            mcp_name: None,
            ..self
        }
    }

    pub(super) fn id(mut self, id: Value) -> Self {
        let mut body: Map<String, Value> = serde_json::from_slice(&self.body).unwrap();
        body.insert("id".to_owned(), id);
        self.body = serde_json::to_vec(&body).unwrap();
        self
    }

    /// What the room answers.
    pub(super) fn send(&self) -> HttpResponse {
        self.send_to(&Fixture::new())
    }

    /// What it answers where changes are told.
    pub(super) fn send_watching(&self) -> HttpResponse {
        let mut fixture = Fixture::new();
        fixture.can_watch = true;
        self.send_to(&fixture)
    }

    fn send_to(&self, fixture: &Fixture) -> HttpResponse {
        let request = HttpRequest {
            method: self.http_method,
            content_type: self.content_type,
            accept: self.accept,
            protocol_version: self.version,
            mcp_method: self.mcp_method.as_deref(),
            mcp_name: self.mcp_name.as_deref(),
            body: &self.body,
        };
        block_on(serve(fixture, request))
    }

    /// The parsed body of the answer, after its status and headers have been compared.
    pub(super) fn answer(&self, status: u16) -> Value {
        let response = self.send();
        let body = response.body.as_deref().map(String::from_utf8_lossy);
        assert_eq!(response.status, status, "{}: status of {body:?}", self.name);
        assert_eq!(response.allow_post, status == 405, "{}: Allow", self.name);
        body.map_or(Value::Null, |body| {
            serde_json::from_str(&body).expect(self.name)
        })
    }

    /// 202 without a body.
    pub(super) fn accepted(&self) {
        assert_eq!(self.answer(202), Value::Null, "{}", self.name);
    }

    /// A legacy result, exactly.
    pub(super) fn result(&self, result: &Value) {
        let expected = json!({"jsonrpc": "2.0", "id": self.request_id(), "result": result});
        assert_eq!(self.answer(200), expected, "{}", self.name);
    }

    /// A modern result without caching fields, exactly.
    pub(super) fn complete(&self, mut result: Value) {
        result["resultType"] = json!("complete");
        result["_meta"] = json!({
            "io.modelcontextprotocol/serverInfo": {"name": "oracle", "version": "1.0.0"}
        });
        self.result(&result);
    }

    /// A modern result with caching fields, exactly.
    pub(super) fn cacheable(&self, ttl_ms: u32, mut result: Value) {
        result["ttlMs"] = json!(ttl_ms);
        result["cacheScope"] = json!("private");
        self.complete(result);
    }

    /// A JSON-RPC error that echoes the id.
    pub(super) fn error(&self, status: u16, code: i32) -> Value {
        self.error_with_id(status, code, &self.request_id())
    }

    /// A JSON-RPC error without id.
    pub(super) fn fault(&self, status: u16, code: i32) -> Value {
        self.error_with_id(status, code, &Value::Null)
    }

    /// `-32020`; returns nothing, but insists on what the header said.
    pub(super) fn mismatch(&self, header: &str) {
        let mismatch = &self.error(400, -32020)["mismatch"];
        assert_eq!(mismatch["header"], header, "{}: data", self.name);
        assert!(mismatch["body"].is_string(), "{}: data", self.name);
    }

    fn error_with_id(&self, status: u16, code: i32, id: &Value) -> Value {
        let answer = self.answer(status);
        assert_eq!(answer["jsonrpc"], "2.0", "{}", self.name);
        assert_eq!(
            answer.get("id").unwrap_or(&Value::Null),
            id,
            "{}: id",
            self.name
        );
        assert_eq!(answer["error"]["code"], code, "{}: {answer}", self.name);
        assert!(
            answer["error"]["message"].is_string(),
            "{}: message",
            self.name
        );
        answer["error"]["data"].clone()
    }

    fn request_id(&self) -> Value {
        serde_json::from_slice::<Value>(&self.body).expect(self.name)["id"].clone()
    }
}
