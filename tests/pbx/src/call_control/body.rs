//! The one request body of the Call Control API, read as strictly as a typed server reads it.
//!
//! Wrong types and malformed JSON are 400, another content type 415; unknown keys are ignored.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};

/// `{}` is right for drop and answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    /// Read for its type only: 3CX uses it for its own reports.
    #[serde(rename = "reason")]
    _reason: Option<String>,
    pub(crate) destination: Option<String>,
    /// Seconds.
    timeout: Option<i32>,
    pub(crate) attacheddata: Option<BTreeMap<String, String>>,
}

impl Request {
    pub(super) fn from_http(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, StatusCode> {
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|it| it.to_str().ok());
        let kind = content_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/json") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let value = serde_json::from_slice(bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
        Self::from_object(value)
    }

    /// Keys of socket frames come in PascalCase; case does not matter there.
    pub(super) fn from_frame(data: Option<&Value>) -> Result<Self, StatusCode> {
        let object = match data {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(object)) => object.clone(),
            Some(_) => return Err(StatusCode::BAD_REQUEST),
        };
        let lower = object
            .into_iter()
            .map(|(key, value)| (key.to_ascii_lowercase(), value));
        Self::from_object(Value::Object(lower.collect()))
    }

    fn from_object(value: Value) -> Result<Self, StatusCode> {
        // Serde would also read a sequence into a struct.
        if !value.is_object() {
            return Err(StatusCode::BAD_REQUEST);
        }
        serde_json::from_value(value).map_err(|_| StatusCode::BAD_REQUEST)
    }

    /// The ringing time asked for; none, zero and less mean the default.
    pub(super) fn timeout_ms(&self, default_ms: u64) -> u64 {
        let asked = self.timeout.and_then(|seconds| u64::try_from(seconds).ok());
        asked
            .filter(|&seconds| seconds > 0)
            .map_or(default_ms, |seconds| seconds * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, readable: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            "application/json; charset=utf-8".parse().unwrap(),
        );
        let read = Request::from_http(&headers, text.as_bytes());
        assert_eq!(read.is_ok(), readable, "{text}");
    }

    #[test]
    fn bodies() {
        check("{}", true);
        check(
            r#"{"destination":null,"reason":"call","timeout":30,"else":[1]}"#,
            true,
        );
        check(r#"{"attacheddata":{"public_a":"b"}}"#, true);
        check("", false);
        check("[]", false);
        check("null", false);
        check(r#"{"destination":101}"#, false);
        check(r#"{"timeout":"30"}"#, false);
        check(r#"{"timeout":1.5}"#, false);
        check(r#"{"attacheddata":{"a":1}}"#, false);
        assert_eq!(
            Request::from_http(&HeaderMap::new(), b"{}").err(),
            Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
    }
}
