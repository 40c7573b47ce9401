//! `transfer_call`: moves a call to somebody else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Act, Desk, Fitting, ToolError, Transfer, permitted, the_participant};

/// The tool.
pub(crate) struct TransferCall;

/// Which call goes where.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension whose call it is, for example "100"; the default extension if left out
    extension: Option<String>,
    /// Which of its calls (participantId from get_presence); may be left out if there is only one
    participant_id: Option<String>,
    /// Extension, queue or telephone number that gets the call
    destination: String,
    /// blind: the call goes at once. attended: the caller stays with the extension until the
    /// destination answers
    #[serde(default, rename = "type")]
    kind: Kind,
    /// The handle from a confirmation_required answer, if there was one
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// How a call is transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// At once.
    #[default]
    Blind,
    /// When the destination answers.
    Attended,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The PBX moved the call
    success: bool,
    /// Extension that had the call
    extension: String,
    /// The leg that was moved
    participant_id: String,
    /// Number as it was dialled
    destination: String,
    /// blind or attended
    transfer_type: Kind,
    /// The action of 3CX that did it: transferto, divert or routeto
    action: String,
    /// What happened
    message: String,
}

impl Tool for TransferCall {
    const NAME: &'static str = "transfer_call";
    const TITLE: &'static str = "Transfer a call";
    const DESCRIPTION: &'static str = "Moves a connected or ringing call of an extension to another \
        extension, queue or telephone number. attended keeps the caller with the extension until the \
        destination answers, and leaves them there if nobody does; there is no private talk with the \
        destination first.";
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
        let extension = desk.extension(arguments.extension.as_deref())?;
        let destination = desk.dialing()?.admit(&arguments.destination)?;
        if destination.as_str() == extension.as_str() {
            return Err(
                ToolError::invalid("a call cannot be transferred to where it is")
                    .hint("say which other extension or number gets it"),
            );
        }
        let named = arguments.participant_id.as_deref();
        let leg = the_participant(desk, extension.as_str(), named, Fitting::Movable).await?;
        let would = format!(
            "transfer call {} of extension {extension} to {destination}",
            leg.id
        );
        permitted(desk, Act::Transfer(&destination), &extension, &would).await?;
        let transfer = Transfer {
            extension: extension.as_str(),
            id: leg.id,
            destination: destination.as_str(),
            is_attended: arguments.kind == Kind::Attended,
        };
        let done = transfer.carry_out(desk, &leg).await?;
        Ok(Output {
            success: true,
            extension: extension.to_string(),
            participant_id: leg.id.to_string(),
            destination: destination.to_string(),
            transfer_type: arguments.kind,
            action: done.way.action().to_owned(),
            message: done.message,
        })
    }
}
