//! `hand_to_basma`: a call goes to the voice assistant, which answers it herself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{
    Act, Code, Desk, Fitting, ToolError, Transfer, permitted, the_participant, transcript_uri,
    voice_desk,
};

/// The tool.
pub(super) struct HandToBasma;

/// Which call.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Extension whose call it is, for example "100"; the default extension if left out
    extension: Option<String>,
    /// Which of its calls (participantId from get_presence); may be left out if there is only one
    participant_id: Option<String>,
    /// The handle from a confirmation_required answer, if there was one
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The PBX moved the call
    success: bool,
    /// Extension that had the call
    extension: String,
    /// The leg that was moved
    participant_id: String,
    /// The route point that Basma answers
    destination: String,
    /// The action of 3CX that did it: transferto or divert
    action: String,
    /// Where what is said can be read afterwards
    transcript: String,
    /// What happened
    message: String,
}

impl Tool for HandToBasma {
    const NAME: &'static str = "hand_to_basma";
    const TITLE: &'static str = "Hand a call to Basma";
    const DESCRIPTION: &'static str = "Moves a connected or ringing call of an extension to Basma, the \
        voice assistant: she answers, says that a machine listens, talks with the caller in Arabic or \
        English, takes messages, and puts them through to people.";
    const SCOPE: Scope = Scope::Control;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: true,
        idempotent_hint: false,
        open_world_hint: true,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let basma = voice_desk(desk)?;
        if !basma.may_listen() {
            return Err(ToolError::new(
                Code::PbxNotConfigured,
                "Basma listens to nobody yet: she would send the caller straight to a person",
            )
            .hint(
                "an administrator must set BASMA_CONSENT, ANTHROPIC_API_KEY and OPENAI_API_KEY; \
                 transfer_call reaches people",
            ));
        }
        let extension = desk.extension(arguments.extension.as_deref())?;
        if basma.dn == extension.as_str() {
            return Err(ToolError::invalid("Basma has this call already")
                .hint("transfer_call moves it to a person"));
        }
        let named = arguments.participant_id.as_deref();
        let leg = the_participant(desk, extension.as_str(), named, Fitting::Movable).await?;
        let would = format!("hand call {} of extension {extension} to Basma", leg.id);
        permitted(desk, Act::HandOver, &extension, &would).await?;
        let transfer = Transfer {
            extension: extension.as_str(),
            id: leg.id,
            destination: &basma.dn,
            is_attended: false,
        };
        let done = transfer.carry_out(desk, &leg).await?;
        Ok(Output {
            success: true,
            extension: extension.to_string(),
            participant_id: leg.id.to_string(),
            destination: basma.dn.clone(),
            action: done.way.action().to_owned(),
            transcript: transcript_uri(leg.callid),
            message: done.message,
        })
    }
}
