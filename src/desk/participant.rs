//! Which call is meant: `participant_id`, or "the current call" where exactly one fits.

use serde_json::json;

use super::calls::calls_of;
use super::presence::Leg;
use super::{Code, Desk, ToolError};
use crate::json;
use crate::pbx::Participant;

/// The calls that a tool can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fitting {
    /// Every call.
    Any,
    /// One that rings.
    Ringing,
    /// One that is connected.
    Connected,
    /// One that rings or is connected: everything that can be moved.
    Movable,
}

impl Fitting {
    fn fits(self, leg: &Participant) -> bool {
        match self {
            Self::Any => true,
            Self::Ringing => leg.is_ringing(),
            Self::Connected => leg.is_active(),
            Self::Movable => leg.status != "Dialing",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Any => "call",
            Self::Ringing => "ringing call",
            Self::Connected => "connected call",
            Self::Movable => "ringing or connected call",
        }
    }
}

/// The leg that `argument` names, or the only one of `dn` that fits.
///
/// A leg that is named is returned in whatever state it is; whether that fits is for the tool to say.
pub(crate) async fn the_participant(
    desk: &Desk<'_>,
    dn: &str,
    argument: Option<&str>,
    fitting: Fitting,
) -> Result<Participant, ToolError> {
    let named = argument
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(read_id)
        .transpose()?;
    let calls = calls_of(desk, dn).await?;
    match choose(dn, calls.participants(), named, fitting) {
        // What the link does not know yet, the PBX may.
        Err(error) if calls.live && error.code != Code::AmbiguousParticipant => {
            let legs = desk.pbx()?.participants(dn).await?;
            choose(dn, legs, named, fitting)
        }
        outcome => outcome,
    }
}

/// The id that a participant was named by.
pub(crate) fn read_id(text: &str) -> Result<i64, ToolError> {
    text.parse().ok().filter(|id| *id > 0).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        ToolError::invalid(format!("participant_id `{shown}` is not a whole number"))
            .hint("take participantId from get_presence or make_call, or leave it out")
    })
}

fn choose(
    dn: &str,
    legs: Vec<Participant>,
    named: Option<i64>,
    fitting: Fitting,
) -> Result<Participant, ToolError> {
    if let Some(id) = named {
        return legs.into_iter().find(|leg| leg.id == id).ok_or_else(|| {
            ToolError::new(
                Code::NotFound,
                format!("extension {dn} has no call {id}: it is over, or another extension's"),
            )
            .hint("look with get_presence; a participantId lives only as long as its call")
        });
    }
    let others = !legs.is_empty();
    let mut fitting_legs: Vec<Participant> =
        legs.into_iter().filter(|leg| fitting.fits(leg)).collect();
    // One call that rings several phones of the extension is one call: the phone that can be
    // controlled stands for it.
    if let [first, ..] = fitting_legs.as_slice()
        && fitting_legs
            .iter()
            .all(|leg| leg.callid == first.callid && leg.is_ringing())
    {
        let controlled = fitting_legs.iter().position(|leg| leg.direct_control);
        fitting_legs.drain(..controlled.unwrap_or(0));
        fitting_legs.truncate(1);
    }
    let words = fitting.words();
    match fitting_legs.len() {
        1 => fitting_legs
            .pop()
            .ok_or_else(|| ToolError::new(Code::NotFound, "no call")),
        0 if others => {
            let message = format!("extension {dn} has calls, but no {words}");
            Err(ToolError::new(Code::WrongCallState, message).hint("look with get_presence"))
        }
        0 => Err(
            ToolError::new(Code::NotFound, format!("extension {dn} has no call now")).hint(
                "look with get_presence; the call may be over, or belong to another extension",
            ),
        ),
        count => {
            let legs: Vec<Leg> = fitting_legs.iter().map(Leg::from).collect();
            let listed = legs.iter().map(|leg| {
                format!(
                    "{} ({}, {})",
                    leg.participant_id, leg.status, leg.other_party
                )
            });
            let listed = listed.collect::<Vec<_>>().join("; ");
            Err(ToolError::new(
                Code::AmbiguousParticipant,
                format!("extension {dn} has {count} {words}s: {listed}"),
            )
            .hint("say which one with participant_id")
            .details(json!({ "participants": json::value(&legs) })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(id: i64, callid: i64, status: &str, direct_control: bool) -> Participant {
        Participant {
            id,
            callid,
            status: status.into(),
            direct_control,
            ..Participant::default()
        }
    }

    fn check(
        legs: &[Participant],
        named: Option<i64>,
        fitting: Fitting,
        expected: Result<i64, Code>,
    ) {
        let actual = choose("100", legs.to_vec(), named, fitting);
        assert_eq!(
            actual.map(|leg| leg.id).map_err(|error| error.code),
            expected
        );
    }

    #[test]
    fn exactly_one_fits_or_the_error_says_why() {
        let ringing = leg(1, 10, "Ringing", false);
        let app = leg(2, 10, "Ringing", true);
        let talking = leg(3, 11, "Connected", false);
        let dialing = leg(4, 12, "Dialing", false);
        let one = std::slice::from_ref(&talking);
        check(one, None, Fitting::Any, Ok(3));
        check(one, None, Fitting::Ringing, Err(Code::WrongCallState));
        check(one, Some(3), Fitting::Ringing, Ok(3));
        check(one, Some(9), Fitting::Any, Err(Code::NotFound));
        check(&[], None, Fitting::Any, Err(Code::NotFound));
        // Two phones, one call: the one that can be controlled.
        let two_phones = [ringing.clone(), app.clone()];
        check(&two_phones, None, Fitting::Ringing, Ok(2));
        check(
            &[ringing, talking.clone()],
            None,
            Fitting::Movable,
            Err(Code::AmbiguousParticipant),
        );
        check(&[dialing.clone(), talking], None, Fitting::Movable, Ok(3));
        // A state that nobody knows yet is that of a call that goes on.
        let unknown = [dialing, leg(5, 13, "Talking", false)];
        for fitting in [Fitting::Connected, Fitting::Movable] {
            check(&unknown, None, fitting, Ok(5));
        }
        check(&unknown, None, Fitting::Ringing, Err(Code::WrongCallState));
    }
}
