//! How a client gets to know the server: `initialize` then, `server/discover` now, `ping` between.
//!
//! Invariant: only what exists is advertised, to the era in which it does: subscriptions need a stream, which
//! the older one gets with a session only.
//! Not here: the notification that ends the old handshake; it is accepted like any other.

use serde::Serialize;

use super::error::RpcError;
use super::params::{self, Params};
use super::reply::{Freshness, Reply};
use super::service::Identity;
use super::version::{MODERN_VERSIONS, ProtocolVersion};

/// The method that opens the legacy era, named by several rules about it.
pub(super) const INITIALIZE: &str = "initialize";

/// No `listChanged`, because lists do not change; no `logging`.
const CAPABILITIES: &str = r#"{"tools":{},"resources":{},"prompts":{},"completions":{}}"#;
/// The same with `subscriptions/listen`.
const WATCHED: &str =
    r#"{"tools":{},"resources":{"subscribe":true},"prompts":{},"completions":{}}"#;

const DISCOVER_TTL_MS: u32 = 3_600_000;

/// `initialize`: agrees on the version asked for, or on the newest of that era
/// (MCP 2025-11-25 §Lifecycle, version negotiation).
pub(super) fn initialize(
    params: &Params<'_>,
    identity: &Identity,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let requested = params::required_text(params.get("protocolVersion"), "protocolVersion")?;
    let version =
        ProtocolVersion::parse_legacy(&requested).unwrap_or(ProtocolVersion::LATEST_LEGACY);
    Ok(reply
        .value("protocolVersion", &version.as_str())
        .json("capabilities", CAPABILITIES)
        .value("serverInfo", &Implementation::in_version(version, identity))
        .value("instructions", &identity.instructions)
        .complete(Freshness::NotCacheable))
}

/// `server/discover` (MCP 2026-07-28 §Discovery).
pub(super) fn discover(identity: &Identity, can_watch: bool, reply: Reply<'_>) -> Vec<u8> {
    let capabilities = if can_watch { WATCHED } else { CAPABILITIES };
    reply
        .value("supportedVersions", &MODERN_VERSIONS)
        .json("capabilities", capabilities)
        .value("instructions", &identity.instructions)
        .complete(Freshness::Milliseconds(DISCOVER_TTL_MS))
}

/// `ping`, legacy era only.
pub(super) fn ping(reply: Reply<'_>) -> Vec<u8> {
    reply.complete(Freshness::NotCacheable)
}

/// `serverInfo`, with the members the agreed version knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Implementation<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> Implementation<'a> {
    fn in_version(version: ProtocolVersion, identity: &'a Identity) -> Self {
        let has_title = version >= ProtocolVersion::V2025_06_18;
        let has_details = version >= ProtocolVersion::V2025_11_25;
        Self {
            name: &identity.name,
            version: &identity.version,
            title: has_title.then_some(&*identity.title),
            website_url: identity.website_url.as_deref().filter(|_| has_details),
            description: identity.description.as_deref().filter(|_| has_details),
        }
    }
}
