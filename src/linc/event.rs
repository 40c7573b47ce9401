//! What MasterLinc is told: `{event, caller, callee, extension, direction, metadata?}`, and which change of
//! the live table is worth telling.
//!
//! Inbound means: an outside party, and the PBX brought the call here. A phone that rings because its own
//! extension calls somebody outside looks the same, but that nobody originated it.

use serde_json::{Value, json};

use super::Routing;
use crate::pbx::Participant;
use crate::pbx::live::Change;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It rings.
    Incoming,
    /// Somebody, or something, answered.
    Answered,
    /// It is over, as far as can be seen.
    Ended,
}

impl EventKind {
    /// As the contract writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "call.incoming",
            Self::Answered => "call.answered",
            Self::Ended => "call.ended",
        }
    }

    /// In a set of those that were told.
    pub(super) const fn bit(self) -> i64 {
        match self {
            Self::Incoming => 1,
            Self::Answered => 2,
            Self::Ended => 4,
        }
    }
}

/// One event of a call.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Number of the outside party.
    pub caller: &'a str,
    /// Whom it reached.
    pub dn: &'a str,
    /// How it went, where it is over.
    pub summary: Option<&'a str>,
    /// What was said, where Basma had the call.
    pub transcript: Option<&'a str>,
}

impl Request<'_> {
    /// The body of the request.
    pub fn body(&self) -> String {
        let mut body = json!({
            "event": self.kind.as_str(),
            "caller": self.caller,
            "callee": self.dn,
            "extension": self.dn,
            "direction": "Inbound",
        });
        let mut metadata = serde_json::Map::new();
        for (name, text) in [("summary", self.summary), ("transcript", self.transcript)] {
            if let Some(text) = text {
                metadata.insert(name.to_owned(), text.into());
            }
        }
        if let (false, Value::Object(members)) = (metadata.is_empty(), &mut body) {
            members.insert("metadata".to_owned(), metadata.into());
        }
        body.to_string()
    }
}

/// The body of the request about a message that came in. What it says stays here.
pub fn message_received(from: &str, to: &str, channel: &str) -> String {
    json!({
        "event": "message.received",
        "caller": from,
        "callee": to,
        "extension": to,
        "direction": "Inbound",
        "metadata": { "channel": channel },
    })
    .to_string()
}

/// What a change means to MasterLinc, if anything. A call that was connected when it was first seen may be
/// an old one: it is told of only if it began before our eyes.
pub fn worth_telling(change: &Change, routing: &Routing) -> Option<EventKind> {
    let leg = change.leg();
    if matches!(change, Change::Ended { .. }) {
        // Whether that was the last of the call, and anybody was told of it, is not seen here.
        return is_inbound(&leg.participant).then_some(EventKind::Ended);
    }
    let participant = &leg.participant;
    if !is_inbound(participant) || participant.callid == 0 || !routing.is_about(&participant.dn) {
        return None;
    }
    match (participant.status.as_str(), change) {
        ("Ringing", _) => Some(EventKind::Incoming),
        ("Dialing", _) | (_, Change::Ended { .. }) => None,
        (_, Change::Appeared { leg }) => leg.saw_start.then_some(EventKind::Answered),
        (_, Change::Changed { before, .. }) => before.is_ringing().then_some(EventKind::Answered),
    }
}

fn is_inbound(leg: &Participant) -> bool {
    leg.is_external() && !matches!(leg.originated_by_type.as_str(), "" | "None")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::auth::ExtensionSet;
    use crate::linc::{Action, Wish};
    use crate::pbx::live::Leg;

    pub(in crate::linc) fn routing() -> Routing {
        Routing {
            default: Wish {
                action: Action::Answer,
                agent: None,
                destination: None,
            },
            voicemail: None,
            agents: vec![("doctorlinc".into(), "104".into())],
            dns: Some(ExtensionSet::parse(["100-109"]).unwrap()),
            home: None,
            basma: Some("assistant".into()),
        }
    }

    fn leg(dn: &str, status: &str) -> Leg {
        Leg {
            participant: Participant {
                id: 7,
                dn: dn.into(),
                status: status.into(),
                party_caller_id: "+966500000001".into(),
                party_caller_name: "Huda".into(),
                party_dn: "10000".into(),
                party_dn_type: "Wexternalline".into(),
                originated_by_type: "Wroutepoint".into(),
                callid: 5,
                ..Participant::default()
            },
            first_seen: 0,
            saw_start: true,
        }
    }

    fn check(change: &Change, expected: Option<EventKind>) {
        assert_eq!(worth_telling(change, &routing()), expected, "{change:?}");
    }

    #[test]
    fn what_is_told() {
        let appeared = |leg| Change::Appeared { leg };
        check(&appeared(leg("100", "Ringing")), Some(EventKind::Incoming));
        check(
            &appeared(leg("assistant", "Ringing")),
            Some(EventKind::Incoming),
        );
        check(&appeared(leg("110", "Ringing")), None);
        check(
            &appeared(leg("100", "Connected")),
            Some(EventKind::Answered),
        );
        let before = Box::new(leg("100", "Ringing").participant);
        let leg_now = leg("100", "Connected");
        check(
            &Change::Changed {
                before,
                leg: leg_now,
            },
            Some(EventKind::Answered),
        );
        let ended = Change::Ended {
            leg: leg("110", "Connected"),
            ended_at: 9,
            saw_end: true,
        };
        check(&ended, Some(EventKind::Ended));
    }

    #[test]
    fn what_is_not() {
        // An old call that a snapshot shows.
        let mut old = leg("100", "Connected");
        old.saw_start = false;
        check(&Change::Appeared { leg: old }, None);
        // One whose caller got a name meanwhile.
        let mut before = Box::new(leg("100", "Connected").participant);
        before.party_caller_name.clear();
        let leg_now = leg("100", "Connected");
        check(
            &Change::Changed {
                before,
                leg: leg_now,
            },
            None,
        );
        // Between colleagues.
        let mut inside = leg("100", "Ringing");
        inside.participant.party_dn_type = "Wextension".into();
        check(&Change::Appeared { leg: inside }, None);
        // The desk phone that rings first, when its extension calls somebody.
        let mut own = leg("100", "Ringing");
        own.participant.originated_by_type = "None".into();
        check(&Change::Appeared { leg: own }, None);
    }

    #[test]
    fn the_shape_of_the_contract_and_no_names() {
        let request = Request {
            kind: EventKind::Incoming,
            caller: "+966500000001",
            dn: "100",
            summary: None,
            transcript: None,
        };
        assert_eq!(
            request.body(),
            r#"{"callee":"100","caller":"+966500000001","direction":"Inbound","event":"call.incoming","extension":"100"}"#
        );
        let ended = Request {
            kind: EventKind::Ended,
            summary: Some("answered"),
            ..request
        };
        assert!(
            ended
                .body()
                .contains(r#""metadata":{"summary":"answered"}"#)
        );
        let by_basma = Request {
            transcript: Some("Caller: Hello"),
            ..ended
        };
        let metadata = r#""metadata":{"summary":"answered","transcript":"Caller: Hello"}"#;
        assert!(by_basma.body().contains(metadata));
        let message = message_received("+966500000001", "+966110000000", "sms");
        assert!(
            message.contains(r#""metadata":{"channel":"sms"}"#),
            "{message}"
        );
    }
}
