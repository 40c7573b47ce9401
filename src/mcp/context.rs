//! What a request says about its client.
//!
//! Invariant: these are claims. They may shape an answer or a log line, never a permission. In the
//! legacy era the claims travel with `initialize` alone; without sessions a later request knows the
//! protocol version and nothing else.

use std::borrow::Cow;

use serde::Deserialize;

use super::members::Members;
use super::raw::Raw;
use super::version::{Era, ProtocolVersion};
use crate::json;

/// Who asks, and what that client can be asked in return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context<'a> {
    /// The version the request is served in.
    pub version: ProtocolVersion,
    /// Name and version of the client, when it gave them.
    pub client: Option<ClientInfo<'a>>,
    /// What the client can do for a server; nothing, in the legacy era.
    pub capabilities: ClientCapabilities,
}

impl Context<'_> {
    /// The era of the request.
    #[must_use]
    pub fn era(&self) -> Era {
        self.version.era()
    }

    /// A client that has told nothing but its version.
    pub(super) fn anonymous(version: ProtocolVersion) -> Self {
        Self {
            version,
            client: None,
            capabilities: ClientCapabilities::default(),
        }
    }
}

/// The client program, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClientInfo<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Its version; empty when it gave none.
    #[serde(borrow, default)]
    pub version: Cow<'a, str>,
}

impl<'a> ClientInfo<'a> {
    /// Reads `clientInfo`; what does not look like one is as good as absent, for it must never be
    /// demanded (MCP 2026-07-28 §Requests).
    pub(super) fn read(raw: Raw<'a>) -> Option<Self> {
        json::read(raw.get().as_bytes()).ok()
    }
}

/// The client capabilities that matter to a server without streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// The client can show its user a form.
    pub elicitation_form: bool,
    /// The client can send its user to a URL.
    pub elicitation_url: bool,
}

impl ClientCapabilities {
    /// Reads `clientCapabilities`. An `elicitation` that names neither mode means forms, the only
    /// mode there was when it was introduced (MCP 2025-11-25 §Elicitation).
    pub(super) fn read(raw: Raw<'_>) -> Self {
        let capabilities = Members::read(raw.get(), &["elicitation"]).unwrap_or_default();
        let Some(Ok(elicitation)) = capabilities
            .get("elicitation")
            .map(|raw| Members::read(raw.get(), &["form", "url"]))
        else {
            return Self::default();
        };
        let elicitation_url = elicitation.get("url").is_some();
        Self {
            elicitation_form: elicitation.get("form").is_some() || !elicitation_url,
            elicitation_url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::raw::Walk;
    use super::*;

    #[test]
    fn elicitation_without_a_mode_means_forms() {
        for (json, form, url) in [
            (r"{}", false, false),
            (r#"{"sampling":{}}"#, false, false),
            (r#"{"elicitation":{}}"#, true, false),
            (r#"{"elicitation":{"form":{}}}"#, true, false),
            (r#"{"elicitation":{"url":{}}}"#, false, true),
            (r#"{"elicitation":{"form":{},"url":{}}}"#, true, true),
            (r#"{"elicitation":5}"#, false, false),
            (r#"{"elicitation":null}"#, false, false),
        ] {
            let expected = ClientCapabilities {
                elicitation_form: form,
                elicitation_url: url,
            };
            let actual = Walk::along(json).value().map(ClientCapabilities::read);
            assert_eq!(actual, Some(expected), "capabilities {json}");
        }
    }
}
