//! The `params` of a message: its members as raw JSON text, and how to read one.
//!
//! One structure serves every method. Reading it is a single pass that copies nothing; a method then
//! decodes the two or three members it knows. Members nobody knows are skipped: the schemas are open.
//!
//! Invariant: a member set to null counts as absent, except inside `arguments`, which are the tool's.
//! Not here: which members a method needs (the files named after the methods).

use std::borrow::Cow;

use super::error::{EnvelopeFault, RpcError};
use super::members::Members;
use super::raw::Raw;

/// The members of `params` that some method reads.
const MEMBERS: [&str; 12] = [
    "_meta",
    // `tools/call`, `prompts/get`.
    "name",
    "arguments",
    // `resources/read`.
    "uri",
    // The lists.
    "cursor",
    // `completion/complete`: the prompt or resource template, the argument being typed, and the
    // arguments already chosen.
    "ref",
    "argument",
    "context",
    // `initialize`.
    "protocolVersion",
    // `subscriptions/listen`.
    "notifications",
    // What a person said to an earlier question.
    "inputResponses",
    "requestState",
];

/// The `params` of a message.
#[derive(Default)]
pub(super) struct Params<'a> {
    members: Members<'a>,
    /// `_meta`, if there is one.
    pub(super) meta: Option<Meta<'a>>,
}

/// The members of `params._meta` that make up the envelope (MCP 2026-07-28 §Requests).
pub(super) struct Meta<'a> {
    pub(super) protocol_version: Option<Raw<'a>>,
    pub(super) client_capabilities: Option<Raw<'a>>,
    pub(super) client_info: Option<Raw<'a>>,
}

const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";

impl<'a> Meta<'a> {
    fn read(raw: Raw<'a>) -> Result<Self, String> {
        let known = &[PROTOCOL_VERSION, CLIENT_CAPABILITIES, CLIENT_INFO];
        let members = Members::read(raw.get(), known)?;
        Ok(Self {
            protocol_version: members.get(PROTOCOL_VERSION),
            client_capabilities: members.get(CLIENT_CAPABILITIES),
            client_info: members.get(CLIENT_INFO),
        })
    }
}

impl<'a> Params<'a> {
    /// Members are not looked into here, so all that can be wrong with an object is a member that
    /// occurs twice or whose name is no text.
    pub(super) fn parse(raw: Option<Raw<'a>>) -> Result<Self, RpcError> {
        let Some(raw) = raw else {
            return Ok(Self::default());
        };
        if !raw.is_object() {
            return Err(RpcError::invalid_request("params must be an object"));
        }
        let members = Members::read(raw.get(), &MEMBERS).map_err(RpcError::invalid_request)?;
        let Some(raw_meta) = members.get("_meta") else {
            return Ok(Self {
                members,
                meta: None,
            });
        };
        if !raw_meta.is_object() {
            let fault = EnvelopeFault::Key {
                key: "_meta",
                problem: "expected an object",
            };
            return Err(RpcError::envelope(fault));
        }
        let meta = Meta::read(raw_meta).map_err(RpcError::invalid_request)?;
        Ok(Self {
            members,
            meta: Some(meta),
        })
    }

    /// One of the members that some method reads.
    pub(super) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.members.get(name)
    }

    /// Whether the envelope names a protocol version, whatever its type.
    pub(super) fn claims_modern(&self) -> bool {
        self.meta
            .as_ref()
            .is_some_and(|meta| meta.protocol_version.is_some())
    }
}

/// A member that must be a string.
pub(super) fn required_text<'a>(
    member: Option<Raw<'a>>,
    name: &str,
) -> Result<Cow<'a, str>, RpcError> {
    member
        .and_then(Raw::text)
        .ok_or_else(|| RpcError::invalid_params(format!("{name} must be given and be a string")))
}
