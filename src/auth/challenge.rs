//! The answer to credentials that will not do: the `WWW-Authenticate` header (RFC 6750 §3).
//!
//! Owns its parameters and their quoting, and which status goes with it.
//! Invariants: a request without credentials is told no `error` (§3.1); no value can leave its
//! quotes or the header.
//! Not here: the body of the answer.

use super::scope::Scopes;

/// What is asked of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    error: Option<ChallengeError>,
    scope: Option<Scopes>,
    resource_metadata: Option<String>,
}

/// The `error` of a challenge (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeError {
    /// Malformed, unknown, expired or revoked.
    InvalidToken,
    /// A good token that permits too little.
    InsufficientScope,
}

impl ChallengeError {
    const fn code(self) -> &'static str {
        match self {
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::InvalidToken => "the key or access token is malformed, unknown or expired",
            Self::InsufficientScope => "the key or access token does not permit this",
        }
    }
}

impl Challenge {
    /// For a request that brought no credentials.
    #[must_use]
    pub const fn no_credentials() -> Self {
        Self::new(None, None)
    }

    /// For a request whose credentials are no good.
    #[must_use]
    pub const fn invalid_token() -> Self {
        Self::new(Some(ChallengeError::InvalidToken), None)
    }

    /// For a caller who is known and lacks scopes; `needed` are those that would do.
    #[must_use]
    pub const fn insufficient_scope(needed: Scopes) -> Self {
        Self::new(Some(ChallengeError::InsufficientScope), Some(needed))
    }

    const fn new(error: Option<ChallengeError>, scope: Option<Scopes>) -> Self {
        Self {
            error,
            scope,
            resource_metadata: None,
        }
    }

    /// Names the scopes that a token should be asked for with.
    #[must_use]
    pub const fn with_scope(mut self, scope: Scopes) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Points to the protected resource metadata (RFC 9728 §5.1), where OAuth begins.
    #[must_use]
    pub fn with_resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.resource_metadata = Some(url.into());
        self
    }

    /// What is wrong with the credentials; `None` if there were none.
    #[must_use]
    pub const fn error(&self) -> Option<ChallengeError> {
        self.error
    }

    /// The HTTP status: 401, or 403 where other credentials would be needed.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.error {
            None | Some(ChallengeError::InvalidToken) => 401,
            Some(ChallengeError::InsufficientScope) => 403,
        }
    }

    /// The value of the `WWW-Authenticate` header.
    #[must_use]
    pub fn header_value(&self) -> String {
        let scope = self
            .scope
            .filter(|scope| !scope.is_empty())
            .map(|scope| scope.to_string());
        let parameters = [
            ("realm", Some("3cx-mcp")),
            ("error", self.error.map(ChallengeError::code)),
            (
                "error_description",
                self.error.map(ChallengeError::description),
            ),
            ("scope", scope.as_deref()),
            ("resource_metadata", self.resource_metadata.as_deref()),
        ];
        let parameters: Vec<_> = parameters
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}=\"{}\"", quotable(value?))))
            .collect();
        format!("Bearer {}", parameters.join(", "))
    }
}

/// RFC 6750 §3 allows neither quotes nor backslashes, nor anything outside ASCII, in a value.
fn quotable(value: &str) -> String {
    let safe = |character: char| match character {
        '"' | '\\' => '_',
        ' '..='~' => character,
        _ => '_',
    };
    value.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::super::scope::Scope;
    use super::*;

    fn check(challenge: &Challenge, status: u16, expected: &str) {
        assert_eq!(challenge.header_value(), expected);
        assert_eq!(challenge.status(), status);
    }

    #[test]
    fn header_values() {
        let metadata = "https://pbx.example.com/.well-known/oauth-protected-resource";
        check(
            &Challenge::no_credentials(),
            401,
            "Bearer realm=\"3cx-mcp\"",
        );
        check(
            &Challenge::no_credentials()
                .with_scope(Scopes::NONE.with(Scope::Read))
                .with_resource_metadata(metadata),
            401,
            &format!("Bearer realm=\"3cx-mcp\", scope=\"read\", resource_metadata=\"{metadata}\""),
        );
        check(
            &Challenge::invalid_token(),
            401,
            "Bearer realm=\"3cx-mcp\", error=\"invalid_token\", \
             error_description=\"the key or access token is malformed, unknown or expired\"",
        );
        check(
            &Challenge::insufficient_scope(Scopes::NONE.with(Scope::Control).with(Scope::Read)),
            403,
            "Bearer realm=\"3cx-mcp\", error=\"insufficient_scope\", \
             error_description=\"the key or access token does not permit this\", \
             scope=\"read control\"",
        );
    }

    #[test]
    fn values_stay_in_their_quotes() {
        check(
            &Challenge::no_credentials().with_resource_metadata("a\"b\\c\r\nSet-Cookie: é"),
            401,
            "Bearer realm=\"3cx-mcp\", resource_metadata=\"a_b_c__Set-Cookie: _\"",
        );
    }
}
