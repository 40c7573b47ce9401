//! Access tokens: short-lived, and checked where they arrive, without asking anybody.
//!
//! Invariant: a token opens nothing by itself. It names a key of `MCP_API_KEYS` and the fingerprint
//! that this key had; who it lets in is that key's caller as it is now, with no more scopes than were
//! granted. So a key that is changed, narrowed or taken away does so for its tokens too.
//! Not here: refresh tokens (`token`), and whether a grant was revoked: its access token lives on
//! until its end, [`LIVES_S`] at most.

use super::Site;
use super::authorize::scopes_of;
use super::seal::{ACCESS, SigningKey};
use crate::auth::key::ApiKeys;
use crate::auth::{Caller, CallerKind, Scopes};
use crate::time::Millis;

/// How long an access token is good, in seconds.
pub const LIVES_S: i64 = 15 * 60;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The grant that it belongs to.
    pub grant: String,
    /// The name of the key that a person signed in with.
    pub key: String,
    /// That key's fingerprint at the time.
    pub fingerprint: String,
    /// The client, for the audit.
    pub client: String,
    /// What was granted.
    pub scopes: Scopes,
    /// The resource it is for.
    pub audience: String,
    /// When it ends, in seconds since 1970.
    pub ends_at: i64,
}

impl AccessToken {
    /// The token's text. No part has a line end: names are checked, the others are made here.
    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> String {
        let payload = [
            &*self.grant,
            &*self.key,
            &*self.fingerprint,
            &*self.client,
            &*self.scopes.to_string(),
            &*self.audience,
            &*self.ends_at.to_string(),
        ];
        key.seal(ACCESS, &payload.join("\n"))
    }

    /// What a token of ours says, whether or not it is still good.
    #[must_use]
    pub fn open(key: &SigningKey, text: &str) -> Option<Self> {
        let payload = key.open(ACCESS, text)?;
        let mut lines = payload.lines().map(str::to_owned);
        Some(Self {
            grant: lines.next()?,
            key: lines.next()?,
            fingerprint: lines.next()?,
            client: lines.next()?,
            scopes: scopes_of(&lines.next()?)?,
            audience: lines.next()?,
            ends_at: lines.next()?.parse().ok()?,
        })
    }

    /// The caller that a token lets in at this site, now.
    pub(in crate::auth) fn admit(
        key: &SigningKey,
        keys: &ApiKeys,
        site: &Site,
        now: Millis,
        text: &str,
    ) -> Option<Caller> {
        let token = Self::open(key, text)?;
        if token.ends_at <= now.div_euclid(1000) || token.audience != site.resource() {
            return None;
        }
        let holder = keys.holder(&token.key, &token.fingerprint)?;
        Some(Caller {
            name: holder.name.clone(),
            scopes: holder.scopes.intersection(token.scopes),
            extensions: holder.extensions.clone(),
            kind: CallerKind::OAuth,
            client: Some(token.client),
            within_reach: holder.scopes,
        })
    }
}
