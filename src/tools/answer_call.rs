//! `answer_call`: picks up a ringing call, where the phone lets itself be told.
//!
//! 3CX answers a call by API only on a device under direct control (uaCSTA: its apps, some phones) or
//! on a route point. For any other phone the truth is told before a request is sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Code, Desk, Fitting, Leg, ToolError, on_record, the_participant};
use crate::json;
use crate::pbx::{Participant, Pbx, PbxError};

/// The tool.
pub(crate) struct AnswerCall;

/// Which call.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension whose phone rings, for example "100"; the default extension if left out
    extension: Option<String>,
    /// Which of its ringing calls (participantId from get_presence); may be left out if there is
    /// only one
    participant_id: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The call is answered
    success: bool,
    /// Extension number
    extension: String,
    /// The leg that was answered
    participant_id: String,
    /// What happened
    message: String,
}

impl Tool for AnswerCall {
    const NAME: &'static str = "answer_call";
    const TITLE: &'static str = "Answer a ringing call";
    const DESCRIPTION: &'static str = "Answers a call that is ringing at an extension. 3CX can do this \
        only on phones under its direct control, such as its own apps; for other phones the answer \
        says which ones can and what else to do.";
    const SCOPE: Scope = Scope::Control;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: false,
        idempotent_hint: true,
        open_world_hint: true,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.extension(arguments.extension.as_deref())?;
        let pbx = desk.pbx()?;
        let dn = extension.as_str();
        let named = arguments.participant_id.as_deref();
        let leg = the_participant(desk, dn, named, Fitting::Ringing).await?;
        let other = leg.other_party().to_owned();
        let answered = |message: String| Output {
            success: true,
            extension: extension.to_string(),
            participant_id: leg.id.to_string(),
            message,
        };
        if leg.is_connected() {
            return Ok(answered(format!(
                "call {} with {other} was answered already",
                leg.id
            )));
        }
        if !leg.is_ringing() {
            let message = format!("call {} is {}, not ringing", leg.id, leg.status);
            return Err(ToolError::new(Code::WrongCallState, message)
                .hint("only a ringing call can be answered; look with get_presence"));
        }
        if !leg.direct_control {
            return Err(cannot_be_told(&pbx, dn, &leg).await);
        }
        on_record(desk).await?;
        let outcome = pbx.answer(dn, leg.id).await;
        desk.acted(dn);
        match outcome {
            Ok(performed) => match performed.failure() {
                None => Ok(answered(format!(
                    "extension {dn} answered the call from {other}"
                ))),
                Some(reason) => Err(ToolError::new(
                    Code::PbxRejected,
                    format!("the PBX did not answer call {}: {reason}", leg.id),
                )
                .hint("look with get_presence; the caller may have hung up")),
            },
            Err(PbxError::Unprocessable { .. }) => Err(cannot_be_told(&pbx, dn, &leg).await),
            // Answering twice does no harm, and the state tells what happened.
            Err(PbxError::OutcomeUnknown(doubt)) => match pbx.participant(dn, leg.id).await {
                Ok(now) if now.is_connected() => Ok(answered(format!(
                    "extension {dn} is now connected with {other}"
                ))),
                _ => Err(PbxError::OutcomeUnknown(doubt).into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// Why this phone cannot be told to answer, and what can be done instead.
async fn cannot_be_told(pbx: &Pbx<'_>, dn: &str, leg: &Participant) -> ToolError {
    let legs = pbx.participants(dn).await.unwrap_or_default();
    let able: Vec<Leg> = legs
        .iter()
        .filter(|other| other.callid == leg.callid && other.is_ringing() && other.direct_control)
        .map(Leg::from)
        .collect();
    let message = format!(
        "3CX cannot answer call {} on this phone: it is not under direct control (uaCSTA)",
        leg.id
    );
    let hint = match able.first() {
        Some(other) => format!(
            "the same call also rings on a phone that can: use participant_id {}",
            other.participant_id
        ),
        None => {
            "the person must pick it up; or move it with transfer_call to an extension or queue \
                 that can take it"
                .to_owned()
        }
    };
    ToolError::new(Code::NotSupportedByPbx, message)
        .hint(hint)
        .details(json!({ "canAnswer": json::value(&able) }))
}
