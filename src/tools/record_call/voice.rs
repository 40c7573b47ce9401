//! The recording of a call that Basma has: it begins when she has told the caller, and ends with her part of
//! the call. What was recorded stands in the call's transcript.

use super::{Action, Output};
use crate::desk::{
    Act, Code, Desk, Recorded, ToolError, on_record, permitted, record_voice, transcript_uri,
    voice_calls,
};
use crate::pbx::Participant;
use crate::settings::BasmaSettings;

/// Begins or ends it.
pub(super) async fn record(
    desk: &Desk<'_>,
    basma: &BasmaSettings,
    leg: &Participant,
    action: Action,
) -> Result<Output, ToolError> {
    let calls = voice_calls(desk, Some(leg.callid)).await?;
    let call = calls.into_iter().find(|call| call.id == leg.id);
    let call = call.ok_or_else(|| {
        ToolError::new(Code::WrongCallState, "Basma has not answered this call yet")
            .hint("try again in a moment")
            .retryable()
    })?;
    let now = record_voice(desk, &call, "look").await?;
    let (now, message) = match (action, now) {
        (Action::Start, Recorded::Off) => {
            let would = format!(
                "record call {} of Basma, who tells the caller first; those who speak must have consented",
                leg.id
            );
            permitted(desk, Act::Recording, &basma.fallback, &would).await?;
            let now = record_voice(desk, &call, "start").await?;
            (
                now,
                "Basma tells the caller first; the recording begins when she has, and ends with her part \
                   of the call",
            )
        }
        (Action::Start, Recorded::Announcing) => (
            now,
            "Basma is telling the caller; then the recording begins",
        ),
        (Action::Start, Recorded::On) => (now, "the call is being recorded"),
        (Action::Stop, Recorded::Off) => (now, "the call is not being recorded"),
        (Action::Stop, _) => {
            on_record(desk).await?;
            let now = record_voice(desk, &call, "stop").await?;
            (
                now,
                "the recording has ended; what was recorded so far is kept",
            )
        }
    };
    let is_on = now == Recorded::On;
    let place = transcript_uri(leg.callid);
    let where_ = if action == Action::Start || is_on {
        format!("; {place} says where it is, after the call")
    } else {
        String::new()
    };
    Ok(Output {
        success: true,
        extension: basma.dn.clone(),
        participant_id: leg.id.to_string(),
        action,
        recording_now: Some(is_on),
        recording_next_calls: false,
        message: format!("{message}{where_}"),
    })
}
