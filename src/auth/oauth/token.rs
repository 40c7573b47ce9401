//! `/token` and `/revoke`: from a form to a command for the store, and from its answer to tokens.
//!
//! Invariants
//! - Clients are public: they prove themselves by PKCE and by the refresh token, and have no secret.
//! - The store sees hashes, never a code or a token.
//! - No token leaves for a key that is not in `MCP_API_KEYS` any more; its grant ends then.
//!
//! Not here: single use and rotation (`store`).

use serde_json::{Value, json};

use super::access_token::{AccessToken, LIVES_S};
use super::authorize::{check_resource, scopes_of};
use super::form::{Form, Repeated};
use super::seal::{REFRESH, SigningKey, digest, text_of};
use super::store::Command;
use super::{Site, member};
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
        json!({ "error": self.error, "error_description": self.description })
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
    let required = |name: &'static str, problem: &'static str| {
        let missing = TokenError::new("invalid_request", problem);
        form.one(name)?.ok_or(missing)
    };
    let grant_type = required("grant_type", "grant_type is missing")?;
    let client = required("client_id", "client_id is missing")?;
    check_resource(site, form)
        .map_err(|(error, description)| TokenError::new(error, description))?;
    let asked = form.one("scope")?;
    let scopes = asked
        .map(|text| {
            Scopes::parse(
                text.split(' ')
                    .filter(|name| !matches!(*name, "" | "offline_access")),
            )
        })
        .transpose()
        .map_err(|_| {
            TokenError::new(
                "invalid_scope",
                "scope names something that is no scope here",
            )
        })?
        .filter(|scopes| !scopes.is_empty());
    let [for_token, for_grant] = random;
    let (mut command, grant) = match grant_type {
        "authorization_code" => {
            let code = required("code", "code is missing")?;
            let verifier = required("code_verifier", "code_verifier is missing")?;
            let command = json!({
                "do": "redeem", "code": digest(code), "challenge": digest(verifier),
                "redirect": form.one("redirect_uri")?,
            });
            (command, text_of(for_grant))
        }
        "refresh_token" => {
            let token = required("refresh_token", "refresh_token is missing")?;
            let grant = grant_of(key, token).ok_or(UNKNOWN)?;
            (json!({ "do": "refresh", "token": digest(token) }), grant)
        }
        _ => {
            let problem = "grant_type must be authorization_code or refresh_token";
            return Err(TokenError::new("unsupported_grant_type", problem));
        }
    };
    let payload = format!("{grant} {}", text_of(for_token));
    let refresh_token = key.seal(REFRESH, payload.as_bytes());
    if let Some(members) = command.as_object_mut() {
        for (name, value) in [
            ("client", json!(client)),
            ("resource", json!(site.resource())),
            ("grant", json!(grant)),
            ("fresh", json!(digest(&refresh_token))),
            ("scopes", json!(scopes.map(|scopes| scopes.to_string()))),
        ] {
            members.insert(name.to_owned(), value);
        }
    }
    Ok(Exchange {
        command: Command::of(command),
        grant,
        refresh_token,
        scopes,
    })
}

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
            "invalid_scope" => {
                TokenError::new("invalid_scope", "scope names more than was granted")
            }
            _ => UNKNOWN,
        };
        return Err((error, None));
    }
    let grant = member(stored, "grant");
    let text = |name: &str| member(grant, name).as_str().unwrap_or_default().to_owned();
    let granted = scopes_of(member(grant, "scopes")).unwrap_or_default();
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
    Ok(json!({
        "access_token": access_token.seal(key),
        "token_type": "Bearer",
        "expires_in": LIVES_S,
        "refresh_token": exchange.refresh_token,
        "scope": scopes.to_string(),
    }))
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
    let payload = String::from_utf8(key.open(REFRESH, token)?).ok()?;
    payload.split_once(' ').map(|(grant, _)| grant.to_owned())
}
