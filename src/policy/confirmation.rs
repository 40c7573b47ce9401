//! Saying yes: a handle that the server gave out, for one thing, once, for five minutes.
//!
//! A model cannot confirm by inventing a value: a handle is random, bound to caller, tool and intent,
//! and gone when it was used. The record lives in the Durable Object.

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::idempotency::LedgerDown;
use crate::time::Millis;

/// How long a handle is good for.
pub const HANDLE_LIVES_MS: Millis = 5 * 60 * 1000;

/// What a handle says yes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The caller.
    pub caller: String,
    /// The tool.
    pub tool: String,
    /// What would be done, in one line with all that matters.
    pub intent: String,
}

/// A handle that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is good for.
    pub consent: Consent,
    /// When it was given out.
    pub offered_at: Millis,
}

/// Whether a handle on record says yes to `consent` at `now`.
pub fn agrees(offer: Option<&Offer>, consent: &Consent, now: Millis) -> bool {
    offer.is_some_and(|offer| {
        offer.consent == *consent && now < offer.offered_at.saturating_add(HANDLE_LIVES_MS)
    })
}

/// The record of handles, for all isolates.
pub trait Confirmations {
    /// Gives out a handle.
    fn offer<'a>(&'a self, consent: &'a Consent) -> LocalBoxFuture<'a, Result<String, LedgerDown>>;

    /// Uses a handle up; whether it said yes to this.
    fn redeem<'a>(
        &'a self,
        handle: &'a str,
        consent: &'a Consent,
    ) -> LocalBoxFuture<'a, Result<bool, LedgerDown>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_for_one_thing_and_five_minutes() {
        let consent = |caller: &str, intent: &str| Consent {
            caller: caller.into(),
            tool: "record_call".into(),
            intent: intent.into(),
        };
        let offer = Offer {
            consent: consent("desk", "record 100"),
            offered_at: 0,
        };
        let check = |offer: Option<&Offer>, asked: &Consent, now, expected| {
            assert_eq!(agrees(offer, asked, now), expected);
        };
        check(
            Some(&offer),
            &consent("desk", "record 100"),
            HANDLE_LIVES_MS - 1,
            true,
        );
        check(
            Some(&offer),
            &consent("desk", "record 100"),
            HANDLE_LIVES_MS,
            false,
        );
        check(Some(&offer), &consent("desk", "record 101"), 0, false);
        check(Some(&offer), &consent("other", "record 100"), 0, false);
        check(None, &consent("desk", "record 100"), 0, false);
    }
}
