//! What a dialled text means, and why a call to it fails.
//!
//! Names of reasons: `ReasonOfFailure` of 3CX's .NET call control library.

use crate::directory::{Answering, Device, Kind};
use crate::world::World;

use super::Party;

/// Fewer digits are never an outside number: the outbound rules ask for at least so many.
const OUTSIDE_MIN_DIGITS: usize = 5;

/// Where a delivery goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// An internal number, with all its devices.
    Number(String),
    /// One device of an internal number.
    Device { dn: String, device_id: String },
    /// A number outside, through the trunk.
    Outside(String),
}

/// Why a call did not reach its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    UnknownDestination,
    DestinationBusy,
    DestinationNoAnswer,
    DestinationIsNotRegistered,
    DestinationIsNotReachable,
    PartyConnectionLost,
    ParentConnectionTerminated,
    CompletedElsewhere,
    SubjectNotFound,
    RoutingLoopDetected,
}

/// A reason with words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(reason: Reason, text: impl Into<String>) -> Self {
        Self {
            reason,
            text: text.into(),
        }
    }

    /// Somebody said no, as opposed to something not working.
    pub(crate) fn is_rejection(&self) -> bool {
        self.reason == Reason::DestinationBusy
    }

    pub(crate) fn name(&self) -> String {
        format!("{:?}", self.reason)
    }
}

impl World {
    /// Understands `destination` as dialled by `from`, or says why the call cannot go there now.
    pub(crate) fn resolve(&self, destination: &str, from: &str) -> Result<Target, Failure> {
        let unknown = || {
            Failure::new(
                Reason::UnknownDestination,
                format!("{destination} is not a known number"),
            )
        };
        if let Some((dn, device)) = self.device_by_contact(destination) {
            return Ok(Target::Device {
                dn,
                device_id: device.device_id.clone(),
            });
        }
        let Some(dn) = self.dns.get(destination) else {
            let target = outside_number(destination).ok_or_else(unknown)?;
            refusal(self.outside_answering(destination), destination)?;
            return Ok(Target::Outside(target));
        };
        if dn.number == from {
            return Err(Failure::new(
                Reason::RoutingLoopDetected,
                "the caller called itself",
            ));
        }
        match dn.kind {
            Kind::ExternalLine => return Err(unknown()),
            Kind::Extension if !dn.is_registered() => {
                let text = format!("{destination} is not registered");
                return Err(Failure::new(Reason::DestinationIsNotRegistered, text));
            }
            Kind::Extension => {
                refusal(dn.incoming.unwrap_or(self.settings.extensions), destination)?;
            }
            Kind::RingGroup if self.ringing_members(dn.members.iter()).next().is_none() => {
                let text = format!("nobody of {destination} is registered");
                return Err(Failure::new(Reason::DestinationIsNotRegistered, text));
            }
            _ => {}
        }
        Ok(Target::Number(dn.number.clone()))
    }

    /// Members that can ring, with their devices.
    pub(crate) fn ringing_members<'a>(
        &'a self,
        members: impl Iterator<Item = &'a String>,
    ) -> impl Iterator<Item = (&'a str, &'a Device)> {
        members
            .filter_map(|number| self.dns.get(number))
            .flat_map(|dn| {
                dn.live_devices()
                    .iter()
                    .map(|device| (dn.number.as_str(), device))
            })
    }

    /// How the target looks to the caller.
    pub(crate) fn party(&self, target: &Target) -> Party {
        match target {
            Target::Number(dn) | Target::Device { dn, .. } => self.party_of(dn),
            Target::Outside(number) => self.outside_party(number, ""),
        }
    }

    pub(crate) fn party_of(&self, number: &str) -> Party {
        let known = self.dns.get(number);
        Party {
            dn: number.to_owned(),
            kind: known.map_or(Kind::Extension, |dn| dn.kind),
            number: number.to_owned(),
            name: known.map(|dn| dn.name.clone()).unwrap_or_default(),
        }
    }

    /// An outside party: its `dn` is the trunk, as in real captures.
    pub(crate) fn outside_party(&self, number: &str, name: &str) -> Party {
        let trunk = self.dns.values().find(|dn| dn.kind == Kind::ExternalLine);
        Party {
            dn: trunk.map(|dn| dn.number.clone()).unwrap_or_default(),
            kind: Kind::ExternalLine,
            number: number.to_owned(),
            name: name.to_owned(),
        }
    }

    fn device_by_contact(&self, contact: &str) -> Option<(String, &Device)> {
        self.dns.values().find_map(|dn| {
            let device = dn
                .live_devices()
                .iter()
                .find(|device| device.device_id == contact)?;
            Some((dn.number.clone(), device))
        })
    }
}

/// Ways to answer that refuse before anything rings.
pub(super) fn refusal(answering: Answering, destination: &str) -> Result<(), Failure> {
    let (reason, text) = match answering {
        Answering::Busy => (Reason::DestinationBusy, "is busy"),
        Answering::Unknown => (Reason::UnknownDestination, "does not exist"),
        Answering::Unreachable => (Reason::DestinationIsNotReachable, "cannot be reached"),
        _ => return Ok(()),
    };
    Err(Failure::new(reason, format!("{destination} {text}")))
}

/// A number for the trunk: digits, at the start perhaps a plus sign.
fn outside_number(dialled: &str) -> Option<String> {
    let digits = dialled.strip_prefix('+').unwrap_or(dialled);
    let plausible =
        digits.len() >= OUTSIDE_MIN_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| dialled.to_owned())
}
