//! HTTP answers: JSON bytes, the headers that every answer carries, CORS.

use std::cell::RefCell;

use serde_json::{Value, json};
use worker::web_sys::ReadableStream;
use worker::{Headers, Response, Result};

use super::address::Address;
use super::log;

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
         Mcp-Name, Last-Event-ID",
    ),
    (
        "access-control-expose-headers",
        "mcp-session-id, WWW-Authenticate",
    ),
    ("access-control-max-age", "86400"),
];

thread_local! {
    /// The headers of JSON answers, made once: each header that is set is a way to JavaScript and back, a
    /// copy of all of them is one.
    static JSON: RefCell<Option<Headers>> = const { RefCell::new(None) };
}

fn always() -> Result<Headers> {
    let headers = Headers::new();
    for (name, value) in ALWAYS {
        headers.set(name, value)?;
    }
    Ok(headers)
}

/// Hands out the headers of JSON answers, to be copied.
pub(super) fn with_json<T>(copy: impl FnOnce(&Headers) -> Result<T>) -> Result<T> {
    JSON.with_borrow_mut(|known| {
        let headers = if let Some(headers) = known {
            headers
        } else {
            let headers = always()?;
            headers.set("content-type", "application/json")?;
            known.insert(headers)
        };
        copy(headers)
    })
}

/// An internal failure: logged once, and told in one sentence.
pub(super) fn failed(error: &worker::Error, url: &Address) -> Result<Response> {
    log::error(
        "request_failed",
        json!({ "path": url.path(), "error": error.to_string() }),
    );
    refusal(
        500,
        "internal error: the request was not carried out to its end",
    )
}

/// Adds to the headers of any answer that came over https: never without it.
pub(super) fn https_only(headers: &Headers) -> Result<()> {
    headers.set("strict-transport-security", HTTPS_ONLY)
}

/// There is nothing at this address.
pub(super) fn not_found() -> Result<Response> {
    json(
        404,
        &json!({ "error": "not found", "see": ["/", "/mcp", "/events", "/health"] }),
    )
}

/// The body is larger than it may be.
pub(super) fn too_large(limit: usize) -> Result<Response> {
    refusal(413, &format!("the body is larger than {limit} bytes"))
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
    Ok(Response::builder()
        .with_headers(always()?)
        .with_status(status)
        .empty())
}

fn json_bytes(body: Vec<u8>) -> Result<Response> {
    let headers = with_json(|headers| Ok(headers.clone()))?;
    Ok(Response::builder().with_headers(headers).fixed(body))
}

/// A stream of server-sent events.
pub(super) fn stream(body: ReadableStream) -> Result<Response> {
    Ok(Response::builder()
        .with_headers(event_headers()?)
        .stream(body))
}

/// Server-sent events that are over.
pub(super) fn events(text: String) -> Result<Response> {
    Ok(Response::builder()
        .with_headers(event_headers()?)
        .fixed(text.into_bytes()))
}

/// Nobody between may keep events, change them, or wait for more of them.
fn event_headers() -> Result<Headers> {
    let headers = always()?;
    headers.set("content-type", "text/event-stream")?;
    headers.set("cache-control", "no-store, no-transform")?;
    headers.set("x-accel-buffering", "no")?;
    Ok(headers)
}

/// A page.
pub(super) fn page(status: u16, html: String) -> Result<Response> {
    let headers = always()?;
    headers.set("content-type", "text/html; charset=utf-8")?;
    Ok(Response::builder()
        .with_headers(headers)
        .with_status(status)
        .fixed(html.into_bytes()))
}

/// Tells the carrier that there is nothing to answer: an empty TwiML document.
pub(super) fn twiml() -> Result<Response> {
    let headers = always()?;
    headers.set("content-type", "text/xml; charset=utf-8")?;
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";
    Ok(Response::builder()
        .with_headers(headers)
        .fixed(body.as_bytes().to_vec()))
}

/// The address takes posts only.
pub(super) fn post_only() -> Result<Response> {
    let mut response = json(405, &json!({ "error": "this can only be posted to" }))?;
    response.headers_mut().set("allow", "POST")?;
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
pub(super) fn allow_origin(headers: &Headers, origin: &str) -> Result<()> {
    headers.set("access-control-allow-origin", origin)?;
    headers.append("vary", "Origin")?;
    for (name, value) in CORS {
        headers.set(name, value)?;
    }
    Ok(())
}
