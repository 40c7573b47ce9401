//! `record_call`: the truth about recording, and the setting for the next calls.
//!
//! 3CX cannot begin or end the recording of a running call by API. What decides is the extension's
//! setting, and it decides when a call begins. So `start` says whether calls are being recorded, and
//! may, once confirmed, switch the setting on for the next calls; `stop` undoes what `start` did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Act, Code, Desk, Fitting, ToolError, permitted, the_participant};
use crate::json;
use crate::pbx::{Pbx, RecordingSetting};
use crate::policy::ExtensionNumber;

/// The tool.
pub(crate) struct RecordCall;

/// Whose calls, and what with them.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension whose call it is, for example "100"; the default extension if left out
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
        extension's next calls, and stop undoes it. Recording needs the consent of those who speak.";
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
        let extension = desk.extension(arguments.extension.as_deref())?;
        let pbx = desk.pbx()?;
        let named = arguments
            .participant_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let leg = match the_participant(desk, extension.as_str(), named, Fitting::Any).await {
            Ok(leg) => Some(leg),
            // The setting can be changed without a call, and for all calls at once.
            Err(error) if named.is_none() && error.is_about_calls() => None,
            Err(error) => return Err(error),
        };
        let (id, setting) = pbx
            .recording_setting(extension.as_str())
            .await?
            .ok_or_else(|| {
                ToolError::new(Code::NotFound, format!("there is no extension {extension}"))
                    .hint("get_extensions lists those there are")
            })?;
        let is_recorded = |external: bool| {
            setting.record_calls && (external || !setting.record_external_calls_only)
        };
        let work = Recording {
            pbx,
            desk,
            id,
            setting,
            is_recorded_now: leg.as_ref().map(|leg| is_recorded(leg.is_external())),
            participant_id: leg.map(|leg| leg.id.to_string()).unwrap_or_default(),
            extension,
        };
        match arguments.action {
            Action::Start => work.start().await,
            Action::Stop => work.stop().await,
        }
    }
}

struct Recording<'a> {
    pbx: Pbx<'a>,
    desk: &'a Desk<'a>,
    extension: ExtensionNumber,
    id: i64,
    setting: RecordingSetting,
    participant_id: String,
    is_recorded_now: Option<bool>,
}

impl Recording<'_> {
    async fn start(self) -> Result<Output, ToolError> {
        if self.is_recorded_now == Some(true)
            || (self.is_recorded_now.is_none() && self.setting.record_calls)
        {
            let message = match self.is_recorded_now {
                Some(_) => "the call is being recorded already: the extension's setting says so",
                None => "the next calls will be recorded: the extension's setting says so",
            };
            return Ok(self.output(Action::Start, true, message.to_owned()));
        }
        let would = format!(
            "record the next calls of extension {} (3CX cannot start recording a running call by API); \
             those who speak must have consented",
            self.extension
        );
        permitted(self.desk, Act::Recording, &self.extension, &would).await?;
        let before = serde_json::to_string(&self.setting).unwrap_or_default();
        self.desk.session.remember(&self.note(), &before).await?;
        let wanted = RecordingSetting {
            record_calls: true,
            record_external_calls_only: false,
        };
        self.pbx.set_recording(self.id, wanted).await?;
        let message = format!(
            "calls of extension {} are recorded from the next one on; the running call is not",
            self.extension
        );
        Ok(self.output(Action::Start, true, message))
    }

    async fn stop(self) -> Result<Output, ToolError> {
        let before = self.desk.session.recall(&self.note()).await?;
        let before = before.and_then(|text| json::read::<RecordingSetting>(text.as_bytes()).ok());
        match before {
            Some(before) => {
                // Undoing what was confirmed needs no second yes.
                self.pbx.set_recording(self.id, before).await?;
                self.desk.session.remember(&self.note(), "").await?;
                let message = format!(
                    "the recording setting of extension {} is as it was before; a call that is being \
                     recorded stays so to its end",
                    self.extension
                );
                Ok(self.output(Action::Stop, before.record_calls, message))
            }
            None if !self.setting.record_calls => {
                let message = "calls of this extension are not being recorded".to_owned();
                Ok(self.output(Action::Stop, false, message))
            }
            None => {
                let would = format!(
                    "stop recording the next calls of extension {}, which somebody else switched on; a \
                     running recording cannot be stopped by API",
                    self.extension
                );
                permitted(self.desk, Act::Recording, &self.extension, &would).await?;
                let off = RecordingSetting {
                    record_calls: false,
                    ..self.setting
                };
                self.pbx.set_recording(self.id, off).await?;
                let message = format!(
                    "calls of extension {} are not recorded from the next one on",
                    self.extension
                );
                Ok(self.output(Action::Stop, false, message))
            }
        }
    }

    fn note(&self) -> String {
        format!("recording-before:{}", self.extension)
    }

    fn output(self, action: Action, recording_next_calls: bool, message: String) -> Output {
        Output {
            success: true,
            extension: self.extension.to_string(),
            participant_id: self.participant_id,
            action,
            recording_now: self.is_recorded_now,
            recording_next_calls,
            message,
        }
    }
}
