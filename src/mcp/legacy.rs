//! What the handshake era asks of a request before its method is looked at: one header.
//!
//! Invariant: `Mcp-Method`, `Mcp-Name` and session headers mean nothing here and are not read.
//! Not here: `initialize` itself (`handshake`).

use super::context::Context;
use super::error::RpcError;
use super::http::HttpRequest;
use super::version::ProtocolVersion;

/// The context of a legacy message: its version header must be absent or name a legacy version
/// (MCP 2025-06-18 §Transports, protocol version header).
pub(super) fn context(http: &HttpRequest<'_>) -> Result<Context<'static>, RpcError> {
    let Some(header) = http.protocol_version.map(str::trim) else {
        return Ok(Context::anonymous(ProtocolVersion::WITHOUT_HEADER));
    };
    match ProtocolVersion::parse_legacy(header) {
        Some(version) => Ok(Context::anonymous(version)),
        None => Err(RpcError::unsupported_header(header)),
    }
}

/// The context of `initialize`, which settles the version and therefore has no use for a header.
pub(super) fn initialize_context() -> Context<'static> {
    Context::anonymous(ProtocolVersion::LATEST_LEGACY)
}
