//! Which call is meant: `participant_id`, or "the current call" where there is exactly one.

use serde_json::json;

use super::presence::Leg;
use super::{Code, ToolError};
use crate::pbx::Pbx;

/// The participant that `argument` names, or the only one of `dn`.
pub(crate) async fn the_participant(
    pbx: &Pbx<'_>,
    dn: &str,
    argument: Option<&str>,
) -> Result<i64, ToolError> {
    if let Some(text) = argument.map(str::trim).filter(|text| !text.is_empty()) {
        return text.parse().ok().filter(|id| *id > 0).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            ToolError::invalid(format!("participant_id `{shown}` is not a whole number"))
                .hint("take participantId from get_presence or make_call, or leave it out")
        });
    }
    let legs: Vec<Leg> = pbx.participants(dn).await?.iter().map(Leg::from).collect();
    match legs.as_slice() {
        [] => Err(
            ToolError::new(Code::NotFound, format!("extension {dn} has no call now")).hint(
                "look with get_presence; the call may be over, or belong to another extension",
            ),
        ),
        [leg] => leg
            .participant_id
            .parse()
            .map_err(|_| ToolError::new(Code::PbxRejected, "the PBX sent a call without a number")),
        several => Err(several_fit(dn, several)),
    }
}

fn several_fit(dn: &str, legs: &[Leg]) -> ToolError {
    let listed = legs.iter().map(|leg| {
        format!(
            "{} ({}, {})",
            leg.participant_id, leg.status, leg.other_party
        )
    });
    let listed = listed.collect::<Vec<_>>().join("; ");
    ToolError::new(
        Code::AmbiguousParticipant,
        format!("extension {dn} has {} calls: {listed}", legs.len()),
    )
    .hint("say which one with participant_id")
    .details(json!({ "participants": legs }))
}
