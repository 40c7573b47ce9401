//! Moving a call of an extension to somebody else.
//!
//! Blind: `transferto` for a connected leg, `divert` for a ringing one; the state may change between
//! looking and acting, so a 422 is looked at once more. Attended: 3CX has no consultation by API; the
//! nearest thing is `routeto`, which keeps the caller with the agent until the destination answers.
//!
//! Not here: whether it may be done (`permit`).

use super::{Code, Desk, ToolError};
use crate::pbx::{Forwarding, Participant, Pbx, PbxError, Performed};

/// How long the destination of an attended transfer may ring, in seconds.
const ATTENDED_RING: u32 = 60;
/// The same for a blind one, which comes back to the extension afterwards.
const BLIND_RING: u32 = 40;

/// A transfer about to happen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer<'a> {
    /// The extension, or route point, that has the call.
    pub(crate) extension: &'a str,
    /// The leg there.
    pub(crate) id: i64,
    /// What the PBX dials.
    pub(crate) destination: &'a str,
    /// The caller stays until the destination answers.
    pub(crate) is_attended: bool,
}

/// A transfer that happened.
#[derive(Debug, Clone)]
pub(crate) struct Transferred {
    /// What did it.
    pub(crate) way: Forwarding,
    /// In words.
    pub(crate) message: String,
}

impl Transfer<'_> {
    /// Moves the leg as it is now, once.
    pub(crate) async fn carry_out(
        &self,
        desk: &Desk<'_>,
        leg: &Participant,
    ) -> Result<Transferred, ToolError> {
        let pbx = desk.pbx()?;
        let way = self.way(leg)?;
        match self.forward(desk, way).await? {
            Err(PbxError::Unprocessable { .. }) => {
                // Answered, or put down, between looking and acting: certainly nothing happened.
                let now = pbx.participant(self.extension, self.id).await?;
                let way_now = self.way(&now)?;
                if way_now == way {
                    let error = PbxError::Unprocessable {
                        message: String::new(),
                    };
                    return Err(error.into());
                }
                let outcome = self.forward(desk, way_now).await?;
                self.report(&pbx, way_now, outcome).await
            }
            outcome => self.report(&pbx, way, outcome).await,
        }
    }

    /// The action that fits the leg's state.
    fn way(&self, leg: &Participant) -> Result<Forwarding, ToolError> {
        match (self.is_attended, leg.status.as_str()) {
            (_, "Dialing") => Err(ToolError::new(
                Code::WrongCallState,
                format!(
                    "call {} is still being dialled; only an answered or ringing one moves",
                    leg.id
                ),
            )
            .hint("wait until it is answered, or hang it up with drop_call")),
            (true, _) => Ok(Forwarding::Route),
            (false, "Ringing") => Ok(Forwarding::Divert),
            (false, _) => Ok(Forwarding::Transfer),
        }
    }

    async fn forward(
        &self,
        desk: &Desk<'_>,
        way: Forwarding,
    ) -> Result<Result<Performed, PbxError>, ToolError> {
        let ring = Some(if way == Forwarding::Route {
            ATTENDED_RING
        } else {
            BLIND_RING
        });
        let (dn, destination) = (self.extension, self.destination);
        let pbx = desk.pbx()?;
        let outcome = pbx.forward(dn, self.id, way, destination, ring).await;
        desk.acted(dn);
        desk.acted(destination);
        Ok(outcome)
    }

    async fn report(
        &self,
        pbx: &Pbx<'_>,
        way: Forwarding,
        outcome: Result<Performed, PbxError>,
    ) -> Result<Transferred, ToolError> {
        let (extension, destination, id) = (self.extension, self.destination, self.id);
        let performed = match outcome {
            Ok(performed) => performed,
            Err(PbxError::OutcomeUnknown(doubt)) => return Err(self.look(pbx, &doubt).await),
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
        Ok(Transferred { way, message })
    }

    /// After an unclear outcome: never again, but look.
    async fn look(&self, pbx: &Pbx<'_>, doubt: &str) -> ToolError {
        let (extension, id) = (self.extension, self.id);
        let seen = match pbx.participant(extension, id).await {
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
