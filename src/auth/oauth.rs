//! OAuth 2.1: this Worker as authorization server, and as the resource that its tokens open.
//!
//! | part | file |
//! |---|---|
//! | where clients find what | `metadata.rs` |
//! | who a client is: registration, documents at its URL | `client.rs`, `address.rs` |
//! | what a client asks for, and what a person says to it | `authorize.rs` |
//! | codes and refresh tokens against tokens | `token.rs` |
//! | what is kept, and what becomes of it | `store.rs` |
//! | access tokens, and everything else that must come back unchanged | `access_token.rs`, `seal.rs` |
//!
//! A person signs in with a key of `MCP_API_KEYS`. A grant never permits more than that key does at
//! this moment: the door looks the key up each time, in the settings of the isolate, so that a key
//! which is changed or taken away ends its grants without anybody being asked.
//!
//! Invariants
//! - No I/O, no clock, no randomness: they come as arguments. The store is a port ([`Records`]) whose
//!   methods do not wait, so that what [`decide`] does cannot be interleaved with anything.
//! - Codes and tokens are kept as SHA-256 only.
//! - Nothing is sent to an address that was not checked against the client's own list before.
//!
//! Not here: the pages that a person sees (`pages`), HTTP, fetching documents, SQLite (`edge`), and limits on how often one may try.

mod access_token;
mod address;
mod authorize;
mod client;
mod form;
mod metadata;
mod seal;
mod store;
mod token;

pub use access_token::{AccessToken, LIVES_S};
pub(crate) use address::shown;
pub(crate) use authorize::ticked;
pub use authorize::{Answer, Asked, Consent, Refusal, Trouble, consider};
pub use client::{Client, ClientId, NotAClient};
pub use form::Form;
pub(crate) use form::append;
pub use metadata::{authorization_server, protected_resource};
pub use seal::SigningKey;
pub use store::{Command, Kind, Records, StoreFailed, decide};
pub use token::{Exchange, TokenError, exchange, issue, revocation};

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::is_loopback_host;
use super::origin::Origin;
use super::scope::{Scope, Scopes};

/// What is asked for where nobody says what: everything that assistants do every day. `admin` has to
/// be asked for by name.
pub const BASELINE: Scopes = Scopes::NONE
    .with(Scope::Read)
    .with(Scope::Control)
    .with(Scope::Message)
    .with(Scope::Record);

/// Where this server is, as its users see it: the issuer of tokens, and the resource they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    issuer: String,
    host: String,
    is_loopback: bool,
}

impl Site {
    /// The site at `MCP_PUBLIC_URL`, else at the origin of the request. `None` where that is neither
    /// https nor this machine: tokens would travel in the open.
    #[must_use]
    pub fn new(public_url: Option<&str>, request_origin: &str) -> Option<Self> {
        let issuer = public_url.unwrap_or(request_origin);
        let origin = Origin::parse(issuer).ok()?;
        let address = address::WebAddress::parse(issuer)?;
        let host = address.host.to_ascii_lowercase();
        let is_loopback = is_loopback_host(&host);
        (address.scheme == "https" || is_loopback).then(|| Self {
            issuer: origin.to_string(),
            host,
            is_loopback,
        })
    }

    /// `https://phone.example.com`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What tokens are for: `https://phone.example.com/mcp`.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}/mcp", self.issuer)
    }

    /// Where OAuth clients begin; goes into challenges.
    #[must_use]
    pub fn resource_metadata(&self) -> String {
        format!("{}/.well-known/oauth-protected-resource/mcp", self.issuer)
    }

    /// Whether `asked` names our resource, with or without the slash at its end (Claude Code adds
    /// one); scheme and host in any case.
    fn is_resource(&self, asked: &str) -> bool {
        let asked = asked.strip_suffix('/').unwrap_or(asked);
        asked.strip_suffix("/mcp").is_some_and(|origin| {
            Origin::parse(origin).is_ok_and(|origin| origin.to_string() == self.issuer)
        })
    }
}

/// A JSON object of texts; what is `None` is left out.
fn record(texts: &[(&str, Option<&str>)]) -> Value {
    let mut object = Value::Object(Map::new());
    for (name, text) in texts {
        if let Some(text) = text {
            set(&mut object, name, Value::String((*text).to_owned()));
        }
    }
    object
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// A member of a JSON object; null where there is none.
fn member<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.get(name).unwrap_or(&Value::Null)
}
