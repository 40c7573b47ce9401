//! A refusal: an error, addressed to the request it answers.
//!
//! Invariants
//! - An id that could not be read is left out. The SDK says null there, which no official schema
//!   allows; leaving it out is what validates (MCP 2025-11-25 §Error responses).
//! - Transport faults (`-32000`) concern the HTTP request, not a message in it, and carry no id;
//!   but for a missing permission, which a message asked for.
//!
//! Not here: which error fits which situation (`error`).

use super::error::RpcError;
use super::request_id::RequestId;

/// An error and, where it could be read, the id of the request it answers.
#[derive(Debug)]
pub(super) struct Refusal<'a> {
    pub(super) id: Option<RequestId<'a>>,
    pub(super) error: RpcError,
}

impl From<RpcError> for Refusal<'_> {
    fn from(error: RpcError) -> Self {
        Self { id: None, error }
    }
}

impl<'a> Refusal<'a> {
    /// Addresses an error to a request.
    pub(super) fn of(id: RequestId<'a>, error: RpcError) -> Self {
        Self {
            id: Some(id),
            error,
        }
    }

    /// The JSON-RPC error response. No variant of the data can fail to serialise.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let error = serde_json::to_vec(&self.error).unwrap_or_default();
        let (before, id) = match self.id {
            Some(id) => (r#","id":"#, id.as_json()),
            None => ("", ""),
        };
        let parts: [&[u8]; 6] = [
            br#"{"jsonrpc":"2.0""#,
            before.as_bytes(),
            id.as_bytes(),
            br#","error":"#,
            &error,
            b"}",
        ];
        parts.concat()
    }
}
