//! A token and how long it lives.
//!
//! `expires_in` is minutes (60) before 3CX 20.0.9 and seconds (3600) since, so the JWT's own
//! `exp` is believed first; without it a value up to 600 is minutes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::sign_in::Grant;
use crate::auth::Secret;
use crate::json;
use crate::time::Millis;

/// Renewal begins this long before a token ends.
const RENEWAL_MARGIN: Millis = 5 * 60 * 1000;
/// Where a PBX says nothing that can be understood.
const DEFAULT_LIFETIME: Millis = 60 * 60 * 1000;
/// Above this `expires_in` is seconds, up to it minutes.
const LARGEST_MINUTES: i64 = 600;

/// An access token of the PBX.
#[derive(Debug, Clone)]
pub struct Token {
    /// What goes into `Authorization: Bearer`.
    pub value: Secret<String>,
    /// Counts the tokens of this PBX: two tokens are the same if this is the same.
    pub generation: u64,
    /// From here on a new one is fetched, but this one still works.
    pub renew_at: Millis,
    /// From here on the PBX refuses it.
    pub expires_at: Millis,
}

/// How a [`Token`] crosses between the object and its callers, and rests in storage. It holds the
/// secret in the open, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct TokenRecord {
    value: String,
    generation: u64,
    renew_at: Millis,
    expires_at: Millis,
}

impl Token {
    /// One that is always good, for tests that are about something else.
    #[cfg(test)]
    pub(crate) fn lasting() -> Self {
        Self {
            value: Secret::new("token".to_owned()),
            generation: 1,
            renew_at: Millis::MAX,
            expires_at: Millis::MAX,
        }
    }

    /// The token of a grant that was answered at `now`.
    pub fn from_grant(grant: Grant, generation: u64, now: Millis) -> Self {
        let lifetime = lifetime(&grant, now);
        // A short token is renewed at half its life: never in a tight loop.
        let margin = RENEWAL_MARGIN.min(lifetime / 2);
        let expires_at = now.saturating_add(lifetime);
        Self {
            value: grant.access_token,
            generation,
            renew_at: expires_at.saturating_sub(margin),
            expires_at,
        }
    }

    /// Good for a request now.
    pub fn is_fresh(&self, now: Millis) -> bool {
        now < self.renew_at
    }

    /// Still accepted by the PBX as far as we know.
    pub fn is_alive(&self, now: Millis) -> bool {
        now < self.expires_at
    }
}

impl From<&Token> for TokenRecord {
    fn from(token: &Token) -> Self {
        Self {
            value: token.value.expose().clone(),
            generation: token.generation,
            renew_at: token.renew_at,
            expires_at: token.expires_at,
        }
    }
}

impl From<TokenRecord> for Token {
    fn from(record: TokenRecord) -> Self {
        Self {
            value: Secret::new(record.value),
            generation: record.generation,
            renew_at: record.renew_at,
            expires_at: record.expires_at,
        }
    }
}

/// How long a grant lives from `now`, at least one second.
fn lifetime(grant: &Grant, now: Millis) -> Millis {
    from_claims(grant.access_token.expose(), now)
        .or_else(|| from_expires_in(grant.expires_in))
        .unwrap_or(DEFAULT_LIFETIME)
        .max(1000)
}

#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
}

/// `exp` of the JWT. Measured from the PBX's own `iat` where there is one, so that clocks which
/// differ do not matter; an `exp` that already seems past is not believed.
fn from_claims(jwt: &str, now: Millis) -> Option<Millis> {
    let payload = jwt.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = json::read(&json).ok()?;
    let expires_at = seconds_to_millis(claims.exp?)?;
    let begins_at = claims
        .iat
        .or(claims.nbf)
        .and_then(seconds_to_millis)
        .unwrap_or(now);
    let lifetime = expires_at.checked_sub(begins_at)?;
    (lifetime > 0).then_some(lifetime)
}

fn from_expires_in(expires_in: Option<i64>) -> Option<Millis> {
    let value = expires_in.filter(|value| *value > 0)?;
    let seconds = if value <= LARGEST_MINUTES {
        value.saturating_mul(60)
    } else {
        value
    };
    Some(seconds.saturating_mul(1000))
}

fn seconds_to_millis(seconds: f64) -> Option<Millis> {
    // Year 9999 in seconds: anything beyond is not a time, and all of it fits.
    const LAST_SECOND: f64 = 253_402_300_799.0;
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 9999-12-31")]
    (0.0..=LAST_SECOND)
        .contains(&seconds)
        .then_some((seconds * 1000.0) as Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_760_000_000_000;
    const MINUTE: Millis = 60_000;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    /// Minutes until renewal begins and until the end.
    fn check(access_token: &str, expires_in: Option<i64>, expected: (Millis, Millis)) {
        let grant = Grant {
            access_token: Secret::new(access_token.to_owned()),
            expires_in,
        };
        let token = Token::from_grant(grant, 1, NOW);
        let actual = (
            (token.renew_at - NOW) / MINUTE,
            (token.expires_at - NOW) / MINUTE,
        );
        assert_eq!(actual, expected, "{access_token} {expires_in:?}");
    }

    #[test]
    fn expires_in_is_minutes_or_seconds() {
        check("opaque", Some(60), (55, 60)); // before 20.0.9
        check("opaque", Some(3600), (55, 60)); // since
        check("opaque", None, (55, 60));
        check("opaque", Some(-1), (55, 60));
        check("opaque", Some(0), (55, 60));
        check(
            "opaque",
            Some(i64::MAX),
            ((i64::MAX - NOW) / MINUTE - 5, (i64::MAX - NOW) / MINUTE),
        );
    }

    #[test]
    fn exp_of_the_jwt_wins() {
        let seconds = NOW / 1000;
        check(
            &jwt(&format!(r#"{{"exp":{}}}"#, seconds + 1800)),
            Some(60),
            (25, 30),
        );
        check(
            &jwt(&format!(r#"{{"exp":{}.5}}"#, seconds + 1800)),
            Some(60),
            (25, 30),
        );
        // The PBX's clock is an hour behind: its own `iat` tells.
        let claims = format!(r#"{{"iat":{},"exp":{}}}"#, seconds - 3600, seconds);
        check(&jwt(&claims), Some(3600), (55, 60));
        // It is half an hour behind, or a whole one ahead.
        for (iat, exp) in [(-1800, 1800), (3600, 7200)] {
            let claims = format!(r#"{{"iat":{},"exp":{}}}"#, seconds + iat, seconds + exp);
            check(&jwt(&claims), None, (55, 60));
        }
        // Without `iat` a past `exp` says nothing.
        check(
            &jwt(&format!(r#"{{"exp":{}}}"#, seconds - 5)),
            Some(3600),
            (55, 60),
        );
    }

    #[test]
    fn unreadable_claims_fall_back() {
        for token in [
            "",
            "a.b.c",
            &jwt("{"),
            &jwt(r#"{"exp":"soon"}"#),
            &jwt(r#"{"exp":1e300}"#),
        ] {
            check(token, Some(60), (55, 60));
        }
    }

    #[test]
    fn short_tokens_are_renewed_at_half_their_life() {
        let claims = format!(r#"{{"exp":{}}}"#, NOW / 1000 + 240);
        check(&jwt(&claims), None, (2, 4));
    }
}
