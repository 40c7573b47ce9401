//! `drop_call`: hang up, or reject what is ringing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Code, Desk, Fitting, ToolError, all_calls, on_record, read_id, the_participant};
use crate::pbx::{Pbx, PbxError};

/// The tool.
pub(super) struct DropCall;

/// Which call.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Extension whose call it is, for example "100"; the default extension if left out
    extension: Option<String>,
    /// Which of its calls (participantId from get_presence or make_call); may be left out if there
    /// is only one
    participant_id: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The call is over
    success: bool,
    /// Extension number
    extension: String,
    /// The leg that was ended
    participant_id: String,
    /// The call had ended before
    already_over: bool,
    /// The same in words
    message: String,
}

impl Tool for DropCall {
    const NAME: &'static str = "drop_call";
    const TITLE: &'static str = "Hang up a call";
    const DESCRIPTION: &'static str = "Hangs up a call of an extension, or rejects one that is \
        ringing there. A call that is over already is reported as such.";
    const SCOPE: Scope = Scope::Control;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: true,
        idempotent_hint: true,
        open_world_hint: true,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.extension(arguments.extension.as_deref())?;
        let pbx = desk.pbx()?;
        let dn = extension.as_str();
        // A leg that is named is dropped without looking first: over is as good as dropped.
        let named = arguments
            .participant_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let id = match named {
            Some(text) => read_id(text)?,
            None => the_participant(desk, dn, None, Fitting::Any).await?.id,
        };
        on_record(desk).await?;
        let dropped = drop_leg(&pbx, dn, id).await;
        desk.acted(dn);
        let already_over = match dropped? {
            Dropped::Now => false,
            Dropped::Before => {
                not_of_another(desk, dn, id).await?;
                true
            }
        };
        let message = if already_over {
            format!("extension {extension} has no call {id}: it was over already")
        } else {
            format!("hung up call {id} of extension {extension}")
        };
        Ok(Output {
            success: true,
            extension: extension.to_string(),
            participant_id: id.to_string(),
            already_over,
            message,
        })
    }
}

/// A call that goes on at another extension is not over: it is not dropped there, but said.
async fn not_of_another(desk: &Desk<'_>, dn: &str, id: i64) -> Result<(), ToolError> {
    // Where the calls cannot be read, the PBX's word on this extension has to do.
    let calls = all_calls(desk).await.map(|calls| calls.legs);
    let other = calls.unwrap_or_default();
    let Some(leg) = other
        .iter()
        .find(|leg| leg.participant.id == id && leg.dn != dn)
    else {
        return Ok(());
    };
    let message = format!(
        "extension {dn} has no call {id}, but extension {} has",
        leg.dn
    );
    Err(ToolError::new(Code::NotFound, message)
        .hint("nothing was hung up; give that extension if its call is meant"))
}

enum Dropped {
    Now,
    Before,
}

/// Ends a leg. Ending it twice does no harm, so an unclear outcome is looked up, and only a leg that
/// is certainly still there is dropped once more.
async fn drop_leg(pbx: &Pbx<'_>, dn: &str, id: i64) -> Result<Dropped, ToolError> {
    match drop_once(pbx, dn, id).await {
        Err(PbxError::OutcomeUnknown(_)) => {}
        outcome => return finish(outcome, id),
    }
    match pbx.participant(dn, id).await {
        Err(error) if error.is_not_found() => Ok(Dropped::Now),
        Err(error) => Err(unclear(id, &error)),
        Ok(_) => finish(drop_once(pbx, dn, id).await, id),
    }
}

fn finish(outcome: Result<Option<String>, PbxError>, id: i64) -> Result<Dropped, ToolError> {
    match outcome {
        Ok(None) => Ok(Dropped::Now),
        Ok(Some(reason)) => {
            let message = format!("the PBX did not hang up call {id}: {reason}");
            Err(ToolError::new(Code::PbxRejected, message).hint("look at it with get_presence"))
        }
        Err(error) if error.is_not_found() => Ok(Dropped::Before),
        Err(error) => Err(error.into()),
    }
}

/// Asks once; the PBX's reason where it said no.
async fn drop_once(pbx: &Pbx<'_>, dn: &str, id: i64) -> Result<Option<String>, PbxError> {
    Ok(pbx.drop_participant(dn, id).await?.failure())
}

fn unclear(id: i64, error: &PbxError) -> ToolError {
    let message = format!("call {id} may or may not have been hung up: {error}");
    ToolError::new(Code::OutcomeUnknown, message)
        .hint("call drop_call again: ending a call twice does no harm")
        .retryable()
}
