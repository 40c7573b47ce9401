//! Decides when a token is used, fetched, or not even asked for.
//!
//! 3CX keeps one live token per API client: a new one ends the last. So there is one keeper per
//! PBX, in the Durable Object; callers ask it, and its object fetches while others wait.
//!
//! Invariants
//! - A token is replaced after a 401 only if it is still the one that was refused.
//! - Failures back off, doubling up to five minutes: the PBX blocks addresses that guess.
//! - A token that still works is used while a renewal fails.
//! - Two programs that end each other's tokens are noticed: after [`REPLACEMENTS`] replacements
//!   within a minute the next one waits.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::sign_in::{Grant, SignInError};
use super::token::{Token, TokenRecord};
use crate::time::Millis;

/// Replacements after a 401 that are allowed within [`REPLACEMENT_WINDOW`].
const REPLACEMENTS: usize = 3;
const REPLACEMENT_WINDOW: Millis = 60_000;
/// First pause after the PBX said no to the credentials; doubles.
const REFUSAL_PAUSE: Millis = 5_000;
/// First pause after the PBX could not be reached; doubles.
const UNREACHABLE_PAUSE: Millis = 500;
const LONGEST_REFUSAL_PAUSE: Millis = 300_000;
const LONGEST_UNREACHABLE_PAUSE: Millis = 15_000;

/// What a caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A token that works.
    Any,
    /// Another one than this generation, which the PBX refused.
    InsteadOf(u64),
}

/// What is to be done about it.
#[derive(Debug)]
pub enum Decision {
    /// Use this.
    Use(Token),
    /// Sign in, then report [`TokenKeeper::granted`] or [`TokenKeeper::failed`].
    SignIn,
    /// Do not ask the PBX now.
    Refuse(SignInError),
}

/// The one token of one PBX, and what is known about getting it.
#[derive(Debug, Default)]
pub struct TokenKeeper {
    /// The newest token, also a dead one: its generation counts on.
    token: Option<Token>,
    /// Set when the PBX refused the newest token, until the next grant.
    is_refused: bool,
    /// When tokens were replaced because of a 401; no longer than [`REPLACEMENTS`].
    replaced_at: VecDeque<Millis>,
    failures: Option<Failures>,
}

/// Sign-ins that failed one after another.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Failures {
    count: u32,
    last: SignInError,
    /// No sign-in before this.
    until: Millis,
}

/// How a keeper rests in storage, so that a restarted object neither signs in again nor forgets
/// that it should wait.
#[derive(Serialize, Deserialize)]
pub struct KeeperRecord {
    token: Option<TokenRecord>,
    is_refused: bool,
    replaced_at: VecDeque<Millis>,
    failures: Option<Failures>,
}

impl TokenKeeper {
    /// What to do for `ask` at `now`.
    pub fn decide(&mut self, ask: Ask, now: Millis) -> Decision {
        if let Ask::InsteadOf(refused) = ask {
            self.note_refusal(refused);
        }
        let usable = self.token.as_ref().filter(|_| !self.is_refused);
        if let Some(token) = usable.filter(|token| token.is_fresh(now)) {
            return Decision::Use(token.clone());
        }
        if let Some(failures) = self
            .failures
            .as_ref()
            .filter(|failures| now < failures.until)
        {
            // A renewal fails, but the old token has minutes left: keep working.
            if let Some(token) = usable.filter(|token| token.is_alive(now)) {
                return Decision::Use(token.clone());
            }
            return Decision::Refuse(failures.refusal(now));
        }
        if self.is_refused
            && let Some(error) = self.too_many_replacements(now)
        {
            return Decision::Refuse(error);
        }
        Decision::SignIn
    }

    /// The PBX granted a token.
    pub fn granted(&mut self, grant: Grant, now: Millis) -> Token {
        if self.is_refused {
            self.replaced_at.push_back(now);
            while self.replaced_at.len() > REPLACEMENTS {
                self.replaced_at.pop_front();
            }
        }
        let token = Token::from_grant(grant, self.generation().saturating_add(1), now);
        self.token = Some(token.clone());
        self.is_refused = false;
        self.failures = None;
        token
    }

    /// Signing in failed. Answers what to tell callers: the old token where it still works.
    pub fn failed(&mut self, error: SignInError, now: Millis) -> Result<Token, SignInError> {
        let count = self
            .failures
            .as_ref()
            .map_or(0, |failures| failures.count)
            .saturating_add(1);
        let (first, longest) = if error.is_refusal() {
            (REFUSAL_PAUSE, LONGEST_REFUSAL_PAUSE)
        } else {
            (UNREACHABLE_PAUSE, LONGEST_UNREACHABLE_PAUSE)
        };
        let doublings = count.saturating_sub(1).min(20);
        let pause = first.saturating_mul(1_i64 << doublings).min(longest);
        let until = now.saturating_add(pause);
        self.failures = Some(Failures {
            count,
            last: error.clone(),
            until,
        });
        match self
            .token
            .as_ref()
            .filter(|token| !self.is_refused && token.is_alive(now))
        {
            Some(token) => Ok(token.clone()),
            None => Err(error),
        }
    }

    /// The last failure, if signing in is failing now.
    pub fn trouble(&self) -> Option<&SignInError> {
        self.failures.as_ref().map(|failures| &failures.last)
    }

    /// Whether a token is held that should work.
    pub fn holds_token(&self, now: Millis) -> bool {
        !self.is_refused && self.token.as_ref().is_some_and(|token| token.is_alive(now))
    }

    /// For storage.
    pub fn record(&self) -> KeeperRecord {
        KeeperRecord {
            token: self.token.as_ref().map(TokenRecord::from),
            is_refused: self.is_refused,
            replaced_at: self.replaced_at.clone(),
            failures: self.failures.clone(),
        }
    }

    fn generation(&self) -> u64 {
        self.token.as_ref().map_or(0, |token| token.generation)
    }

    fn note_refusal(&mut self, refused: u64) {
        // A late 401 for an older token says nothing about the newest.
        if self
            .token
            .as_ref()
            .is_some_and(|token| token.generation == refused)
        {
            self.is_refused = true;
        }
    }

    fn too_many_replacements(&self, now: Millis) -> Option<SignInError> {
        let oldest = self
            .replaced_at
            .front()
            .filter(|_| self.replaced_at.len() >= REPLACEMENTS)?;
        let open_at = oldest.saturating_add(REPLACEMENT_WINDOW);
        (now < open_at).then(|| SignInError::BackingOff {
            retry_after_s: seconds_until(open_at, now),
            said: "each new token was refused (401) soon after it was issued; another program \
                   probably signs in with the same client, which ends ours each time"
                .to_owned(),
            refused: true,
        })
    }
}

impl From<KeeperRecord> for TokenKeeper {
    fn from(record: KeeperRecord) -> Self {
        Self {
            token: record.token.map(Token::from),
            is_refused: record.is_refused,
            replaced_at: record.replaced_at,
            failures: record.failures,
        }
    }
}

impl Failures {
    fn refusal(&self, now: Millis) -> SignInError {
        SignInError::BackingOff {
            retry_after_s: seconds_until(self.until, now),
            said: self.last.to_string(),
            refused: self.last.is_refusal(),
        }
    }
}

fn seconds_until(then: Millis, now: Millis) -> i64 {
    then.saturating_sub(now).saturating_add(999) / 1000
}

#[cfg(test)]
mod tests;
