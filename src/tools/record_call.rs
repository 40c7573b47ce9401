//! `record_call`: the truth about recording.
//!
//! 3CX cannot begin or end the recording of a running call by API. So for an extension this is about its next
//! calls (`setting.rs`); a call that Basma has is really recorded, because its sound passes here (`voice.rs`).

mod setting;
mod voice;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Desk, Fitting, ToolError, her_desk, the_participant};

/// The tool.
pub(crate) struct RecordCall;

/// Whose calls, and what with them.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension whose call it is, for example "100", or Basma's route point; the default extension if
    /// left out
    extension: Option<String>,
    /// Which of its calls (participantId from get_presence); may be left out
    participant_id: Option<String>,
    /// start: say whether the call is recorded, and offer to record the next ones. stop: undo that
    action: Action,
    /// The handle from a confirmation_required answer
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Record.
    Start,
    /// Do not.
    Stop,
}

/// What is so now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What was asked for is so
    success: bool,
    /// Extension number
    extension: String,
    /// The call, if one was meant
    participant_id: String,
    /// start or stop
    action: Action,
    /// Whether the call that is running now is being recorded; absent where there is none
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_now: Option<bool>,
    /// Whether the next calls will be recorded
    recording_next_calls: bool,
    /// What that means
    message: String,
}

impl Tool for RecordCall {
    const NAME: &'static str = "record_call";
    const TITLE: &'static str = "Record calls";
    const DESCRIPTION: &'static str = "Says whether a call is being recorded. 3CX cannot start or stop \
        the recording of a running call by API; after confirmation, start switches on recording of the \
        extension's next calls, and stop undoes it. A call that Basma has is recorded at once: she tells the \
        caller first. Recording needs the consent of those who speak.";
    const SCOPE: Scope = Scope::Record;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: false,
        idempotent_hint: true,
        open_world_hint: false,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let (argument, action) = (arguments.extension.as_deref(), arguments.action);
        let named = arguments.participant_id.as_deref().map(str::trim);
        let named = named.filter(|id| !id.is_empty());
        if let Some(basma) = her_desk(desk, argument)? {
            let leg = the_participant(desk, &basma.dn, named, Fitting::Any).await?;
            return voice::record(desk, basma, &leg, action).await;
        }
        let extension = desk.extension(argument)?;
        let leg = match the_participant(desk, extension.as_str(), named, Fitting::Any).await {
            Ok(leg) => Some(leg),
            // The setting can be changed without a call, and for all calls at once.
            Err(error) if named.is_none() && error.is_about_calls() => None,
            Err(error) => return Err(error),
        };
        setting::record(desk, extension, leg.as_ref(), action).await
    }
}
