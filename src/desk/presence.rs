//! Presence: the profile that a person set, whether a phone is signed in, and the calls.
//!
//! "On a call" comes from the calls themselves. 3CX's `QueueStatus` says only whether somebody
//! takes queue calls, and the profile only what they chose.

use schemars::JsonSchema;
use serde::Serialize;

use crate::pbx::{Participant, User};

/// One call leg of an extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Leg {
    /// Names this leg in other tools while the call lives
    pub participant_id: String,
    /// Dialing, Ringing or Connected, as 3CX says it
    pub status: String,
    /// Number of the other party
    pub other_party: String,
    /// Name of the other party, as the PBX knows it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub other_party_name: String,
    /// Whether the other party is outside the PBX
    pub external: bool,
    /// Shared by all legs of one conversation
    pub call_id: String,
}

impl From<&Participant> for Leg {
    fn from(participant: &Participant) -> Self {
        Self {
            participant_id: participant.id.to_string(),
            status: participant.status.clone(),
            other_party: participant.other_party().to_owned(),
            other_party_name: participant.party_caller_name.clone(),
            external: participant.is_external(),
            call_id: participant.callid.to_string(),
        }
    }
}

/// What can be said of an extension at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Presence {
    /// `Available`, `Away` …: the profile; `Offline` where no phone is signed in.
    pub(crate) status: String,
    /// The same in a sentence.
    pub(crate) text: String,
    /// In a conversation or setting one up, as opposed to only being rung.
    pub(crate) on_call: bool,
}

/// Presence of `user` with these legs.
pub(crate) fn presence_of(user: &User, legs: &[Participant]) -> Presence {
    let profile = match user.current_profile_name.as_str() {
        "" => "Available",
        profile => profile,
    };
    let talking = legs.iter().find(|leg| !leg.is_ringing());
    let ringing = legs.iter().find(|leg| leg.is_ringing());
    let is_reachable = user.is_registered || !legs.is_empty();
    let status = if is_reachable { profile } else { "Offline" };

    let mut text = match (talking, ringing) {
        (Some(leg), _) if leg.status == "Dialing" => format!("calling {}", leg.other_party()),
        (Some(leg), _) => format!("on a call with {}", leg.other_party()),
        (None, Some(leg)) => format!("ringing, called by {}", leg.other_party()),
        (None, None) if is_reachable => "not on a call".to_owned(),
        (None, None) => "no phone is signed in".to_owned(),
    };
    text.push_str(", profile ");
    text.push_str(profile);
    if user.queue_status == "LoggedOut" {
        text.push_str(", not taking queue calls");
    }
    Presence {
        status: status.to_owned(),
        text,
        on_call: talking.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(is_registered: bool, profile: &str) -> User {
        User {
            is_registered,
            current_profile_name: profile.into(),
            ..User::default()
        }
    }

    fn leg(status: &str) -> Participant {
        Participant {
            status: status.into(),
            party_caller_id: "101".into(),
            ..Participant::default()
        }
    }

    #[test]
    fn what_is_said() {
        let check = |user: &User, legs: &[Participant], status: &str, on_call: bool, text: &str| {
            let presence = presence_of(user, legs);
            assert_eq!(
                (presence.status.as_str(), presence.on_call),
                (status, on_call)
            );
            assert_eq!(presence.text, text);
        };
        let free = user(true, "Available");
        check(
            &free,
            &[],
            "Available",
            false,
            "not on a call, profile Available",
        );
        check(
            &free,
            &[leg("Connected")],
            "Available",
            true,
            "on a call with 101, profile Available",
        );
        check(
            &free,
            &[leg("Dialing")],
            "Available",
            true,
            "calling 101, profile Available",
        );
        check(
            &free,
            &[leg("Ringing")],
            "Available",
            false,
            "ringing, called by 101, profile Available",
        );
        check(
            &free,
            &[leg("Held")],
            "Available",
            true,
            "on a call with 101, profile Available",
        );
        check(
            &user(false, "Away"),
            &[],
            "Offline",
            false,
            "no phone is signed in, profile Away",
        );
        let mut agent = user(true, "Custom 1");
        agent.queue_status = "LoggedOut".into();
        check(
            &agent,
            &[],
            "Custom 1",
            false,
            "not on a call, profile Custom 1, not taking queue calls",
        );
    }
}
