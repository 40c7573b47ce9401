//! Saying yes: when it takes one, and the handle that says it, for one thing, once, for five minutes.
//!
//! A model cannot confirm by inventing a value: a handle is random, bound to caller, tool and arguments,
//! and gone when it was used. Where `CONFIRM_BY=human`, it is worth nothing until a signed-in person
//! has said yes on the approval page. The record lives in the Durable Object.

use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Scope};
use crate::time::Millis;

/// How long a handle is good for.
pub const HANDLE_LIVES_MS: Millis = 5 * 60 * 1000;

/// `CONFIRM`: what needs a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confirm {
    /// Nothing.
    Never,
    /// What reaches somebody outside, and changes of recording.
    #[default]
    Outside,
    /// Every call, message and transfer.
    Always,
}

/// `CONFIRM_BY`: who says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmBy {
    /// Whoever sends the request again with the handle.
    #[default]
    Handle,
    /// A signed-in person on the approval page; then the handle.
    Human,
}

impl Confirm {
    /// Reads `never`, `outside` or `always`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "never" => Self::Never,
            "outside" => Self::Outside,
            "always" => Self::Always,
            _ => return None,
        })
    }

    /// Whether something needs a yes. `is_delicate` is what reaches the outside or changes recording.
    pub const fn asks(self, is_delicate: bool) -> bool {
        match self {
            Self::Never => false,
            Self::Outside => is_delicate,
            Self::Always => true,
        }
    }
}

impl ConfirmBy {
    /// Reads `handle` or `human`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "handle" => Self::Handle,
            "human" => Self::Human,
            _ => return None,
        })
    }
}

/// What a handle says yes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The caller.
    pub caller: String,
    /// The caller showed a key for this very request, so that key is in the assistant's hands.
    pub by_key: bool,
    /// The tool.
    pub tool: String,
    /// Whose telephone.
    pub extension: String,
    /// All arguments but `confirm` and `idempotency_key`, as a digest: the same request or none.
    pub arguments: String,
    /// What would be done, in one line with all that matters.
    pub would: String,
}

/// What a person said on the approval page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing yet.
    Open,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A handle that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What it is good for.
    pub consent: Consent,
    /// When it was given out.
    pub offered_at: Millis,
    /// What a person said of it.
    pub verdict: Verdict,
}

/// Whether the holder of a key may say yes or no to this: someone who may use the tool for that extension
/// themselves, and does not do it with the key that the assistant holds.
pub fn may_judge(judge: &Caller, consent: &Consent, scope: Option<Scope>) -> bool {
    let is_assistants_own = consent.by_key && judge.name == consent.caller;
    !is_assistants_own
        && scope.is_some_and(|scope| judge.may(scope))
        && judge.may_act_for(&consent.extension)
}

/// What a handle that was presented is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It says yes to this.
    Yes,
    /// A person has said no.
    No,
    /// A person has still to say yes or no.
    Open,
    /// Unknown, used, too old, or given out for something else.
    Nothing,
}

/// Judges a handle that was presented for `consent`.
pub fn worth(offer: Option<&Offer>, consent: &Consent, by: ConfirmBy, now: Millis) -> Worth {
    let Some(offer) = offer else {
        return Worth::Nothing;
    };
    let is_alive = now < offer.offered_at.saturating_add(HANDLE_LIVES_MS);
    if !is_alive || offer.consent != *consent {
        return Worth::Nothing;
    }
    match (offer.verdict, by) {
        (Verdict::No, _) => Worth::No,
        (Verdict::Yes, _) | (Verdict::Open, ConfirmBy::Handle) => Worth::Yes,
        (Verdict::Open, ConfirmBy::Human) => Worth::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{ExtensionSet, Scopes};

    fn consent(caller: &str, arguments: &str) -> Consent {
        Consent {
            caller: caller.into(),
            by_key: true,
            extension: "100".into(),
            tool: "make_call".into(),
            arguments: arguments.into(),
            would: "call +966500000000".into(),
        }
    }

    fn offer(verdict: Verdict) -> Offer {
        Offer {
            consent: consent("desk", "a"),
            offered_at: 0,
            verdict,
        }
    }

    #[test]
    fn a_handle_is_for_one_thing_and_five_minutes() {
        let open = offer(Verdict::Open);
        let check = |offer: Option<&Offer>, asked: &Consent, now, expected| {
            assert_eq!(worth(offer, asked, ConfirmBy::Handle, now), expected);
        };
        let same = consent("desk", "a");
        check(Some(&open), &same, HANDLE_LIVES_MS - 1, Worth::Yes);
        check(Some(&open), &same, HANDLE_LIVES_MS, Worth::Nothing);
        check(Some(&open), &consent("desk", "b"), 0, Worth::Nothing);
        check(Some(&open), &consent("other", "a"), 0, Worth::Nothing);
        check(None, &same, 0, Worth::Nothing);
    }

    #[test]
    fn who_may_judge() {
        let judge = |name: &str, scope: Scope, extension: &str| Caller {
            name: name.into(),
            scopes: Scopes::NONE.with(scope),
            extensions: ExtensionSet::parse([extension]).unwrap(),
            ..Caller::local()
        };
        let check = |judge: &Caller, by_key: bool, expected: bool| {
            let consent = Consent {
                by_key,
                ..consent("desk", "a")
            };
            assert_eq!(may_judge(judge, &consent, Some(Scope::Control)), expected);
        };
        check(&judge("boss", Scope::Control, "100"), true, true);
        check(&judge("boss", Scope::Read, "100"), true, false);
        check(&judge("boss", Scope::Control, "101"), true, false);
        check(&judge("desk", Scope::Control, "100"), true, false);
        // Who signed in has not given the key to the assistant.
        check(&judge("desk", Scope::Control, "100"), false, true);
        assert!(!may_judge(
            &judge("boss", Scope::Control, "100"),
            &consent("desk", "a"),
            None
        ));
    }

    #[test]
    fn by_a_human_the_handle_alone_is_not_enough() {
        let check = |verdict, by, expected| {
            let asked = consent("desk", "a");
            assert_eq!(worth(Some(&offer(verdict)), &asked, by, 1), expected);
        };
        check(Verdict::Open, ConfirmBy::Human, Worth::Open);
        check(Verdict::Yes, ConfirmBy::Human, Worth::Yes);
        check(Verdict::No, ConfirmBy::Human, Worth::No);
        check(Verdict::No, ConfirmBy::Handle, Worth::No);
    }

    #[test]
    fn what_asks_for_a_yes() {
        let check = |text: &str, inside, outside| {
            let confirm = Confirm::parse(text).unwrap();
            assert_eq!((confirm.asks(false), confirm.asks(true)), (inside, outside));
        };
        check("never", false, false);
        check("outside", false, true);
        check("always", true, true);
        assert_eq!(Confirm::parse("yes"), None);
        assert_eq!(ConfirmBy::parse("human"), Some(ConfirmBy::Human));
    }
}
