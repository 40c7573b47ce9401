//! The recording of an extension's next calls: its setting decides, when a call begins.
//!
//! `start` says whether calls are being recorded, and may, once confirmed, switch the setting on; `stop` undoes
//! what `start` did.

use super::{Action, Output};
use crate::desk::{Act, Code, Desk, ToolError, permitted};
use crate::json;
use crate::pbx::{Participant, Pbx, RecordingSetting};
use crate::policy::ExtensionNumber;

/// Says whether the call is recorded, and does what was asked for with the next ones.
pub(super) async fn record(
    desk: &Desk<'_>,
    extension: ExtensionNumber,
    leg: Option<&Participant>,
    action: Action,
) -> Result<Output, ToolError> {
    let pbx = desk.pbx()?;
    let (id, setting) = pbx
        .recording_setting(extension.as_str())
        .await?
        .ok_or_else(|| {
            ToolError::new(Code::NotFound, format!("there is no extension {extension}"))
                .hint("get_extensions lists those there are")
        })?;
    let is_recorded =
        |external: bool| setting.record_calls && (external || !setting.record_external_calls_only);
    let work = Recording {
        pbx,
        desk,
        id,
        setting,
        is_recorded_now: leg.map(|leg| is_recorded(leg.is_external())),
        participant_id: leg.map(|leg| leg.id.to_string()).unwrap_or_default(),
        extension,
    };
    match action {
        Action::Start => work.start().await,
        Action::Stop => work.stop().await,
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
