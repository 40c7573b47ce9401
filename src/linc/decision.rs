//! From what MasterLinc says to what is done with the call as it is at that moment.
//!
//! | action | rings | is connected |
//! |---|---|---|
//! | answer | answered, by Basma at her desk, else where the API can; else it goes on ringing | nothing |
//! | transfer, queue | `divert` | `transferto` |
//! | ai_handle | `divert` to `BASMA_DN` | `transferto` |
//! | voicemail | `divert` to `MASTERLINC_VOICEMAIL`; without it, it goes on ringing | `transferto`, or nothing |
//!
//! Voicemail: no request is known that sends a call to a mailbox. What works is a number that an
//! administrator set up to take messages; without one the call is left to the extension's own forwarding
//! (as 3CX installs it: voicemail when nobody answers).
//!
//! Not here: whether a number is a queue, caps and quiet hours (asked by whoever carries it out).

use super::{Action, Routing, Wish};
use crate::pbx::{Forwarding, Participant};
use crate::policy::{Destination, DialRules};

/// Why MasterLinc did not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not asked for a while, because it failed.
    Paused,
    /// There was no answer in time.
    Slow,
    /// There was no connection, or it broke.
    Down,
    /// It answered with a status other than 2xx.
    Refused,
    /// It sent something that is no reply.
    Garbled,
    /// It sent more than a reply may be.
    TooLarge,
    /// It named an action that does not exist.
    UnknownAction,
    /// It named no destination, or an agent that is not in the table.
    NoDestination,
    /// Its destination may not be called.
    Forbidden,
    /// Its destination is no number.
    NotANumber,
    /// Its queue is no queue.
    NotAQueue,
    /// A limit is reached, it is quiet, or a person would have to say yes.
    NotPermitted,
    /// The call is in a state in which it cannot be moved.
    WrongState,
    /// The PBX did not do it.
    Rejected,
    /// This object began anew while it was asked.
    Restarted,
    /// The call was over before that.
    Gone,
}

impl Fault {
    /// As it is counted and recorded.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Refused => "refused",
            Self::Garbled => "garbled",
            Self::TooLarge => "too_large",
            Self::UnknownAction => "unknown_action",
            Self::NoDestination => "no_destination",
            Self::Forbidden => "forbidden_destination",
            Self::NotANumber => "not_a_number",
            Self::NotAQueue => "not_a_queue",
            Self::NotPermitted => "not_permitted",
            Self::WrongState => "wrong_call_state",
            Self::Rejected => "pbx_rejected",
            Self::Restarted => "restarted",
            Self::Gone => "call_gone",
        }
    }

    /// It says that MasterLinc does not work, not that it wants what cannot be.
    pub const fn is_breakdown(self) -> bool {
        matches!(
            self,
            Self::Slow | Self::Down | Self::Refused | Self::Garbled | Self::TooLarge
        )
    }
}

/// The call at this moment, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegFacts {
    /// Whose leg it is.
    pub dn: String,
    /// The leg.
    pub id: i64,
    /// Its state.
    pub status: String,
    /// The API can answer it: a phone under direct control, or our own route point.
    pub can_answer: bool,
}

impl LegFacts {
    /// Of a leg; `kind` is its DN's.
    pub fn of(leg: &Participant, kind: &str) -> Self {
        Self {
            dn: leg.dn.clone(),
            id: leg.id,
            status: leg.status.clone(),
            can_answer: leg.direct_control || kind == "Wroutepoint",
        }
    }

    /// How it is moved, if it can be.
    pub fn way(&self) -> Result<Forwarding, Fault> {
        match self.status.as_str() {
            "Ringing" => Ok(Forwarding::Divert),
            "Dialing" => Err(Fault::WrongState),
            _ => Ok(Forwarding::Transfer),
        }
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Nothing: it rings on, or is where it should be.
    Leave,
    /// It is picked up.
    Answer,
    /// It goes somewhere else.
    Move {
        /// How.
        way: Forwarding,
        /// The number to dial.
        destination: String,
        /// The same, where it is one outside.
        outside: Option<String>,
        /// It must be a queue.
        is_queue: bool,
    },
}

/// What is done with a call, and in whose name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The action as the contract names it.
    pub action: Action,
    /// The agent, where one is named.
    pub agent: Option<String>,
    /// What is done.
    pub deed: Deed,
}

/// What `wish` means for the call as it is.
pub fn plan(
    wish: &Wish,
    leg: &LegFacts,
    routing: &Routing,
    dialing: &DialRules,
) -> Result<Plan, Fault> {
    let deed = match wish.action {
        // She answers herself, and all that it takes.
        Action::Answer if routing.basma.as_deref() == Some(leg.dn.as_str()) => Deed::Leave,
        Action::Answer if leg.status == "Ringing" && leg.can_answer => Deed::Answer,
        Action::Ring | Action::Answer => Deed::Leave,
        Action::Transfer | Action::Queue => {
            let agent = wish.agent.as_deref().and_then(|agent| routing.reach(agent));
            let named = wish.destination.as_deref().or(agent);
            let destination = admit(named.ok_or(Fault::NoDestination)?, dialing)?;
            movement(leg, &destination, wish.action == Action::Queue)?
        }
        // A setting, and perhaps no number: the route point of an API client has a name.
        Action::AiHandle => {
            let basma = routing.basma.as_deref().ok_or(Fault::NoDestination)?;
            moved(leg, basma.to_owned(), None, false)?
        }
        Action::Voicemail => match &routing.voicemail {
            Some(number) => {
                let number = number.replace("{extension}", &leg.dn);
                movement(leg, &admit(&number, dialing)?, false)?
            }
            None => Deed::Leave,
        },
    };
    Ok(Plan {
        action: wish.action,
        agent: wish.agent.clone(),
        deed,
    })
}

fn admit(text: &str, dialing: &DialRules) -> Result<Destination, Fault> {
    dialing.admit(text).map_err(|rejection| {
        if rejection.is_refusal() {
            Fault::Forbidden
        } else {
            Fault::NotANumber
        }
    })
}

fn movement(leg: &LegFacts, destination: &Destination, is_queue: bool) -> Result<Deed, Fault> {
    let number = destination.as_str().to_owned();
    let is_inside = matches!(destination, Destination::Internal(_));
    let outside = (!is_inside).then(|| number.clone());
    moved(leg, number, outside, is_queue)
}

fn moved(
    leg: &LegFacts,
    destination: String,
    outside: Option<String>,
    is_queue: bool,
) -> Result<Deed, Fault> {
    if destination == leg.dn {
        return Ok(Deed::Leave);
    }
    Ok(Deed::Move {
        way: leg.way()?,
        destination,
        outside,
        is_queue,
    })
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::routing;
    use super::*;

    fn leg(status: &str, can_answer: bool) -> LegFacts {
        LegFacts {
            dn: "100".into(),
            id: 7,
            status: status.into(),
            can_answer,
        }
    }

    fn wish(action: Action, agent: Option<&str>, destination: Option<&str>) -> Wish {
        Wish {
            action,
            agent: agent.map(str::to_owned),
            destination: destination.map(str::to_owned),
        }
    }

    fn to(way: Forwarding, destination: &str) -> Deed {
        Deed::Move {
            way,
            destination: destination.into(),
            outside: destination.starts_with('+').then(|| destination.to_owned()),
            is_queue: false,
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is written in place")]
    fn check(wish: &Wish, leg: &LegFacts, expected: Result<Deed, Fault>) {
        let plan = plan(wish, leg, &routing(), &DialRules::default());
        assert_eq!(plan.map(|plan| plan.deed), expected, "{wish:?} {leg:?}");
    }

    /// K4 among them: a desk phone is left ringing.
    #[test]
    fn answer_where_it_can_be() {
        let answer = wish(Action::Answer, None, None);
        check(&answer, &leg("Ringing", true), Ok(Deed::Answer));
        check(&answer, &leg("Ringing", false), Ok(Deed::Leave));
        check(&answer, &leg("Connected", true), Ok(Deed::Leave));
        check(
            &wish(Action::Ring, None, None),
            &leg("Ringing", true),
            Ok(Deed::Leave),
        );
    }

    #[test]
    fn a_call_goes_by_the_way_that_fits_its_state() {
        let transfer = wish(Action::Transfer, None, Some("104"));
        check(
            &transfer,
            &leg("Ringing", true),
            Ok(to(Forwarding::Divert, "104")),
        );
        check(
            &transfer,
            &leg("Connected", true),
            Ok(to(Forwarding::Transfer, "104")),
        );
        check(
            &transfer,
            &leg("Talking", true),
            Ok(to(Forwarding::Transfer, "104")),
        );
        check(&transfer, &leg("Dialing", true), Err(Fault::WrongState));
        let here = wish(Action::Transfer, None, Some("100"));
        check(&here, &leg("Ringing", true), Ok(Deed::Leave));
        let outside = wish(Action::Transfer, None, Some("0500000000"));
        let number = "+966500000000";
        check(
            &outside,
            &leg("Ringing", true),
            Ok(to(Forwarding::Divert, number)),
        );
    }

    #[test]
    fn agents_stand_for_their_destinations() {
        let ringing = leg("Ringing", true);
        let by_agent = wish(Action::Transfer, Some("DoctorLinc"), None);
        check(&by_agent, &ringing, Ok(to(Forwarding::Divert, "104")));
        let both = wish(Action::Transfer, Some("doctorlinc"), Some("105"));
        check(&both, &ringing, Ok(to(Forwarding::Divert, "105")));
        let unknown = wish(Action::Transfer, Some("paylinc"), None);
        check(&unknown, &ringing, Err(Fault::NoDestination));
    }

    #[test]
    fn queue_basma_and_voicemail() {
        let ringing = leg("Ringing", true);
        let queue = Deed::Move {
            way: Forwarding::Divert,
            destination: "800".into(),
            outside: None,
            is_queue: true,
        };
        check(&wish(Action::Queue, None, Some("800")), &ringing, Ok(queue));
        let basma = wish(Action::AiHandle, None, Some("104"));
        check(&basma, &ringing, Ok(to(Forwarding::Divert, "assistant")));
        let voicemail = wish(Action::Voicemail, None, None);
        check(&voicemail, &ringing, Ok(Deed::Leave));
        let mut routing = routing();
        routing.voicemail = Some("9{extension}".into());
        let plan = plan(&voicemail, &ringing, &routing, &DialRules::default()).unwrap();
        assert_eq!(plan.deed, to(Forwarding::Divert, "9100"));
        routing.basma = None;
        let none = super::plan(&basma, &ringing, &routing, &DialRules::default());
        assert_eq!(none, Err(Fault::NoDestination));
    }

    /// K3, N15, N16.
    #[test]
    fn a_destination_passes_the_dialling_rules() {
        let ringing = leg("Ringing", true);
        for (number, fault) in [
            ("997", Fault::Forbidden),
            ("+966925000000", Fault::Forbidden),
            ("+971400000000", Fault::Forbidden),
            ("*62", Fault::Forbidden),
            ("sip:100@example.com", Fault::NotANumber),
            ("everyone", Fault::NotANumber),
        ] {
            for action in [Action::Transfer, Action::Queue] {
                let wish = wish(action, None, Some(number));
                check(&wish, &ringing, Err(fault));
            }
        }
    }
}
