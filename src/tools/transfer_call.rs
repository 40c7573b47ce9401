//! `transfer_call`: moves a call to somebody else.
//!
//! Blind: `transferto` for a connected leg, `divert` for a ringing one; the state may change between
//! looking and acting, so a 422 is looked at once more. Attended: 3CX has no consultation by API; the
//! nearest thing is `routeto`, which keeps the caller with the agent until the destination answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Act, Code, Desk, Fitting, ToolError, permitted, the_participant};
use crate::pbx::{Forwarding, Participant, Pbx, PbxError, Performed};
use crate::policy::{Destination, ExtensionNumber};

/// How long the destination of an attended transfer may ring, in seconds.
const ATTENDED_RING: u32 = 60;
/// The same for a blind one, which comes back to the extension afterwards.
const BLIND_RING: u32 = 40;

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
        let pbx = desk.pbx()?;
        let named = arguments.participant_id.as_deref();
        let leg = the_participant(desk, extension.as_str(), named, Fitting::Movable).await?;
        let transfer = Transfer {
            pbx,
            desk,
            extension,
            destination,
            kind: arguments.kind,
            id: leg.id,
        };
        let would = format!(
            "transfer call {} of extension {} to {}",
            leg.id, transfer.extension, transfer.destination
        );
        permitted(
            desk,
            Act::Transfer(&transfer.destination),
            &transfer.extension,
            &would,
        )
        .await?;
        transfer.carry_out(&leg).await
    }
}

/// A transfer about to happen.
struct Transfer<'a> {
    pbx: Pbx<'a>,
    desk: &'a Desk<'a>,
    extension: ExtensionNumber,
    destination: Destination,
    kind: Kind,
    id: i64,
}

impl Transfer<'_> {
    async fn carry_out(&self, leg: &Participant) -> Result<Output, ToolError> {
        let way = self.way(leg)?;
        match self.forward(way).await {
            Err(PbxError::Unprocessable { .. }) => {
                // Answered, or put down, between looking and acting: certainly nothing happened.
                let now = self
                    .pbx
                    .participant(self.extension.as_str(), self.id)
                    .await?;
                let way_now = self.way(&now)?;
                if way_now == way {
                    let error = PbxError::Unprocessable {
                        message: String::new(),
                    };
                    return Err(error.into());
                }
                let outcome = self.forward(way_now).await;
                self.report(way_now, outcome).await
            }
            outcome => self.report(way, outcome).await,
        }
    }

    /// The action that fits the leg's state.
    fn way(&self, leg: &Participant) -> Result<Forwarding, ToolError> {
        match (self.kind, leg.status.as_str()) {
            (_, "Dialing") => Err(ToolError::new(
                Code::WrongCallState,
                format!(
                    "call {} is still being dialled; only an answered or ringing one moves",
                    leg.id
                ),
            )
            .hint("wait until it is answered, or hang it up with drop_call")),
            (Kind::Attended, _) => Ok(Forwarding::Route),
            (Kind::Blind, "Ringing") => Ok(Forwarding::Divert),
            (Kind::Blind, _) => Ok(Forwarding::Transfer),
        }
    }

    async fn forward(&self, way: Forwarding) -> Result<Performed, PbxError> {
        let ring = Some(if way == Forwarding::Route {
            ATTENDED_RING
        } else {
            BLIND_RING
        });
        let (dn, destination) = (self.extension.as_str(), self.destination.as_str());
        let outcome = self.pbx.forward(dn, self.id, way, destination, ring).await;
        self.desk.acted(dn);
        self.desk.acted(destination);
        outcome
    }

    async fn report(
        &self,
        way: Forwarding,
        outcome: Result<Performed, PbxError>,
    ) -> Result<Output, ToolError> {
        let (extension, destination, id) = (&self.extension, &self.destination, self.id);
        let performed = match outcome {
            Ok(performed) => performed,
            Err(PbxError::OutcomeUnknown(doubt)) => return Err(self.look(&doubt).await),
            Err(error) if error.is_not_found() => {
                return Err(ToolError::new(
                    Code::NotFound,
                    format!("extension {extension} has no call {id} any more"),
                )
                .hint("the caller may have hung up; look with get_presence"));
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(reason) = performed.failure() {
            let where_it_is = match way {
                Forwarding::Transfer => "the caller is back with the extension",
                Forwarding::Divert => "the call still rings where it was",
                Forwarding::Route => "the caller is still with the extension",
            };
            let message = format!(
                "the PBX did not transfer the call to {destination}: {reason}; {where_it_is}"
            );
            return Err(ToolError::new(Code::PbxRejected, message)
                .hint("try another destination, or look with get_presence"));
        }
        let message = match way {
            Forwarding::Transfer => {
                format!("call {id} of extension {extension} went to {destination}")
            }
            Forwarding::Divert => {
                format!(
                    "the ringing call {id} of extension {extension} was sent on to {destination}"
                )
            }
            Forwarding::Route => format!(
                "{destination} answered, and has taken the call of extension {extension} over; there \
                 was no private talk before"
            ),
        };
        Ok(Output {
            success: true,
            extension: extension.to_string(),
            participant_id: id.to_string(),
            destination: destination.to_string(),
            transfer_type: self.kind,
            action: way.action().to_owned(),
            message,
        })
    }

    /// After an unclear outcome: never again, but look.
    async fn look(&self, doubt: &str) -> ToolError {
        let (extension, id) = (&self.extension, self.id);
        let seen = match self.pbx.participant(extension.as_str(), id).await {
            Ok(leg) => format!("extension {extension} still has call {id} ({})", leg.status),
            Err(error) if error.is_not_found() => {
                format!(
                    "extension {extension} no longer has call {id}, so it probably went through"
                )
            }
            Err(_) => "and the call cannot be looked at either".to_owned(),
        };
        let message = format!(
            "the transfer to {} may or may not have happened: {doubt}; {seen}",
            self.destination
        );
        ToolError::new(Code::OutcomeUnknown, message)
            .hint("look with get_presence before doing it again")
    }
}
