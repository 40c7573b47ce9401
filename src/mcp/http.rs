//! The HTTP side: request parts in, response parts out, and the checks that need no body.
//!
//! Invariant: `Allow: POST` goes with every 405 and with nothing else. Not here: reading header
//! values that describe the body (`envelope`), `Origin` and authorization (the host).

use super::error::RpcError;
use super::listen::Listening;
use super::media;
use super::refusal::Refusal;

/// Bodies beyond this size are answered 413 without being read.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The parts of an HTTP request that MCP looks at.
///
/// Header names are case-insensitive, so the host looks the values up; they are handed over as they
/// arrived, and trimmed and decoded here.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Accept`.
    pub accept: Option<&'a str>,
    /// `MCP-Protocol-Version`.
    pub protocol_version: Option<&'a str>,
    /// `Mcp-Method`: the JSON-RPC method, repeated for intermediaries (modern era).
    pub mcp_method: Option<&'a str>,
    /// `Mcp-Name`: the tool, prompt or resource, repeated for intermediaries (modern era).
    pub mcp_name: Option<&'a str>,
    /// The body, whole.
    pub body: &'a [u8],
}

/// The parts of an HTTP response; a body is always `application/json`, a stream `text/event-stream`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Whether `Allow: POST` goes with it.
    pub allow_post: bool,
    /// With 403: what the client should ask to be permitted, for the host's challenge.
    pub needs: Option<String>,
    /// The JSON text, or nothing for an empty body.
    pub body: Option<Vec<u8>>,
    /// The stream to answer with, in place of a body.
    pub listening: Option<Box<Listening>>,
}

impl HttpResponse {
    /// An answer with content.
    pub(super) fn json(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            allow_post: status == METHOD_NOT_ALLOWED,
            needs: None,
            body: Some(body),
            listening: None,
        }
    }

    /// A stream.
    pub(super) fn listening(listening: Listening) -> Self {
        Self {
            status: 200,
            listening: Some(Box::new(listening)),
            ..Self::accepted()
        }
    }

    /// 202: taken note of, nothing to say.
    pub(super) fn accepted() -> Self {
        Self {
            status: 202,
            allow_post: false,
            needs: None,
            body: None,
            listening: None,
        }
    }

    /// The response to a message that is not served.
    pub(super) fn refused(refusal: &Refusal<'_>) -> Self {
        Self {
            needs: refusal.error.needs.clone(),
            ..Self::json(refusal.error.status, refusal.to_json())
        }
    }
}

const METHOD_NOT_ALLOWED: u16 = 405;

/// Refuses what can be refused by the request line, the headers and the size alone
/// (MCP 2026-07-28 §Transports, Streamable HTTP).
pub(super) fn admit(request: &HttpRequest<'_>) -> Result<(), RpcError> {
    if request.method != "POST" {
        let message = "Method not allowed: send MCP messages by POST";
        return Err(RpcError::transport(METHOD_NOT_ALLOWED, message));
    }
    if !media::accepts_json(request.accept) {
        let message = "Not Acceptable: answers are application/json; add it to Accept";
        return Err(RpcError::transport(406, message));
    }
    if !media::is_json(request.content_type) {
        let message = "Unsupported Media Type: Content-Type must be application/json";
        return Err(RpcError::transport(415, message));
    }
    if request.body.len() > MAX_BODY_BYTES {
        let message = format!("Payload Too Large: a body may have {MAX_BODY_BYTES} bytes at most");
        return Err(RpcError::transport(413, message));
    }
    Ok(())
}
