//! What goes wrong during one wave of attempts.

use carrier_sim::{Carrier, Course, Fate, Report};
use pbx_sim::{Fault, Rule};

use super::super::clinic::Clinic;
use crate::harness::{Dice, status};

/// Requests to the carrier that have a fate in one wave.
const FATES: usize = 10;
/// Longer than the Worker waits.
const TOO_LONG_MS: u64 = 40_000;

/// Arranges what goes wrong next.
pub(super) fn stir(clinic: &Clinic, dice: &mut Dice, is_slow: bool) {
    if is_slow {
        for fate in [
            Fate::HangAfter { ms: TOO_LONG_MS },
            Fate::Hang { ms: TOO_LONG_MS },
        ] {
            clinic.carrier.decree(None, 1, fate);
        }
    }
    for _ in 0..FATES {
        clinic.carrier.decree(None, 1, fate(dice));
    }
    if dice.once_in(2) {
        let fault = dice.one_of(&[status(500, ""), status(503, "busy"), Fault::Reset]);
        let times = 1 + u32::try_from(dice.below(3)).expect("small");
        clinic.pbx().add_fault(Rule {
            times,
            ..Rule::once("/sms/generic", fault)
        });
    }
    if dice.once_in(4) {
        clinic.pbx().kill_tokens();
    }
}

/// The wave is over.
pub(super) fn clear(clinic: &Clinic) {
    clinic.carrier.forget_fates();
    clinic.pbx().clear_faults();
}

/// Some of these send, some do not; the Worker cannot always tell them apart.
fn fate(dice: &mut Dice) -> Fate {
    let refusal = dice.one_of(&[
        21_211, 21_408, 21_606, 21_610, 21_614, 20_003, 20_429, 63_007,
    ]);
    let failure = dice.one_of(&[500, 502, 503, 504]);
    dice.one_of(&[
        Fate::Reset,
        Fate::ResetAfter,
        Fate::ResetAfter,
        Fate::Truncate,
        Fate::Garble,
        Fate::Empty,
        Fate::Delay { ms: 50 },
        Fate::Delay { ms: 300 },
        Fate::Failure(failure),
        Fate::FailureAfter(failure),
        Fate::Refuse(refusal),
        Fate::Refuse(refusal),
    ])
}

/// How a message to a number will do, and in which order that is reported.
pub(super) fn course(carrier: &Carrier, to: &str, dice: &mut Dice) {
    let orders: [&[&str]; 7] = [
        &[],
        &["sent", "delivered"],
        &["queued", "sent", "delivered"],
        &["delivered", "sent"],
        &["delivered", "queued", "sent", "delivered"],
        &["sent"],
        &["sent", "undelivered", "sent"],
    ];
    let mut course = Course::of(dice.one_of(&orders));
    if dice.once_in(8) {
        course.reports.push(Report::failed("failed", 30_008));
    }
    course.twice = dice.once_in(3);
    course.before_answer = dice.once_in(4);
    carrier.set_course(Some(to), course);
}
