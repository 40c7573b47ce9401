//! Calls as people count them: one entry a conversation, not one a leg.

use schemars::JsonSchema;
use serde::Serialize;

use super::calls::{CallsNow, LegNow};
use crate::pbx::live::Leg;
use crate::sorted::Map;
use crate::time::{Millis, iso};

/// One call that is going on; the field names are a contract with outside programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActiveCall {
    /// Names the conversation: shared by all its legs
    pub id: String,
    /// The leg to give to the tools that act on calls, together with extension
    pub participant_id: String,
    /// Extension whose leg that is
    pub extension: String,
    /// Who calls
    pub caller: String,
    /// Who is called
    pub callee: String,
    /// Dialing, Ringing or Connected, as 3CX says it
    pub status: String,
    /// Inbound, Outbound or Internal
    pub direction: String,
    /// The agent that MasterLinc gave it to, if it did
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Seconds since it was first seen; absent where the link was down
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// When it was first seen; absent where the link was down
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
}

impl ActiveCall {
    /// One leg by itself, as its own extension would be told of it.
    pub(crate) fn of_leg(leg: &Leg, agents: &[(i64, String)], now: Millis) -> Option<Self> {
        let participant = leg.participant.clone();
        let leg = LegNow {
            dn: participant.dn.clone(),
            participant,
            since: Some(leg.first_seen),
        };
        call(&[&leg], agents, now)
    }
}

/// The calls that these legs make up, in the order in which they began.
pub(crate) fn active_calls(calls: &CallsNow, now: Millis) -> Vec<ActiveCall> {
    let mut alone = Vec::new();
    let mut conversations: Map<i64, Vec<&LegNow>> = Map::default();
    for leg in &calls.legs {
        match leg.participant.callid {
            0 => alone.push(vec![leg]),
            callid => conversations.update(callid, |legs| legs.push(leg)),
        }
    }
    alone
        .into_iter()
        .chain(conversations.into_iter().map(|(_, legs)| legs))
        .filter_map(|legs| call(&legs, &calls.agents, now))
        .collect()
}

fn call(legs: &[&LegNow], agents: &[(i64, String)], now: Millis) -> Option<ActiveCall> {
    let outside = legs.iter().find(|leg| leg.participant.is_external());
    // The leg that says most: one that talks, before one that rings.
    let shown = legs
        .iter()
        .min_by_key(|leg| (rank(leg), leg.participant.legid))?;
    let inner = &shown.dn;
    let other = shown.participant.other_party();
    let (direction, from, to) = match outside {
        Some(leg) if is_incoming(leg) => ("Inbound", leg.participant.other_party(), inner.as_str()),
        Some(leg) => ("Outbound", inner.as_str(), leg.participant.other_party()),
        None => {
            // Inside, the leg that began is the caller's.
            let first = legs.iter().min_by_key(|leg| leg.participant.legid)?;
            if legs.len() == 1 && first.participant.is_ringing() {
                ("Internal", other, inner.as_str())
            } else {
                (
                    "Internal",
                    first.dn.as_str(),
                    first.participant.other_party(),
                )
            }
        }
    };
    let mut named = agents
        .iter()
        .filter(|(callid, _)| *callid == shown.participant.callid);
    let since = legs.iter().filter_map(|leg| leg.since).min();
    Some(ActiveCall {
        id: shown.participant.callid.to_string(),
        participant_id: shown.participant.id.to_string(),
        extension: inner.clone(),
        caller: from.to_owned(),
        callee: to.to_owned(),
        status: shown.participant.status.clone(),
        direction: direction.to_owned(),
        agent: named.next().map(|(_, agent)| agent.clone()),
        duration: since.map(|since| (now.saturating_sub(since) / 1000).max(0)),
        start_time: since.map(iso),
    })
}

fn rank(leg: &LegNow) -> u8 {
    match leg.participant.status.as_str() {
        "Connected" => 0,
        "Dialing" => 1,
        "Ringing" => 3,
        _ => 2,
    }
}

/// A call from outside rings, or was routed in by the PBX; one to the outside was dialled here.
fn is_incoming(leg: &LegNow) -> bool {
    let participant = &leg.participant;
    participant.is_ringing()
        || (participant.status != "Dialing"
            && !matches!(participant.originated_by_type.as_str(), "" | "None"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::Participant;

    fn leg(dn: &str, callid: i64, legid: i64, status: &str, other: &str, external: bool) -> LegNow {
        LegNow {
            dn: dn.into(),
            participant: Participant {
                id: callid * 10 + legid,
                callid,
                legid,
                status: status.into(),
                party_caller_id: other.into(),
                party_dn_type: if external {
                    "Wexternalline".into()
                } else {
                    "Wextension".into()
                },
                ..Participant::default()
            },
            since: Some(1_000),
        }
    }

    fn check(legs: Vec<LegNow>, expected: &[(&str, &str, &str, &str)]) {
        let calls = CallsNow {
            legs,
            live: true,
            as_of: 0,
            agents: vec![(2, "doctorlinc".into())],
        };
        let actual = active_calls(&calls, 4_000);
        let actual: Vec<_> = actual
            .iter()
            .map(|call| {
                assert_eq!(call.duration, Some(3));
                assert_eq!(call.agent.is_some(), call.id == "2", "{call:?}");
                (
                    call.direction.as_str(),
                    call.caller.as_str(),
                    call.callee.as_str(),
                    call.status.as_str(),
                )
            })
            .collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn one_entry_a_conversation() {
        check(
            vec![
                leg("100", 1, 1, "Connected", "104", false),
                leg("104", 1, 2, "Connected", "100", false),
                leg("105", 2, 1, "Ringing", "+966500000001", true),
                leg("107", 3, 1, "Dialing", "+966500000002", true),
            ],
            &[
                ("Internal", "100", "104", "Connected"),
                ("Inbound", "+966500000001", "105", "Ringing"),
                ("Outbound", "107", "+966500000002", "Dialing"),
            ],
        );
    }

    #[test]
    fn a_call_that_was_answered_keeps_its_direction() {
        let mut inbound = leg("100", 1, 1, "Connected", "+966500000001", true);
        inbound.participant.originated_by_type = "Wroutepoint".into();
        let outbound = leg("101", 2, 1, "Connected", "+966500000002", true);
        check(
            vec![inbound, outbound],
            &[
                ("Inbound", "+966500000001", "100", "Connected"),
                ("Outbound", "101", "+966500000002", "Connected"),
            ],
        );
    }
}
