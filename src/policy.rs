//! What may be dialled: reading numbers, judging them, and hiding them in logs.
//!
//! Owns the way from text that a model or a person wrote to a [`Destination`], and the
//! operator's [`DialRules`] that decide whether it may be called. Every path that makes the PBX
//! dial — a call, a transfer, a diversion — goes through [`DialRules::admit`].
//!
//! Invariants: text that reads in two ways is refused, never guessed; emergency and premium
//! numbers are refused whatever the settings say; nothing here panics on any input.
//!
//! Beside it: how often ([`Caps`]), when ([`QuietHours`]), and what takes a yes ([`Confirm`]); all of
//! them are judgements over a time and a record that somebody else holds.
//!
//! Deliberately not here: who the caller is (`auth`), clocks and memory (`edge`), and the form in which
//! the PBX wants a number dialled.

mod audit;
mod caps;
mod confirmation;
mod country;
mod destination;
mod dialled;
mod e164;
mod extension;
mod idempotency;
mod line;
mod mask;
mod number_error;
mod parking;
mod pattern;
mod permit;
mod quiet_hours;
mod refusal;
mod rules;
mod saudi;
mod short_code;

#[cfg(test)]
mod tests;

pub use audit::{AuditQuery, End, Intent, Mark, Outcome, Recorded, recordable};
pub use caps::{Caps, Counted, Reached, SPENT_KEPT_MS};
pub use confirmation::{
    Confirm, ConfirmBy, Consent, HANDLE_LIVES_MS, Offer, Verdict, Worth, may_judge, worth,
};
pub use country::{Country, UnknownCountry};
pub use destination::Destination;
pub use e164::E164;
pub use extension::ExtensionNumber;
pub use idempotency::{
    Begun, CallLedger, Claim, Ended, Entry, KEPT_MS, LEASE_MS, LedgerDown, MAX_KEY_CHARS, judge,
};
pub use line::{Class, ShortCodeKind};
pub use mask::mask_number;
pub use number_error::{NumberError, Unwanted};
pub use parking::{PARKED_AT_MOST_MS, ParkedCall, ParkingLot, free_slot};
pub use pattern::{Pattern, PatternProblem};
pub use permit::{Ask, Gate, Permission, reader};
pub use quiet_hours::{NotQuietHours, QuietHours};
pub use refusal::{Refusal, Rejection};
pub use rules::{ConfigProblem, DialRules};
pub use short_code::ShortCode;
