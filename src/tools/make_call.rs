//! `make_call`: places a call, once.
//!
//! Devices of the DN → `devices/{id}/makecall`; no device → `makecall` on the DN. The request is
//! never repeated after an unclear outcome: the extension is looked at instead, and what is seen is
//! reported with the doubt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{
    Act, Code, Desk, Leg, Phone, ToolError, choose_phone, once, permitted, read_phones,
};
use crate::json;
use crate::pbx::{ActionRequest, Participant, Pbx, PbxError, Performed};
use crate::policy::{Destination, ExtensionNumber};

/// The tool.
pub(super) struct MakeCall;

/// Who calls whom.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Extension that places the call, for example "100"; its phone rings first or dials at once.
    /// The default extension if left out
    extension: Option<String>,
    /// Extension or telephone number to call, for example "101", "0500000000" or "+966500000000"
    destination: String,
    /// Which phone of the extension places the call (deviceId of an earlier answer); a good one is
    /// chosen if left out
    device_id: Option<String>,
    /// How many seconds to ring, 5 to 120; the PBX decides if left out
    #[schemars(range(min = 5, max = 120))]
    timeout_seconds: Option<u32>,
    /// Any text that is new for each call you want: repeating a request with the same key never
    /// places a second call. Keys live for 24 hours
    #[schemars(length(min = 1, max = 200))]
    idempotency_key: Option<String>,
    /// The handle from a confirmation_required answer, if there was one
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// What the PBX did.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The PBX accepted the call
    success: bool,
    /// Extension that places the call
    extension: String,
    /// Number as it was dialled
    destination: String,
    /// The extension's leg of the call, for the tools that act on calls; empty where the PBX named
    /// none yet
    participant_id: String,
    /// What happened and what happens next
    message: String,
    /// Dialing, Ringing or Connected, as the PBX said it of the extension's leg
    #[serde(default, skip_serializing_if = "String::is_empty")]
    status: String,
    /// Shared by all legs of this conversation
    #[serde(default, skip_serializing_if = "String::is_empty")]
    call_id: String,
    /// The phone that places the call
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Phone>,
    /// Other phones of the extension, one of which could be given as device_id
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_devices: Vec<Phone>,
    /// This answers a repeated request: the call had been placed before
    #[serde(default)]
    repeated: bool,
}

impl Tool for MakeCall {
    const NAME: &'static str = "make_call";
    const TITLE: &'static str = "Place a call";
    const DESCRIPTION: &'static str = "Places a call from an extension of the 3CX phone system to \
        another extension or a telephone number. A phone of the extension rings first unless it \
        can dial by itself. Emergency, premium and service numbers are refused. Give an \
        idempotency_key so that a repeated request cannot place a second call.";
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
                ToolError::invalid(format!("extension {extension} cannot call itself"))
                    .hint("say which other extension or number to call"),
            );
        }
        if let Some(seconds) = arguments.timeout_seconds.filter(|s| !(5..=120).contains(s)) {
            return Err(ToolError::invalid(format!(
                "timeout_seconds is {seconds}, but must be 5 to 120"
            ))
            .hint("leave it out to let the PBX decide"));
        }
        let call = Call {
            pbx: desk.pbx()?,
            desk,
            extension,
            destination,
            device_id: arguments.device_id.filter(|id| !id.trim().is_empty()),
            timeout: arguments.timeout_seconds,
        };
        let Some(key) = arguments.idempotency_key else {
            return call.place_if_permitted().await;
        };
        let work = call.place_if_permitted();
        let answer = once(desk, Self::NAME, &key, call.intent(), work).await?;
        Ok(match answer {
            (output, false) => output,
            (output, true) => Output {
                repeated: true,
                ..output
            },
        })
    }
}

/// A call about to be placed.
struct Call<'a> {
    pbx: Pbx<'a>,
    desk: &'a Desk<'a>,
    extension: ExtensionNumber,
    destination: Destination,
    device_id: Option<String>,
    timeout: Option<u32>,
}

impl Call<'_> {
    /// What would be done, in one line.
    fn intent(&self) -> String {
        let device = self.device_id.as_deref().unwrap_or("any phone");
        format!(
            "{} calls {} from {device}",
            self.extension, self.destination
        )
    }

    async fn place_if_permitted(&self) -> Result<Output, ToolError> {
        let act = Act::Call(&self.destination);
        let (extension, destination) = (&self.extension, &self.destination);
        let would = format!("call {destination} from extension {extension}");
        permitted(self.desk, act, extension, &would).await?;
        self.place().await
    }

    async fn place(&self) -> Result<Output, ToolError> {
        let dn = self.extension.as_str();
        let remembered = self.desk.memory.devices(dn, self.desk.now);
        let from_memory = remembered.is_some();
        let phones = match remembered {
            Some(phones) => phones,
            None => read_phones(self.desk, &self.pbx, dn).await?,
        };
        let mut outcome = self.place_from(phones).await;
        if from_memory && outcome.as_ref().is_err_and(is_stale_phone) {
            // A phone that we remembered is gone: certainly no call was placed. Look, then once more.
            outcome = self
                .place_from(read_phones(self.desk, &self.pbx, dn).await?)
                .await;
        }
        match outcome {
            Err(Refused::ByPbx(PbxError::OutcomeUnknown(doubt))) => Err(self.look(&doubt).await),
            outcome => outcome.map_err(|error| self.explain(error)),
        }
    }

    async fn place_from(&self, devices: Vec<crate::pbx::Device>) -> Result<Output, Refused> {
        let (device, other_devices) =
            choose_phone(&self.extension, devices, self.device_id.as_deref())
                .map_err(Refused::ByUs)?;
        let request = ActionRequest {
            destination: Some(self.destination.as_str().to_owned()),
            timeout: self.timeout,
        };
        let device_id = device.as_ref().map(|phone| phone.device_id.as_str());
        let performed = self
            .pbx
            .make_call(self.extension.as_str(), device_id, &request)
            .await;
        self.desk.acted(self.extension.as_str());
        self.desk.acted(self.destination.as_str());
        let performed = performed.map_err(Refused::ByPbx)?;
        self.report(performed, device, other_devices)
            .map_err(Refused::ByUs)
    }

    fn report(
        &self,
        performed: Performed,
        device: Option<Phone>,
        other_devices: Vec<Phone>,
    ) -> Result<Output, ToolError> {
        if let Some(reason) = performed.failure() {
            let message = format!(
                "the PBX did not place the call to {}: {reason}",
                self.destination
            );
            return Err(ToolError::new(Code::PbxRejected, message).hint(
                "check the number; for outside numbers an outbound rule of the PBX must match it",
            ));
        }
        let leg = performed.result.unwrap_or_default();
        Ok(Output {
            success: true,
            extension: self.extension.to_string(),
            destination: self.destination.to_string(),
            participant_id: if leg.id > 0 {
                leg.id.to_string()
            } else {
                String::new()
            },
            message: self.what_happens(&leg, device.as_ref()),
            status: leg.status,
            call_id: if leg.callid > 0 {
                leg.callid.to_string()
            } else {
                String::new()
            },
            device,
            other_devices,
            repeated: false,
        })
    }

    /// 3CX reports success as soon as the call is accepted: say what that means for people.
    fn what_happens(&self, leg: &Participant, device: Option<&Phone>) -> String {
        let (extension, destination) = (&self.extension, &self.destination);
        let phone = device.map_or_else(|| "its phones".to_owned(), Phone::shown);
        if device.is_some() && leg.status == "Dialing" {
            format!("extension {extension} is calling {destination} from {phone}")
        } else if leg.status == "Connected" {
            format!("extension {extension} is connected with {destination} on {phone}")
        } else {
            format!(
                "the PBX accepted the call: {phone} of extension {extension} rings first, and \
                 {destination} is called when it is picked up; get_presence shows how it goes"
            )
        }
    }

    /// After an unclear outcome: never again, but look.
    async fn look(&self, doubt: &str) -> ToolError {
        let seen = self.pbx.participants(self.extension.as_str()).await;
        let legs: Option<Vec<Leg>> = seen.ok().map(|legs| {
            legs.iter()
                .filter(|leg| self.is_this_call(leg))
                .map(Leg::from)
                .collect()
        });
        let found = match legs.as_deref() {
            Some([]) => "no such call is there now, but it may have ended already".to_owned(),
            Some([leg, ..]) => format!(
                "extension {} now has a call with {} ({}, participant {}), which is probably this one",
                self.extension, leg.other_party, leg.status, leg.participant_id
            ),
            None => "and the extension cannot be looked at either".to_owned(),
        };
        let message = format!(
            "the call to {} may or may not have been placed: {doubt}; {found}",
            self.destination
        );
        ToolError::new(Code::OutcomeUnknown, message)
            .hint("do not call again before get_presence, or the person, has said what happened")
            .details(json!({ "calls": json::value(&legs.unwrap_or_default()) }))
    }

    /// A leg whose other party is the destination, whatever way the PBX writes the number.
    fn is_this_call(&self, leg: &Participant) -> bool {
        let tail = |text: &str| -> String {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            digits.iter().rev().take(9).collect()
        };
        tail(leg.other_party()) == tail(self.destination.as_str())
    }

    fn explain(&self, error: Refused) -> ToolError {
        match error {
            Refused::ByUs(error) => error,
            Refused::ByPbx(PbxError::NoDevice { .. }) => ToolError::new(
                Code::PbxRejected,
                format!("no call was placed: extension {} has no phone signed in", self.extension),
            )
            .hint("the person must sign in a phone or the 3CX app first; get_extensions shows who is registered"),
            Refused::ByPbx(error) => error.into(),
        }
    }
}

/// Why no call was placed.
enum Refused {
    ByUs(ToolError),
    ByPbx(PbxError),
}

fn is_stale_phone(error: &Refused) -> bool {
    match error {
        Refused::ByPbx(error) => matches!(
            error,
            PbxError::NotFound { .. } | PbxError::NoDevice { .. } | PbxError::Unprocessable { .. }
        ),
        Refused::ByUs(error) => error.code == Code::NotFound,
    }
}

#[cfg(test)]
mod tests;
