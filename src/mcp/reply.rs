//! A successful answer, written front to back into one buffer.
//!
//! Owns what every result carries whatever its method: the JSON-RPC frame and, in the modern era,
//! `resultType`, the caching fields and the server's name (MCP 2026-07-28 §Results, §Caching).
//!
//! Invariant: text given as JSON is copied, never parsed; that is what makes a long list cheap.
//! Not here: errors (`error`), the members of particular results (the files named after methods).

use std::borrow::Cow;

use serde::Serialize;

use super::request_id::RequestId;
use super::service::Identity;
use super::version::Era;

/// How long a client may keep a result. Every result is `private`: what a caller sees depends on
/// what that caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// The method has no caching fields.
    NotCacheable,
    /// Fresh for so many milliseconds; 0 is stale at once.
    Milliseconds(u32),
}

/// The answer under construction.
pub(super) struct Reply<'a> {
    json: Vec<u8>,
    identity: &'a Identity,
    era: Era,
    has_members: bool,
}

impl<'a> Reply<'a> {
    /// Begins the answer to the request `id`.
    pub(super) fn to(id: RequestId<'_>, identity: &'a Identity, era: Era) -> Self {
        let mut json = Vec::with_capacity(INITIAL_CAPACITY);
        for part in [r#"{"jsonrpc":"2.0","id":"#, id.as_json(), r#","result":{"#] {
            json.extend_from_slice(part.as_bytes());
        }
        Self {
            json,
            identity,
            era,
            has_members: false,
        }
    }

    /// Adds a member whose value is JSON text already.
    pub(super) fn json(mut self, name: &str, text: &str) -> Self {
        self.json.reserve(text.len().saturating_add(TAIL_CAPACITY));
        self.begin_member(name);
        self.json.extend_from_slice(text.as_bytes());
        self
    }

    /// Adds a member by serialising its value.
    pub(super) fn value(mut self, name: &str, value: &impl Serialize) -> Self {
        self.begin_member(name);
        let before = self.json.len();
        if serde_json::to_writer(&mut self.json, value).is_err() {
            self.json.truncate(before);
            self.json.extend_from_slice(b"null");
        }
        self
    }

    /// Adds a member if there is something to add.
    pub(super) fn optional(self, name: &str, value: Option<&impl Serialize>) -> Self {
        match value {
            Some(value) => self.value(name, value),
            None => self,
        }
    }

    /// Ends an answer that asks the client for something first.
    pub(super) fn input_required(self) -> Vec<u8> {
        let mut reply = self.modern_members("input_required", Freshness::NotCacheable);
        reply.json.extend_from_slice(b"}}");
        reply.json
    }

    /// Ends the answer.
    pub(super) fn complete(self, freshness: Freshness) -> Vec<u8> {
        let mut reply = match self.era {
            Era::Legacy => self,
            Era::Modern => self.modern_members("complete", freshness),
        };
        reply.json.extend_from_slice(b"}}");
        reply.json
    }

    fn modern_members(self, kind: &str, freshness: Freshness) -> Self {
        let meta = ResultMeta {
            server_info: ServerInfo::of(self.identity),
        };
        let reply = self.value("resultType", &kind);
        let reply = match freshness {
            Freshness::NotCacheable => reply,
            Freshness::Milliseconds(ttl) => {
                reply.value("ttlMs", &ttl).value("cacheScope", &"private")
            }
        };
        reply.value("_meta", &meta)
    }

    /// Member names are ours: plain ASCII that needs no escaping.
    fn begin_member(&mut self, name: &str) {
        let separator: &[u8] = if self.has_members { b",\"" } else { b"\"" };
        self.json.extend_from_slice(separator);
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        self.has_members = true;
    }
}

/// Holds most answers without growing.
const INITIAL_CAPACITY: usize = 512;

/// Holds what follows a long member.
const TAIL_CAPACITY: usize = 256;

#[derive(Serialize)]
struct ResultMeta<'a> {
    #[serde(rename = "io.modelcontextprotocol/serverInfo")]
    server_info: ServerInfo<'a>,
}

/// The server's name as every modern result carries it.
#[derive(Serialize)]
struct ServerInfo<'a> {
    name: &'a Cow<'static, str>,
    version: &'a Cow<'static, str>,
}

impl<'a> ServerInfo<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            name: &identity.name,
            version: &identity.version,
        }
    }
}
