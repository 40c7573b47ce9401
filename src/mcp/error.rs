//! Errors: the JSON-RPC error object and the HTTP status that goes with it.
//!
//! There is one constructor per situation, because status and code belong to the situation: `-32602`
//! is 400 for a broken envelope and 200 for a tool that does not exist (MCP 2026-07-28 §Transports).
//!
//! Invariant: text from the request is shortened before it enters a message.
//!
//! Not here: whose request it answers (`refusal`), and failures of a tool. Those are results with
//! `isError` that a model can learn from.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

use super::version::{Era, MODERN, MODERN_VERSIONS, ProtocolVersion};

/// Error codes: JSON-RPC 2.0 §5.1, and MCP 2026-07-28 §Error codes for `-3202x`.
mod code {
    pub(super) const PARSE_ERROR: i32 = -32700;
    pub(super) const INVALID_REQUEST: i32 = -32600;
    pub(super) const METHOD_NOT_FOUND: i32 = -32601;
    pub(super) const INVALID_PARAMS: i32 = -32602;
    pub(super) const INTERNAL_ERROR: i32 = -32603;
    pub(super) const TRANSPORT_FAULT: i32 = -32000;
    pub(super) const HEADER_MISMATCH: i32 = -32020;
    pub(super) const UNSUPPORTED_PROTOCOL_VERSION: i32 = -32022;
}

/// Why a message is not served.
#[derive(Debug, Serialize)]
pub(super) struct RpcError {
    #[serde(skip)]
    pub(super) status: u16,
    /// What the client should ask to be permitted; for the host's challenge.
    #[serde(skip)]
    pub(super) needs: Option<String>,
    code: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<ErrorData>>,
}

/// A caller lacks a permission that it can get by asking for it: the whole request is answered 403, so
/// that the client goes and asks (MCP 2026-07-28 §Authorization, scope challenge).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPermitted {
    /// What is missing, for people.
    pub message: String,
    /// What to ask for, in the words of the host's own challenge.
    pub needs: String,
}

/// What machines read of an error, one variant per shape.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ErrorData {
    Uri {
        uri: String,
    },
    Mismatch {
        mismatch: Mismatch,
    },
    Versions {
        supported: [&'static str; 1],
        requested: String,
    },
    Envelope {
        envelope: EnvelopeFault,
    },
    FromService(Value),
}

#[derive(Debug, Serialize)]
struct Mismatch {
    header: String,
    body: String,
}

/// What is wrong with the envelope of a modern request.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum EnvelopeFault {
    /// The version header promised an envelope; this key of it is not there.
    Absent {
        /// The one key.
        missing: [&'static str; 1],
    },
    /// One key of the envelope is missing or of the wrong type.
    Key {
        /// Its name.
        key: &'static str,
        /// `missing`, or what was expected.
        problem: &'static str,
    },
}

impl RpcError {
    /// The HTTP request itself cannot be served.
    pub(super) fn transport(status: u16, message: impl Into<String>) -> Self {
        Self::new(status, code::TRANSPORT_FAULT, message)
    }

    /// The caller lacks a permission that it can get.
    pub(super) fn not_permitted(lacks: NotPermitted) -> Self {
        Self {
            needs: Some(lacks.needs),
            ..Self::transport(403, lacks.message)
        }
    }

    /// The version header of a legacy request names a version that is not served.
    pub(super) fn unsupported_header(version: &str) -> Self {
        let version = excerpt(version);
        let supported = ProtocolVersion::LEGACY
            .map(ProtocolVersion::as_str)
            .join(", ");
        Self::transport(
            400,
            format!(
                "Bad Request: Unsupported protocol version: {version} \
                 (supported versions: {MODERN}, {supported})"
            ),
        )
    }

    /// A response from a modern client, which is never asked anything.
    pub(super) fn response_body() -> Self {
        let message = format!("Bad Request: protocol version {MODERN} has no responses by clients");
        Self::transport(400, message)
    }

    /// The body is not JSON.
    pub(super) fn parse_error(reason: impl Display) -> Self {
        Self::new(
            400,
            code::PARSE_ERROR,
            format!("Parse error: Invalid JSON: {reason}"),
        )
    }

    /// JSON, but not a message of this protocol.
    pub(super) fn invalid_request(reason: impl Display) -> Self {
        Self::new(
            400,
            code::INVALID_REQUEST,
            format!("Invalid Request: {reason}"),
        )
    }

    /// A method that does not exist in this era.
    pub(super) fn method_not_found(method: &str, era: Era) -> Self {
        let method = excerpt(method);
        let (status, message) = match era {
            Era::Legacy => (200, format!("Method not found: {method}")),
            Era::Modern => (
                404,
                format!(
                    "Method not found: {method} is not offered in protocol version {MODERN}; \
                     server/discover lists what is"
                ),
            ),
        };
        Self::new(status, code::METHOD_NOT_FOUND, message)
    }

    /// The parameters do not fit the method.
    pub(super) fn invalid_params(reason: impl Display) -> Self {
        Self::new(
            200,
            code::INVALID_PARAMS,
            format!("Invalid params: {reason}"),
        )
    }

    /// `tools/call` names a tool that is not there.
    pub(super) fn unknown_tool(name: &str) -> Self {
        let message = format!("Unknown tool: {}; tools/list names them all", excerpt(name));
        Self::new(200, code::INVALID_PARAMS, message)
    }

    /// `prompts/get` names a prompt that is not there.
    pub(super) fn unknown_prompt(name: &str) -> Self {
        let message = format!(
            "Unknown prompt: {}; prompts/list names them all",
            excerpt(name)
        );
        Self::new(200, code::INVALID_PARAMS, message)
    }

    /// `resources/read` names a resource that is not there. Both eras get the newer code; the older
    /// one, `-32002`, must not reach a modern client.
    pub(super) fn resource_not_found(uri: &str) -> Self {
        let message = format!("Resource not found: {}", excerpt(uri));
        Self::new(200, code::INVALID_PARAMS, message).with(ErrorData::Uri {
            uri: uri.to_owned(),
        })
    }

    /// A resource exists and could not be read; the words and the data are the service's.
    pub(super) fn internal(message: String, data: Value) -> Self {
        let error = Self::new(200, code::INTERNAL_ERROR, message);
        if data.is_null() {
            error
        } else {
            error.with(ErrorData::FromService(data))
        }
    }

    /// `_meta` of a modern request is incomplete or malformed.
    pub(super) fn envelope(fault: EnvelopeFault) -> Self {
        let message = match &fault {
            EnvelopeFault::Absent { missing: [key] } => {
                format!("Invalid params: {key} is missing; {MODERN} needs it in every request")
            }
            EnvelopeFault::Key { key, problem } => format!("Invalid params: {key}: {problem}"),
        };
        Self::new(400, code::INVALID_PARAMS, message).with(ErrorData::Envelope { envelope: fault })
    }

    /// A header and the body member it repeats disagree; `header` is `None` when it is absent.
    pub(super) fn header_mismatch(header: Option<&str>, difference: String) -> Self {
        let header = header.unwrap_or("(missing)").to_owned();
        let message = format!("Bad Request: the headers and the body disagree: {difference}");
        let mismatch = Mismatch {
            header,
            body: difference,
        };
        Self::new(400, code::HEADER_MISMATCH, message).with(ErrorData::Mismatch { mismatch })
    }

    /// The envelope names a version that is not served in the modern era.
    pub(super) fn unsupported_version(requested: &str) -> Self {
        let message = format!("Unsupported protocol version: {}", excerpt(requested));
        let requested = requested.to_owned();
        Self::new(400, code::UNSUPPORTED_PROTOCOL_VERSION, message).with(ErrorData::Versions {
            supported: MODERN_VERSIONS,
            requested,
        })
    }

    fn new(status: u16, code: i32, message: impl Into<String>) -> Self {
        Self {
            status,
            needs: None,
            code,
            message: message.into(),
            data: None,
        }
    }

    fn with(self, data: ErrorData) -> Self {
        Self {
            data: Some(Box::new(data)),
            ..self
        }
    }
}

/// The beginning of a text from the request, short enough for a message.
pub(super) fn excerpt(text: &str) -> Cow<'_, str> {
    const MAX_CHARS: usize = 80;
    match text.char_indices().nth(MAX_CHARS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
    }
}
