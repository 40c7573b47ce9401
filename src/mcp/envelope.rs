//! The modern request: its envelope, and the headers that repeat parts of the body.
//!
//! Checked in this order: envelope complete, header equals envelope, version served, `Mcp-Method`,
//! `Mcp-Name` (MCP 2026-07-28 §Requests, §Transports). Intermediaries route and filter by the
//! headers, so a header that disagrees with the body refuses the request.
//!
//! Invariant: values are compared after trimming and decoding, and case counts.
//! Not here: notifications, for which the specification leaves the header rules open; `Mcp-Param-*`,
//! as no tool declares any.

use std::borrow::Cow;

use super::context::{ClientCapabilities, ClientInfo, Context};
use super::error::{EnvelopeFault, RpcError, excerpt};
use super::handshake;
use super::header;
use super::http::HttpRequest;
use super::message::Request;
use super::params::Meta;
use super::raw::Raw;
use super::version::{MODERN, ProtocolVersion};

/// Opens the envelope of a modern request.
pub(super) fn open<'a>(
    http: &HttpRequest<'_>,
    request: &Request<'a>,
) -> Result<Context<'a>, RpcError> {
    if request.method == handshake::INITIALIZE && !request.params.claims_modern() {
        return Err(RpcError::header_mismatch(
            http.protocol_version,
            "initialize opens the handshake era, but MCP-Protocol-Version names a later one".into(),
        ));
    }
    let envelope = Envelope::read(request.params.meta.as_ref())?;
    check_version(http.protocol_version, &envelope.version)?;
    check_method(http.mcp_method, &request.method)?;
    check_name(http.mcp_name, request)?;
    Ok(Context {
        version: ProtocolVersion::V2026_07_28,
        client: envelope.client,
        capabilities: envelope.capabilities,
    })
}

struct Envelope<'a> {
    version: Cow<'a, str>,
    client: Option<ClientInfo<'a>>,
    capabilities: ClientCapabilities,
}

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT: &str = "io.modelcontextprotocol/clientInfo";

impl<'a> Envelope<'a> {
    fn read(meta: Option<&Meta<'a>>) -> Result<Self, RpcError> {
        let meta = meta.ok_or_else(|| absent("_meta"))?;
        let version = meta.protocol_version.ok_or_else(|| absent(VERSION))?;
        let version = version
            .text()
            .ok_or_else(|| wrong(VERSION, "expected a string"))?;
        let capabilities = meta
            .client_capabilities
            .ok_or_else(|| wrong(CAPABILITIES, "missing"))?;
        if !capabilities.is_object() {
            return Err(wrong(CAPABILITIES, "expected an object"));
        }
        if !meta.client_info.is_none_or(Raw::is_object) {
            return Err(wrong(CLIENT, "expected an object"));
        }
        Ok(Self {
            version,
            client: meta.client_info.and_then(ClientInfo::read),
            capabilities: ClientCapabilities::read(capabilities),
        })
    }
}

fn absent(key: &'static str) -> RpcError {
    RpcError::envelope(EnvelopeFault::Absent { missing: [key] })
}

fn wrong(key: &'static str, problem: &'static str) -> RpcError {
    RpcError::envelope(EnvelopeFault::Key { key, problem })
}

fn check_version(header: Option<&str>, envelope: &str) -> Result<(), RpcError> {
    check(
        "MCP-Protocol-Version",
        header,
        "the envelope's protocol version",
        envelope,
    )?;
    if envelope == MODERN {
        Ok(())
    } else {
        Err(RpcError::unsupported_version(envelope))
    }
}

fn check_method(header: Option<&str>, method: &str) -> Result<(), RpcError> {
    check("Mcp-Method", header, "method", method)
}

/// A member that is missing or not a string is left to the method, which knows what it needs.
fn check_name(header: Option<&str>, request: &Request<'_>) -> Result<(), RpcError> {
    let (what, member): (&str, Option<Raw<'_>>) = match &*request.method {
        "tools/call" | "prompts/get" => ("params.name", request.params.get("name")),
        "resources/read" => ("params.uri", request.params.get("uri")),
        _ => return Ok(()),
    };
    match member.and_then(Raw::text) {
        Some(value) => check("Mcp-Name", header, what, &value),
        None => Ok(()),
    }
}

/// Compares the header `name` with the member `what` of the body.
fn check(name: &str, header: Option<&str>, what: &str, expected: &str) -> Result<(), RpcError> {
    let expected_excerpt = excerpt(expected);
    let difference = match header.map(header::decode) {
        Some(Some(actual)) if actual == expected => return Ok(()),
        Some(Some(actual)) => {
            let actual = excerpt(&actual);
            format!("{what} is \"{expected_excerpt}\", but {name} says \"{actual}\"")
        }
        Some(None) => format!("{name} carries an invalid Base64 sentinel"),
        None => format!("{what} is \"{expected_excerpt}\", but {name} is absent"),
    };
    Err(RpcError::header_mismatch(header, difference))
}
