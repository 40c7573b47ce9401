//! Where clients find what: the two documents of RFC 9728 and RFC 8414.
//!
//! Texts with our own address put in, which is an origin and so holds nothing that JSON would escape.
//! Not here: the challenge that leads to the first of them (`auth::challenge`).

use super::Site;

/// `/.well-known/oauth-protected-resource`, with or without `/mcp` (RFC 9728 §3).
#[must_use]
pub fn protected_resource(site: &Site) -> String {
    PROTECTED_RESOURCE.replace("{issuer}", site.issuer())
}

/// `/.well-known/oauth-authorization-server` (RFC 8414 §3).
#[must_use]
pub fn authorization_server(site: &Site) -> String {
    AUTHORIZATION_SERVER.replace("{issuer}", site.issuer())
}

const PROTECTED_RESOURCE: &str = r#"{"resource":"{issuer}/mcp",
"authorization_servers":["{issuer}"],
"scopes_supported":["read","control","message","record"],
"bearer_methods_supported":["header"],
"resource_name":"3CX telephone system",
"resource_documentation":"{issuer}/"}"#;

/// `none`: clients here are programs on other people's machines, which cannot keep a secret.
const AUTHORIZATION_SERVER: &str = r#"{"issuer":"{issuer}",
"authorization_endpoint":"{issuer}/authorize",
"token_endpoint":"{issuer}/token",
"registration_endpoint":"{issuer}/register",
"revocation_endpoint":"{issuer}/revoke",
"response_types_supported":["code"],
"response_modes_supported":["query"],
"grant_types_supported":["authorization_code","refresh_token"],
"code_challenge_methods_supported":["S256"],
"token_endpoint_auth_methods_supported":["none"],
"revocation_endpoint_auth_methods_supported":["none"],
"scopes_supported":["read","control","message","record","admin"],
"ui_locales_supported":["en","ar"],
"client_id_metadata_document_supported":true,
"authorization_response_iss_parameter_supported":true,
"protected_resources":["{issuer}/mcp"]}"#;
