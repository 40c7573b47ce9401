//! `hold_call`: 3CX has no hold by API, so a call on hold is parked in a shared parking slot.
//!
//! The caller hears music as on hold, but the extension's leg ends: on resume the extension calls the
//! slot and the call comes back under a new participant id. Anyone with the right can fetch a parked
//! call, and the PBX may send it back after its own pick-up time; the answers say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{
    Code, Desk, Fitting, ToolError, choose_phone, on_record, read_phones, the_participant,
};
use crate::pbx::{ActionRequest, Forwarding, Participant, Pbx, PbxError};
use crate::policy::{ExtensionNumber, ParkedCall};

/// How long the PBX may take to put a call into a slot, in seconds.
const PARKING_TIME: u32 = 15;

/// The tool.
pub(crate) struct HoldCall;

/// Which call, and what with it.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension whose call it is, for example "100"; the default extension if left out
    extension: Option<String>,
    /// To hold: the leg (participantId from get_presence). To resume: the participantId that the call
    /// had when it was put on hold. May be left out if there is only one
    participant_id: Option<String>,
    /// hold parks the call, resume fetches it back
    action: Action,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Park it.
    Hold,
    /// Fetch it back.
    Resume,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The PBX did it
    success: bool,
    /// Extension number
    extension: String,
    /// The leg: the one that was parked, or the new one
    participant_id: String,
    /// hold or resume
    action: Action,
    /// Number of the other party
    other_party: String,
    /// The parking slot
    slot: String,
    /// What happened
    message: String,
}

impl Tool for HoldCall {
    const NAME: &'static str = "hold_call";
    const TITLE: &'static str = "Hold or resume a call";
    const DESCRIPTION: &'static str = "Puts a connected call on hold, or fetches it back. 3CX has no \
        hold by API, so the call is parked in a shared parking slot: the caller hears music, the \
        extension is free meanwhile, and colleagues can fetch the call too. Without a parking slot on \
        the PBX it is not possible.";
    const SCOPE: Scope = Scope::Control;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: false,
        idempotent_hint: false,
        open_world_hint: true,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.extension(arguments.extension.as_deref())?;
        let hold = Hold {
            pbx: desk.pbx()?,
            desk,
            extension,
        };
        let named = arguments
            .participant_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        on_record(desk).await?;
        match arguments.action {
            Action::Hold => hold.park(named).await,
            Action::Resume => hold.fetch(named).await,
        }
    }
}

struct Hold<'a> {
    pbx: Pbx<'a>,
    desk: &'a Desk<'a>,
    extension: ExtensionNumber,
}

impl Hold<'_> {
    async fn park(&self, named: Option<&str>) -> Result<Output, ToolError> {
        let dn = self.extension.as_str();
        let leg = the_participant(self.desk, dn, named, Fitting::Connected).await?;
        if !leg.is_active() {
            let message = format!(
                "call {} is {}; only a connected call can be held",
                leg.id, leg.status
            );
            return Err(ToolError::new(Code::WrongCallState, message)
                .hint("wait until it is answered, or use transfer_call for a ringing one"));
        }
        let slots = self.pbx.parking_slots().await?;
        if slots.is_empty() {
            return Err(ToolError::new(
                Code::NotSupportedByPbx,
                "not possible on this PBX: 3CX has no hold by API, and there is no shared parking",
            )
            .hint("an administrator can add a shared parking (Admin Console > Call Handling > Parking); \
                   the person can press hold on the phone"));
        }
        let mut occupied = Vec::new();
        // A slot may be taken by somebody who parked by hand: then the next one.
        loop {
            let open: Vec<String> = slots
                .iter()
                .filter(|slot| !occupied.contains(*slot))
                .cloned()
                .collect();
            let call = self.parked_call(&leg);
            let Some(slot) = self.desk.session.reserve(&open, &call).await? else {
                return Err(ToolError::new(
                    Code::LimitReached,
                    format!("all {} parking slots are taken", slots.len()),
                )
                .hint("resume a held call first, or ask an administrator for more parking slots"));
            };
            match self.put(&leg, &slot).await {
                Ok(None) => {
                    self.desk.session.parked(&slot).await?;
                    return Ok(self.held(&leg, slot));
                }
                Ok(Some(reason)) if reason.contains("Busy") => {
                    self.desk.session.release(&slot).await?;
                    occupied.push(slot);
                }
                Ok(Some(reason)) => {
                    self.desk.session.release(&slot).await?;
                    let message = format!("the PBX did not park the call: {reason}");
                    return Err(ToolError::new(Code::PbxRejected, message)
                        .hint("the caller is still with the extension; look with get_presence"));
                }
                // It may be in the slot: keep the entry, so that it can be fetched back.
                Err(error @ PbxError::OutcomeUnknown(_)) => {
                    self.desk.session.parked(&slot).await?;
                    return Err(ToolError::from(error).hint(format!(
                        "look with get_presence: if the call is gone from the extension, it is parked \
                         in {slot} and resume fetches it"
                    )));
                }
                Err(error) => {
                    self.desk.session.release(&slot).await?;
                    return Err(error.into());
                }
            }
        }
    }

    /// The PBX's reason where it refused.
    async fn put(&self, leg: &Participant, slot: &str) -> Result<Option<String>, PbxError> {
        let dn = self.extension.as_str();
        let way = Forwarding::Transfer;
        let performed = self
            .pbx
            .forward(dn, leg.id, way, slot, Some(PARKING_TIME))
            .await;
        self.desk.acted(dn);
        let performed = performed?;
        Ok(performed.failure())
    }

    fn parked_call(&self, leg: &Participant) -> ParkedCall {
        ParkedCall {
            extension: self.extension.to_string(),
            participant_id: leg.id.to_string(),
            other_party: leg.other_party().to_owned(),
            slot: String::new(),
            since: self.desk.now,
            is_parked: false,
        }
    }

    fn held(&self, leg: &Participant, slot: String) -> Output {
        let other_party = leg.other_party().to_owned();
        Output {
            success: true,
            extension: self.extension.to_string(),
            participant_id: leg.id.to_string(),
            action: Action::Hold,
            message: format!(
                "{other_party} is parked in {slot} and hears music; resume fetches the call back (so \
                 can a colleague who calls {slot})"
            ),
            other_party,
            slot,
        }
    }

    async fn fetch(&self, named: Option<&str>) -> Result<Output, ToolError> {
        let call = self.the_held_call(named).await?;
        let dn = self.extension.as_str();
        let devices = match self.desk.memory.devices(dn, self.desk.now) {
            Some(devices) => devices,
            None => read_phones(self.desk, &self.pbx, dn).await?,
        };
        let (phone, _) = choose_phone(&self.extension, devices, None)?;
        let request = ActionRequest {
            destination: Some(call.slot.clone()),
            timeout: None,
        };
        let device_id = phone.as_ref().map(|phone| phone.device_id.as_str());
        let performed = self.pbx.make_call(dn, device_id, &request).await;
        self.desk.acted(dn);
        let performed = performed?;
        if let Some(reason) = performed.failure() {
            self.desk.session.release(&call.slot).await?;
            let message = format!("the call in {} could not be fetched: {reason}", call.slot);
            return Err(ToolError::new(Code::PbxRejected, message)
                .hint("the caller may have hung up, or a colleague has fetched the call"));
        }
        self.desk.session.release(&call.slot).await?;
        let leg = performed.result.unwrap_or_default();
        Ok(Output {
            success: true,
            extension: self.extension.to_string(),
            participant_id: if leg.id > 0 {
                leg.id.to_string()
            } else {
                String::new()
            },
            action: Action::Resume,
            message: format!(
                "extension {dn} fetches {} back from {}; a desk phone rings first, and the call has a \
                 new participantId",
                call.other_party, call.slot
            ),
            other_party: call.other_party,
            slot: call.slot,
        })
    }

    async fn the_held_call(&self, named: Option<&str>) -> Result<ParkedCall, ToolError> {
        let mut held = self.desk.session.on_hold().await?;
        held.retain(|call| call.is_parked && call.extension == self.extension.as_str());
        if let Some(id) = named {
            held.retain(|call| call.participant_id == id);
        }
        match held.len() {
            1 => held
                .pop()
                .ok_or_else(|| ToolError::new(Code::NotFound, "no call")),
            0 => Err(ToolError::new(
                Code::NotFound,
                format!("extension {} has no call on hold", self.extension),
            )
            .hint(
                "only calls that hold_call parked can be resumed; give the participantId they had",
            )),
            count => {
                let calls: Vec<serde_json::Value> = held
                    .iter()
                    .map(|call| json!({ "participantId": call.participant_id, "otherParty": call.other_party, "slot": call.slot }))
                    .collect();
                let listed: Vec<String> = held
                    .iter()
                    .map(|call| format!("{} ({})", call.participant_id, call.other_party))
                    .collect();
                Err(ToolError::new(
                    Code::AmbiguousParticipant,
                    format!(
                        "extension {} has {count} calls on hold: {}",
                        self.extension,
                        listed.join("; ")
                    ),
                )
                .hint("say which one with participant_id")
                .details(json!({ "participants": calls })))
            }
        }
    }
}
