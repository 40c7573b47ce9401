//! Where clients find what: the two documents of RFC 9728 and RFC 8414.
//!
//! Not here: the challenge that leads to the first of them (`auth::challenge`).

use serde_json::{Value, json};

use super::{BASELINE, Site};
use crate::auth::{Scope, Scopes};

/// `/.well-known/oauth-protected-resource`, with or without `/mcp` (RFC 9728 §3).
#[must_use]
pub fn protected_resource(site: &Site) -> Value {
    json!({
        "resource": site.resource(),
        "authorization_servers": [site.issuer()],
        "scopes_supported": names(BASELINE),
        "bearer_methods_supported": ["header"],
        "resource_name": "3CX telephone system",
        "resource_documentation": format!("{}/", site.issuer()),
    })
}

/// `/.well-known/oauth-authorization-server` (RFC 8414 §3).
#[must_use]
pub fn authorization_server(site: &Site) -> Value {
    let at = |path: &str| format!("{}{path}", site.issuer());
    json!({
        "issuer": site.issuer(),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "registration_endpoint": at("/register"),
        "revocation_endpoint": at("/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        // Clients here are programs on other people's machines: none of them can keep a secret.
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": names(Scopes::ALL),
        "ui_locales_supported": ["en", "ar"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": [site.resource()],
    })
}

fn names(scopes: Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::as_str).collect()
}
