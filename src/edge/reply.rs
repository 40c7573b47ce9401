//! HTTP answers: JSON bytes, the headers that every answer carries, CORS.

use serde_json::{Value, json};
use worker::{Headers, Response, Result};

use super::address::Address;
use crate::mcp;

/// What every answer carries, unless it says something else itself.
const ALWAYS: [(&str, &str); 3] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];
/// A year, for this host alone: what is beside it in the domain is not ours.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Methods and headers that a browser page of an allowed origin may use.
const CORS: [(&str, &str); 4] = [
    ("access-control-allow-methods", "GET, POST, DELETE, OPTIONS"),
    (
        "access-control-allow-headers",
        "Content-Type, Accept, Authorization, mcp-session-id, MCP-Protocol-Version, Mcp-Method, \
         Mcp-Name",
    ),
    (
        "access-control-expose-headers",
        "mcp-session-id, WWW-Authenticate",
    ),
    ("access-control-max-age", "86400"),
];

/// The answer with the headers that every answer carries.
pub(super) fn sealed(mut response: Response, url: &Address) -> Result<Response> {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        if !headers.has(name)? {
            headers.set(name, value)?;
        }
    }
    if url.origin().starts_with("https:") {
        headers.set("strict-transport-security", HTTPS_ONLY)?;
    }
    Ok(response)
}

/// What the protocol answered.
pub(super) fn mcp(answer: mcp::HttpResponse) -> Result<Response> {
    let mut response = match answer.body {
        Some(body) => json_bytes(body)?,
        None => Response::empty()?,
    };
    if answer.allow_post {
        response.headers_mut().set("allow", "POST")?;
    }
    Ok(response.with_status(answer.status))
}

/// A JSON value.
pub(super) fn json(status: u16, value: &Value) -> Result<Response> {
    json_text(status, value.to_string())
}

/// A JSON text.
pub(super) fn json_text(status: u16, text: String) -> Result<Response> {
    Ok(json_bytes(text.into_bytes())?.with_status(status))
}

/// A refusal before the protocol: a JSON-RPC error without id, which MCP clients show.
pub(super) fn refusal(status: u16, message: &str) -> Result<Response> {
    json(
        status,
        &json!({ "jsonrpc": "2.0", "error": { "code": -32000, "message": message } }),
    )
}

/// An answer without a body.
pub(super) fn empty(status: u16) -> Result<Response> {
    Ok(Response::empty()?.with_status(status))
}

fn json_bytes(body: Vec<u8>) -> Result<Response> {
    let mut response = Response::from_bytes(body)?;
    response
        .headers_mut()
        .set("content-type", "application/json")?;
    Ok(response)
}

/// Allows every page to read this answer.
pub(super) fn open_to_all(headers: &mut Headers, methods: &str) -> Result<()> {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", methods),
        (
            "access-control-allow-headers",
            "Content-Type, Accept, Authorization, MCP-Protocol-Version",
        ),
        ("access-control-max-age", "86400"),
    ] {
        headers.set(name, value)?;
    }
    Ok(())
}

/// Allows the page at `origin`, which was checked before, to read this answer.
pub(super) fn allow_origin(headers: &mut Headers, origin: &str) -> Result<()> {
    headers.set("access-control-allow-origin", origin)?;
    headers.append("vary", "Origin")?;
    for (name, value) in CORS {
        headers.set(name, value)?;
    }
    Ok(())
}
