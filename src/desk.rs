//! The desk: what every tool and resource works with.
//!
//! Built once per request: the PBX, the rules, the caller, the time. Beside it lie the things that
//! several tools share: how they fail ([`ToolError`]), people and departments, presence, phones, which
//! call is meant, and doing a thing once under a key.
//!
//! Not here: single tools (`tools`) and resources (`resources`).

mod active;
mod audit;
mod calls;
mod carrier;
mod chat;
mod errand;
mod error;
mod gateway;
mod history;
mod linc;
mod messages;
mod once;
mod participant;
mod people;
mod permit;
mod phone;
mod presence;
#[cfg(test)]
pub(crate) mod testing;
mod transfer;
mod voice;
mod voice_calls;

pub(crate) use active::{ActiveCall, active_calls};
pub(crate) use audit::{AuditEntry, audit_log, begin, end, on_record};
pub(crate) use calls::{all_calls, calls_of};
pub(crate) use carrier::{Outgoing, Road, Sent, reachable, road, send};
pub(crate) use chat::{chat_is_open, is_colleague, send_chat};
pub use errand::{Errand, Said};
pub use error::{Code, Failure, ToolError};
pub use gateway::hand_over;
pub use history::{Archive, RecentHistory};
pub(crate) use history::{CallLog, HistoryQuery, history};
pub use linc::{linc_gate, linc_intent};
pub(crate) use messages::{Message, Wanted, messages};
pub(crate) use once::once;
pub(crate) use participant::{Fitting, read_id, the_participant};
pub(crate) use people::{Directory, all_users, departments};
pub(crate) use permit::{Act, permitted};
pub(crate) use phone::{Phone, choose_phone, read_phones};
pub(crate) use presence::{Leg, presence_of};
pub(crate) use transfer::Transfer;
pub use voice::{Moved, OurLeg, move_call, who_is_free};
pub(crate) use voice_calls::{
    Recorded, her_desk, record_voice, transcript_of, transcript_uri, voice_calls, voice_desk,
};

use crate::auth::{Caller, Scope};
use crate::pbx::history::Zone;
use crate::pbx::{Memory, Pbx, Transport};
use crate::policy::{ConfirmBy, DialRules, ExtensionNumber, Intent};
use crate::session::Session;
use crate::settings::{Limits, MessageSettings, PbxSettings, SettingError, Settings};
use crate::time::Millis;

/// Everything a tool may touch.
#[derive(Clone)]
pub struct Desk<'a> {
    /// The PBX, or why there is none to drive.
    pub pbx: Result<Pbx<'a>, String>,
    /// The way to the carrier of messages.
    pub carrier: &'a dyn Transport,
    /// What this isolate remembers of the PBX.
    pub memory: &'a Memory,
    /// What must be remembered once for all isolates.
    pub session: &'a dyn Session,
    /// Call history.
    pub archive: Archive<'a>,
    /// What an administrator set.
    pub settings: &'a Settings,
    /// Who asks.
    pub caller: &'a Caller,
    /// What is being done for them.
    pub errand: Errand<'a>,
    /// The errand as it goes on record, where it changes something.
    pub intent: Option<Intent>,
    /// Where this server is, for addresses that people open.
    pub public_url: &'a str,
    /// When the request came.
    pub now: Millis,
    /// What time it is meanwhile.
    pub clock: fn() -> Millis,
}

impl<'a> Desk<'a> {
    /// The PBX to drive.
    pub fn pbx(&self) -> Result<Pbx<'a>, ToolError> {
        self.pbx.as_ref().copied().map_err(|problem| {
            ToolError::new(Code::PbxNotConfigured, problem.clone())
                .hint("an administrator must set this; /health shows what is missing")
        })
    }

    /// Names the account at the PBX without showing it, so that another PBX has another cache.
    pub fn account(&self) -> String {
        let pbx = self.settings.pbx.as_ref().ok().and_then(Option::as_ref);
        pbx.map(PbxSettings::account).unwrap_or_default()
    }

    /// Notes that something was done with calls of `dn`: until its event has arrived, the PBX itself
    /// is asked about them.
    pub fn acted(&self, dn: &str) {
        self.memory.note_act(dn, (self.clock)());
    }

    /// The rules for numbers.
    pub fn dialing(&self) -> Result<&'a DialRules, ToolError> {
        self.settings.dialing.as_ref().map_err(misconfigured)
    }

    /// How much, when, and with whose yes.
    pub fn limits(&self) -> Result<&'a Limits, ToolError> {
        self.settings.limits.as_ref().map_err(misconfigured)
    }

    /// By which roads messages go.
    pub fn messaging(&self) -> Result<&'a MessageSettings, ToolError> {
        self.settings.messages.as_ref().map_err(misconfigured)
    }

    /// What "today" means.
    pub fn zone(&self) -> Result<&'a Zone, ToolError> {
        self.settings.zone.as_ref().map_err(misconfigured)
    }

    /// Where a person says yes to `handle`, if it takes a person.
    fn approval_address(&self, handle: &str) -> Option<String> {
        let limits = self.settings.limits.as_ref().ok()?;
        (limits.confirm_by == ConfirmBy::Human)
            .then(|| format!("{}/approve/{handle}", self.public_url))
    }

    /// Refuses a caller that lacks `scope`.
    pub fn require_scope(&self, scope: Scope, what: &str) -> Result<(), ToolError> {
        if self.caller.scopes.contains(scope) {
            return Ok(());
        }
        let message = format!("`{}` may not use {what}", self.caller.name);
        Err(ToolError::new(Code::Forbidden, message).hint(format!(
            "an administrator can give this key the scope `{scope}`"
        )))
    }

    /// The extension that a tool is about: the argument, else `PBX_DEFAULT_EXTENSION`; one that
    /// this caller may touch.
    pub fn extension(&self, argument: Option<&str>) -> Result<ExtensionNumber, ToolError> {
        let extension = match argument.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => ExtensionNumber::parse(text)?,
            None => self
                .settings
                .default_extension
                .as_ref()
                .map_err(misconfigured)?
                .clone()
                .ok_or_else(|| {
                    ToolError::invalid("extension is missing, and there is no default extension")
                        .hint("say which extension, for example \"100\"; get_extensions lists them")
                })?,
        };
        if !self.may_touch(extension.as_str()) {
            let message = format!("`{}` may not touch extension {extension}", self.caller.name);
            return Err(ToolError::new(Code::Forbidden, message)
                .hint("an administrator can add it to the extensions of this key"));
        }
        Ok(extension)
    }

    /// The extension that a list is narrowed to; left out it is not narrowed at all.
    pub fn only_extension(
        &self,
        argument: Option<&str>,
    ) -> Result<Option<ExtensionNumber>, ToolError> {
        let wanted = argument.map(str::trim).filter(|text| !text.is_empty());
        wanted.map(|text| self.extension(Some(text))).transpose()
    }

    /// Whether this caller may see and use an extension.
    pub fn may_touch(&self, number: &str) -> bool {
        self.caller.extensions.contains(number)
    }
}

/// How many entries a page of a list holds: 1 to 100, `default` where nothing is said.
pub(crate) fn page_size(limit: Option<u32>, default: u32) -> Result<usize, ToolError> {
    match limit.unwrap_or(default) {
        limit @ 1..=100 => Ok(limit as usize),
        other => Err(
            ToolError::invalid(format!("limit is {other}, but must be 1 to 100"))
                .hint("ask for up to 100 and follow nextCursor for more"),
        ),
    }
}

fn misconfigured(error: &SettingError) -> ToolError {
    ToolError::new(Code::PbxNotConfigured, error.to_string())
        .hint("an administrator must mend this variable")
}
