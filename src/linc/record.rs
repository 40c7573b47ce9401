//! One request an event, one decision a call.
//!
//! Owns the judgement over what is on record of a call; the record lives in the Durable Object, which looks
//! and writes without a pause between. A call is its `callid`, which lives as long as it, and its caller: a
//! PBX that was started anew may give the number to another call.
//!
//! Invariants
//! - An event of a call is told at most once.
//! - A decision is begun at most once; one that was begun by an object that is gone, and that had not
//!   acted, becomes the default.

use super::EventKind;
use crate::time::Millis;

/// How long a call is on record.
pub const KEPT_MS: Millis = 24 * 60 * 60 * 1000;

/// Nothing was decided.
const UNDECIDED: i64 = 0;
/// Somebody is deciding.
const DECIDING: i64 = 1;
/// What was decided was begun, or there was nothing to do.
const DECIDED: i64 = 2;

/// What is on record of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Its number while it lives.
    pub callid: i64,
    /// Number of the outside party.
    pub caller: String,
    /// Whom it reached first, of those that are asked about.
    pub dn: String,
    /// When it was first told of.
    pub since: Millis,
    /// Which events were told.
    pub told: i64,
    /// How far the decision is.
    pub decision: i64,
    /// The agent that got it; empty if none did.
    pub agent: String,
}

/// What an event came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Tell MasterLinc and do what it says.
    Decide,
    /// Tell it; somebody has decided already.
    Tell,
    /// An object that is gone was deciding: the default, without asking again.
    Default,
    /// It was told, and somebody is at it.
    Nothing,
}

impl Called {
    /// The decision is about to be carried out: nobody else may after this.
    #[must_use]
    pub fn decided(mut self, agent: Option<&str>) -> Self {
        self.decision = DECIDED;
        agent.unwrap_or_default().clone_into(&mut self.agent);
        self
    }
}

/// An event of a call that goes on: the record from now on, and what is to be done. `is_at_it`: this very
/// object is deciding about the call.
pub fn claim(
    known: Option<Called>,
    callid: i64,
    (caller, dn): (&str, &str),
    kind: EventKind,
    is_at_it: bool,
    now: Millis,
) -> (Called, Claimed) {
    let known = known.filter(|call| call.caller == caller);
    let mut call = known.unwrap_or_else(|| Called {
        callid,
        caller: caller.to_owned(),
        dn: dn.to_owned(),
        since: now,
        told: 0,
        decision: UNDECIDED,
        agent: String::new(),
    });
    let is_new = call.told & kind.bit() == 0;
    call.told |= kind.bit();
    let claimed = match (call.decision, is_new) {
        (UNDECIDED, _) => {
            call.decision = DECIDING;
            Claimed::Decide
        }
        (DECIDING, _) if !is_at_it => Claimed::Default,
        (_, true) => Claimed::Tell,
        (_, false) => Claimed::Nothing,
    };
    (call, claimed)
}

/// A call that was told of is over: whether to tell that now.
pub fn claim_end(call: &mut Called) -> bool {
    let bit = EventKind::Ended.bit();
    let is_new = call.told & bit == 0;
    call.told |= bit;
    is_new
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUDA: &str = "+966500000001";

    fn first() -> Called {
        let (call, claimed) = claim(None, 5, (HUDA, "100"), EventKind::Incoming, false, 1);
        assert_eq!(claimed, Claimed::Decide);
        call
    }

    fn again(call: Called, kind: EventKind, is_at_it: bool) -> (Called, Claimed) {
        claim(Some(call), 5, (HUDA, "101"), kind, is_at_it, 2)
    }

    /// K5.
    #[test]
    fn the_same_event_twice_is_told_once() {
        let (call, claimed) = again(first(), EventKind::Incoming, true);
        assert_eq!(claimed, Claimed::Nothing);
        let (call, claimed) = again(call, EventKind::Answered, true);
        assert_eq!(claimed, Claimed::Tell);
        let (call, claimed) = again(call, EventKind::Answered, true);
        assert_eq!(claimed, Claimed::Nothing);
        let mut call = call.decided(Some("doctorlinc"));
        // It rings somewhere else, because it was sent there.
        assert_eq!(
            again(call.clone(), EventKind::Incoming, false).1,
            Claimed::Nothing
        );
        assert!(claim_end(&mut call) && !claim_end(&mut call));
        assert_eq!(call.agent, "doctorlinc");
    }

    #[test]
    fn an_object_that_died_while_asking_leaves_the_default() {
        assert_eq!(
            again(first(), EventKind::Incoming, false).1,
            Claimed::Default
        );
        let decided = first().decided(None);
        assert_eq!(
            again(decided, EventKind::Incoming, false).1,
            Claimed::Nothing
        );
    }

    #[test]
    fn another_caller_under_the_same_number_is_another_call() {
        let decided = first().decided(Some("a"));
        let (call, claimed) = claim(
            Some(decided),
            5,
            ("+966500000002", "100"),
            EventKind::Incoming,
            false,
            9,
        );
        assert_eq!(claimed, Claimed::Decide);
        assert_eq!((call.since, call.agent.as_str()), (9, ""));
    }
}
