//! `/token` and `/revoke`: from a form to a command for the store, and from its answer to tokens.
//!
//! Invariants
//! - Clients are public: they prove themselves by PKCE and by the refresh token, and have no secret.
//! - The store sees hashes, never a code or a token.
//! - No token leaves for a key that is not in `MCP_API_KEYS` any more; its grant ends then.
//!
//! Not here: single use and rotation (`store`).

use serde_json::Value;

use super::access_token::{AccessToken, LIVES_S};
use super::authorize::{check_resource, scopes_of};
use super::form::{Form, Repeated};
use super::seal::{REFRESH, SigningKey, digest, text_of};
use super::store::Command;
use super::{Site, member, record, set};
use crate::auth::Scopes;
use crate::auth::key::ApiKeys;
use crate::time::Millis;

/// Why there are no tokens (RFC 6749 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenError {
    /// `invalid_grant` and so on.
    pub error: &'static str,
    /// In words.
    pub description: &'static str,
}

impl TokenError {
    const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }

    /// 401 for a client that is not known, which makes clients register again; else 400.
    #[must_use]
    pub fn status(&self) -> u16 {
        if self.error == "invalid_client" {
            401
        } else {
            400
        }
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        record(&[
            ("error", Some(self.error)),
            ("error_description", Some(self.description)),
        ])
    }
}

impl From<Repeated> for TokenError {
    fn from(_: Repeated) -> Self {
        Self::new("invalid_request", "a parameter stands more than once")
    }
}

/// A token request that was understood.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What the store is asked.
    pub command: Command,
    grant: String,
    refresh_token: String,
    scopes: Option<Scopes>,
}

/// Reads a token request. `random` makes the new refresh token and, for a code, the grant.
///
/// # Errors
/// [`TokenError`]; nothing was used up then.
pub fn exchange(
    site: &Site,
    key: &SigningKey,
    form: &Form,
    random: [&[u8; 32]; 2],
) -> Result<Exchange, TokenError> {
    let required = |name| form.one(name)?.ok_or(MISSING);
    let grant_type = required("grant_type")?;
    let client = required("client_id")?;
    check_resource(site, form)
        .map_err(|(error, description)| TokenError::new(error, description))?;
    let asked = form.one("scope")?.unwrap_or_default();
    let asked = asked.split(' ').filter(|name| *name != "offline_access");
    let scopes = scopes_of(&asked.collect::<Vec<_>>().join(" ")).ok_or(NO_SCOPE)?;
    let scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
    let [for_token, for_grant] = random;
    let (order, proof, challenge, redirect, grant) = match grant_type {
        "authorization_code" => {
            let code = digest(required("code")?);
            let challenge = digest(required("code_verifier")?);
            let redirect = form.one("redirect_uri")?;
            (
                "redeem",
                code,
                Some(challenge),
                redirect,
                text_of(for_grant),
            )
        }
        "refresh_token" => {
            let token = required("refresh_token")?;
            let grant = grant_of(key, token).ok_or(UNKNOWN)?;
            ("refresh", digest(token), None, None, grant)
        }
        _ => return Err(NO_SUCH_GRANT),
    };
    let payload = format!("{grant} {}", text_of(for_token));
    let refresh_token = key.seal(REFRESH, &payload);
    let names = scopes.map(|scopes| scopes.to_string());
    let command = Command::of(&[
        ("do", Some(order)),
        ("proof", Some(&proof)),
        ("challenge", challenge.as_deref()),
        ("redirect", redirect),
        ("client", Some(client)),
        ("resource", Some(&site.resource())),
        ("grant", Some(&grant)),
        ("fresh", Some(&digest(&refresh_token))),
        ("scopes", names.as_deref()),
    ]);
    Ok(Exchange {
        command,
        grant,
        refresh_token,
        scopes,
    })
}

const MISSING: TokenError = TokenError::new(
    "invalid_request",
    "grant_type, client_id, and code with code_verifier, or refresh_token, are needed",
);
const NO_SCOPE: TokenError = TokenError::new(
    "invalid_scope",
    "scope names something that is no scope here",
);
const NO_SUCH_GRANT: TokenError = TokenError::new(
    "unsupported_grant_type",
    "grant_type must be authorization_code or refresh_token",
);
const UNKNOWN: TokenError = TokenError::new(
    "invalid_grant",
    "this code or refresh token is unknown, was used before, has ended, or belongs to someone else",
);

/// The answer to a token request, from that of the store.
///
/// # Errors
/// [`TokenError`], and what else the store is to be asked: to end a grant whose key is gone.
pub fn issue(
    exchange: &Exchange,
    stored: &Value,
    key: &SigningKey,
    keys: &ApiKeys,
    now: Millis,
) -> Result<Value, (TokenError, Option<Command>)> {
    if let Some(error) = member(stored, "error").as_str() {
        let error = match error {
            "invalid_client" => {
                TokenError::new("invalid_client", "this client is not registered here")
            }
            "invalid_scope" => {
                TokenError::new("invalid_scope", "scope names more than was granted")
            }
            _ => UNKNOWN,
        };
        return Err((error, None));
    }
    let grant = member(stored, "grant");
    let text = |name: &str| member(grant, name).as_str().unwrap_or_default().to_owned();
    let granted = scopes_of(&text("scopes")).unwrap_or_default();
    let holder = keys.holder(&text("key"), &text("fingerprint"));
    let permitted = holder.map(|caller| caller.scopes.intersection(granted));
    let Some(permitted) = permitted.filter(|scopes| !scopes.is_empty()) else {
        let problem = "the access key behind this grant was changed or taken away";
        let revoke = Command::revoke(&exchange.grant, None);
        return Err((TokenError::new("invalid_grant", problem), Some(revoke)));
    };
    let scopes = exchange
        .scopes
        .unwrap_or(Scopes::ALL)
        .intersection(permitted);
    let access_token = AccessToken {
        grant: exchange.grant.clone(),
        key: text("key"),
        fingerprint: text("fingerprint"),
        client: text("label"),
        scopes,
        audience: text("resource"),
        ends_at: now.div_euclid(1000).saturating_add(LIVES_S),
    };
    let mut tokens = record(&[
        ("access_token", Some(&access_token.seal(key))),
        ("token_type", Some("Bearer")),
        ("refresh_token", Some(&exchange.refresh_token)),
        ("scope", Some(&scopes.to_string())),
    ]);
    set(&mut tokens, "expires_in", LIVES_S.into());
    Ok(tokens)
}

/// What `/revoke` asks of the store; `None` for a token that is not ours, which is no error
/// (RFC 7009 §2.2).
#[must_use]
pub fn revocation(key: &SigningKey, form: &Form) -> Option<Command> {
    let token = form.first("token")?;
    let grant =
        grant_of(key, token).or_else(|| AccessToken::open(key, token).map(|token| token.grant))?;
    Some(Command::revoke(&grant, form.first("client_id")))
}

/// The grant of a refresh token that we made.
fn grant_of(key: &SigningKey, token: &str) -> Option<String> {
    let payload = key.open(REFRESH, token)?;
    payload.split_once(' ').map(|(grant, _)| grant.to_owned())
}
