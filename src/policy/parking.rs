//! Who holds which shared parking slot: two holds never take one.
//!
//! The record lives in the Durable Object, which looks and writes without a pause between. Not here:
//! how a call gets into a slot (`pbx`), and whether somebody fetched it meanwhile, which only the PBX
//! knows.

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::idempotency::LedgerDown;
use crate::time::Millis;

/// A slot that was reserved this long ago without a call having been parked is free again: whoever
/// reserved it is dead.
const RESERVATION_MS: Millis = 120_000;
/// No call is parked for longer.
pub const PARKED_AT_MOST_MS: Millis = 24 * 60 * 60 * 1000;

/// A call on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedCall {
    /// The extension that holds it.
    pub extension: String,
    /// The leg it was, before it was parked: the name it is resumed by.
    pub participant_id: String,
    /// Who is on hold.
    pub other_party: String,
    /// The parking DN it is in.
    pub slot: String,
    /// When it was put there.
    pub since: Millis,
    /// The call is there; until then the slot is only reserved.
    pub is_parked: bool,
}

impl ParkedCall {
    /// Whether this entry still keeps its slot.
    pub fn keeps_slot(&self, now: Millis) -> bool {
        let limit = if self.is_parked {
            PARKED_AT_MOST_MS
        } else {
            RESERVATION_MS
        };
        now < self.since.saturating_add(limit)
    }
}

/// The first of `slots` that nothing in `taken` keeps.
pub fn free_slot<'a>(slots: &'a [String], taken: &[ParkedCall], now: Millis) -> Option<&'a str> {
    slots.iter().map(String::as_str).find(|slot| {
        !taken
            .iter()
            .any(|call| call.slot == *slot && call.keeps_slot(now))
    })
}

/// The record of calls on hold, for all isolates.
pub trait ParkingLot {
    /// Reserves a free one of `slots` for a call; `None` if all are taken. `call.slot` is not read.
    fn reserve<'a>(
        &'a self,
        slots: &'a [String],
        call: &'a ParkedCall,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>>;

    /// The call is in the slot it was reserved.
    fn parked<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>>;

    /// The slot is free again.
    fn release<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>>;

    /// Every call on hold, oldest first.
    fn on_hold(&self) -> LocalBoxFuture<'_, Result<Vec<ParkedCall>, LedgerDown>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(slot: &str, since: Millis, is_parked: bool) -> ParkedCall {
        ParkedCall {
            extension: "100".into(),
            participant_id: "1".into(),
            other_party: "+966500000000".into(),
            slot: slot.into(),
            since,
            is_parked,
        }
    }

    #[test]
    fn a_slot_is_kept_by_a_call_and_for_a_while_by_a_reservation() {
        let slots = ["SP100".to_owned(), "SP101".to_owned()];
        let check = |taken: &[ParkedCall], now, expected: Option<&str>| {
            assert_eq!(free_slot(&slots, taken, now), expected, "{taken:?} {now}");
        };
        check(&[], 0, Some("SP100"));
        check(&[call("SP100", 0, false)], 1, Some("SP101"));
        check(&[call("SP100", 0, false)], RESERVATION_MS, Some("SP100"));
        check(
            &[call("SP100", 0, true), call("SP101", 0, true)],
            RESERVATION_MS,
            None,
        );
        check(
            &[call("SP100", 0, true), call("SP101", 0, true)],
            PARKED_AT_MOST_MS,
            Some("SP100"),
        );
    }
}
