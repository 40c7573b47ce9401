//! Who is calling.
//!
//! Owns the decision at the door ([`authenticate`]): a known caller, a challenge, or "nobody has
//! set this up". It fails closed: with no keys nothing opens, not even with OAuth, since people sign in
//! with a key there; except `MCP_AUTH=none` on a loopback host, so that a first try on one's own
//! machine needs no key.
//!
//! Invariants: knows no PBX and no tool; nothing here prints a key, a token or a digest; the decision
//! needs nothing but the request and the settings, so that it costs no way to anywhere.
//! Not here: HTTP answers (`edge`), and how a client comes by a token ([`oauth`]).

mod bearer;
mod binding;
mod caller;
mod challenge;
mod extension_set;
mod key;
mod loopback;
pub mod oauth;
mod origin;
mod scope;
mod secret;
mod throttle;

#[cfg(test)]
mod tests;

pub use bearer::Bearer;
pub use binding::bound_caller;
pub use caller::{Caller, CallerKind};
pub use challenge::{Challenge, ChallengeError};
pub use extension_set::{ExtensionProblem, ExtensionRange, ExtensionSet};
pub use key::{ApiKeys, EntryProblem, KeysProblem};
pub use loopback::is_loopback_host;
pub use origin::{NotAnOrigin, Origin, OriginRefusal, OriginRules};
pub use scope::{Scope, Scopes, UnknownScope};
pub use secret::Secret;
pub use throttle::{Attempts, Door, FORGOTTEN_AFTER_MS, Visitor};

use crate::time::Millis;

/// How callers prove who they are.
#[derive(Debug, Clone, Default)]
pub struct AuthSettings {
    /// `MCP_API_KEYS`.
    pub keys: ApiKeys,
    /// `MCP_AUTH=none`: no key is needed, on loopback hosts.
    pub open_on_loopback: bool,
}

/// `MCP_API_KEYS` or `MCP_AUTH` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthProblem {
    /// The keys cannot be read.
    #[error("MCP_API_KEYS {0}")]
    Keys(#[from] KeysProblem),
    /// Not repeated: someone may have put a key there.
    #[error("MCP_AUTH can only be none, or be left out")]
    Mode,
}

impl AuthProblem {
    /// The variable to mend.
    #[must_use]
    pub const fn variable(&self) -> &'static str {
        match self {
            Self::Keys(_) => "MCP_API_KEYS",
            Self::Mode => "MCP_AUTH",
        }
    }
}

/// What matters of a request at the door.
#[derive(Clone, Copy)]
pub struct AuthRequest<'a> {
    /// The host name of the request's URL, without port.
    pub host: &'a str,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The way in for callers without a key, where OAuth is set up.
    pub oauth: Option<OAuth<'a>>,
}

/// What the door needs to know of OAuth.
#[derive(Debug, Clone, Copy)]
pub struct OAuth<'a> {
    /// `OAUTH_SIGNING_KEY`.
    pub key: &'a oauth::SigningKey,
    /// Where this server is for this request.
    pub site: &'a oauth::Site,
    /// When the request came.
    pub now: Millis,
}

/// What becomes of a request at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Come in.
    Allow(Caller),
    /// Nobody could come in: 503, with what to set.
    NotConfigured,
    /// Credentials are missing or no good: 401.
    Challenge(Challenge),
}

impl AuthSettings {
    /// From the texts of `MCP_API_KEYS` and `MCP_AUTH`; `None` where one is unset.
    ///
    /// # Errors
    /// [`AuthProblem`] for the first that cannot be used.
    pub fn from_settings(keys: Option<&str>, mode: Option<&str>) -> Result<Self, AuthProblem> {
        let open_on_loopback = match mode.map(str::trim) {
            None | Some("") => false,
            Some("none") => true,
            Some(_) => return Err(AuthProblem::Mode),
        };
        let keys = ApiKeys::parse(keys.unwrap_or_default())?;
        Ok(Self {
            keys,
            open_on_loopback,
        })
    }

    /// Whether there is any way in: keys, or an open door on loopback.
    #[must_use]
    pub fn admits_anyone(&self) -> bool {
        !self.keys.is_empty() || self.open_on_loopback
    }
}

impl OAuth<'_> {
    /// What a caller is told who can get the scopes it lacks, given with spaces between.
    #[must_use]
    pub fn step_up(&self, needs: &str) -> Option<Challenge> {
        let needs = Scopes::parse(needs.split(' ')).ok()?;
        let challenge = Challenge::insufficient_scope(needs);
        Some(challenge.with_resource_metadata(self.site.resource_metadata()))
    }

    /// Says where OAuth begins, and what to ask for there.
    fn direct(&self, challenge: Challenge) -> Challenge {
        challenge
            .with_scope(oauth::BASELINE)
            .with_resource_metadata(self.site.resource_metadata())
    }
}

/// Decides who is calling.
///
/// Where keys are set, a token that is presented must be one of them, even with `MCP_AUTH=none`:
/// a caller who shows a key wants its scopes, not everyone's.
#[must_use]
pub fn authenticate(settings: &AuthSettings, request: &AuthRequest<'_>) -> Decision {
    let open = settings.open_on_loopback && is_loopback_host(request.host);
    let keys = &settings.keys;
    if keys.is_empty() {
        return if open {
            Decision::Allow(Caller::local())
        } else {
            Decision::NotConfigured
        };
    }
    let challenge = |challenge| {
        Decision::Challenge(match &request.oauth {
            Some(oauth) => oauth.direct(challenge),
            None => challenge,
        })
    };
    match Bearer::read(request.authorization) {
        Bearer::Missing if open => Decision::Allow(Caller::local()),
        Bearer::Missing => challenge(Challenge::no_credentials()),
        Bearer::Malformed => challenge(Challenge::invalid_token()),
        Bearer::Token(token) => {
            let by_token = |oauth: OAuth<'_>| {
                oauth::AccessToken::admit(oauth.key, keys, oauth.site, oauth.now, token)
            };
            let caller = keys.find(token).cloned();
            match caller.or_else(|| request.oauth.and_then(by_token)) {
                Some(caller) => Decision::Allow(caller),
                None => challenge(Challenge::invalid_token()),
            }
        }
    }
}

/// Whether what a refused request brought counts as a guess. Nothing does not: that is how clients find
/// the way in; nor does a token that we made and that has ended or means another server.
#[must_use]
pub fn is_guess(request: &AuthRequest<'_>) -> bool {
    let is_ours = |oauth: OAuth<'_>, token| oauth::AccessToken::open(oauth.key, token).is_some();
    match Bearer::read(request.authorization) {
        Bearer::Missing => false,
        Bearer::Malformed => true,
        Bearer::Token(token) => !request.oauth.is_some_and(|oauth| is_ours(oauth, token)),
    }
}

/// The header is left out, since it may hold a key.
impl std::fmt::Debug for AuthRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthRequest")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
