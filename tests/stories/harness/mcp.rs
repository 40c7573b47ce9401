//! A small MCP client of our own, which can also misbehave: for the stories that look at single
//! requests. Real clients have stories of their own.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// A caller at one isolate.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) url: String,
    headers: HeaderMap,
}

/// An HTTP answer as it came.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Raw {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.body))
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are ASCII"))
    }
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) is_error: bool,
    pub(crate) text: String,
    pub(crate) value: Value,
}

impl Answer {
    /// The result of a call that must have worked.
    #[track_caller]
    pub(crate) fn ok(&self) -> &Value {
        assert!(!self.is_error, "unexpected failure: {}", self.text);
        &self.value
    }

    /// The code of a call that must have failed.
    #[track_caller]
    pub(crate) fn code(&self) -> &str {
        assert!(self.is_error, "unexpected success: {}", self.text);
        let error = &self.value["error"];
        assert_eq!(
            error["retryable"].as_bool().map(|_| ()),
            Some(()),
            "{error}"
        );
        assert!(
            self.text
                .contains(error["message"].as_str().expect("a message")),
            "{}",
            self.text
        );
        error["code"].as_str().expect("a code")
    }
}

/// Clients check every answer, also that of a failed call, against the tool's own schema.
fn assert_fits(tool: &str, value: &Value) {
    let tools: Value = serde_json::from_str(threecx_mcp_edge::tools::definitions()).expect("JSON");
    let tools = tools.as_array().expect("an array");
    let definition = tools
        .iter()
        .find(|known| known["name"] == json!(tool))
        .expect("the tool");
    let schema = jsonschema::validator_for(&definition["outputSchema"]).expect("a schema");
    let faults: Vec<String> = schema
        .iter_errors(value)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{tool}: {faults:?} in {value}");
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            url: url.to_owned(),
            headers: HeaderMap::new(),
        }
    }

    /// The same client with one more header on every request.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
            HeaderValue::from_str(value).expect("a header value"),
        );
        self
    }

    /// Any request.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Raw {
        let answer = self.try_send(method, path, body).await;
        answer.expect("the Worker answers, to the end")
    }

    /// Any request to a Worker that may die meanwhile.
    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<Raw> {
        let response = self.start(method, path, body).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await?;
        Ok(Raw {
            status,
            headers,
            body,
        })
    }

    /// Any request, of whose answer the body is still to come.
    pub(super) async fn start(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<reqwest::Response> {
        let method = method.parse().expect("a method");
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .headers(self.headers.clone());
        if let Some(body) = body {
            if !self.headers.contains_key("content-type") {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        request.send().await
    }

    /// `POST /mcp` with a JSON body, in the 2025 era.
    pub(crate) async fn post(&self, body: &Value) -> Raw {
        self.send("POST", "/mcp", Some(body.to_string().into_bytes()))
            .await
    }

    /// Calls a tool.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        let answer = self.try_call(tool, arguments).await;
        answer.expect("the Worker answers, to the end")
    }

    /// Calls a tool of a Worker that may die meanwhile: then the answer is lost.
    pub(crate) async fn try_call(&self, tool: &str, arguments: Value) -> Option<Answer> {
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": tool, "arguments": arguments },
        });
        let body = body.to_string().into_bytes();
        let raw = self.try_send("POST", "/mcp", Some(body)).await.ok()?;
        assert_eq!(raw.status, 200, "{}", raw.body);
        let answer = raw.json();
        let result = &answer["result"];
        assert!(result.is_object(), "no result in {answer}");
        let text = result["content"][0]["text"]
            .as_str()
            .expect("text")
            .to_owned();
        let is_error = result["isError"] == json!(true);
        let value = result["structuredContent"].clone();
        assert!(
            value.is_object(),
            "structuredContent is an object: {answer}"
        );
        if !is_error {
            assert_eq!(
                serde_json::from_str::<Value>(&text).ok().as_ref(),
                Some(&value)
            );
        }
        assert_fits(tool, &value);
        Some(Answer {
            is_error,
            text,
            value,
        })
    }

    /// Reads a resource; the JSON inside, or the JSON-RPC error.
    pub(crate) async fn read(&self, uri: &str) -> Result<Value, Value> {
        let raw = self
            .post(&json!({
                "jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": { "uri": uri },
            }))
            .await;
        let answer = raw.json();
        if !answer["error"].is_null() {
            return Err(answer["error"].clone());
        }
        let contents = &answer["result"]["contents"][0];
        assert_eq!(contents["uri"], json!(uri));
        assert_eq!(contents["mimeType"], json!("application/json"));
        Ok(serde_json::from_str(contents["text"].as_str().expect("text")).expect("JSON"))
    }
}
