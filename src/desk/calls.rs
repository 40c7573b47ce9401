//! The calls of this moment: from the live table where the link is up, else from the PBX by HTTP.
//!
//! Right after an action of this isolate the PBX is asked all the same: its event may still be on the
//! way, and whoever has just placed a call expects to see it.

use super::{Desk, ToolError};
use crate::pbx::Participant;
use crate::pbx::live::Leg as LiveLeg;
use crate::session::LiveAnswer;
use crate::time::Millis;

/// A leg, and since when it is known to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LegNow {
    /// The DN whose leg it is.
    pub(crate) dn: String,
    /// The leg as the PBX tells it.
    pub(crate) participant: Participant,
    /// When it was first seen; not known where it was read by HTTP.
    pub(crate) since: Option<Millis>,
}

/// Calls, and how true they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallsNow {
    /// The legs.
    pub(crate) legs: Vec<LegNow>,
    /// The link is up: changes are known as they happen.
    pub(crate) live: bool,
    /// When this was true.
    pub(crate) as_of: Millis,
    /// Which agents of MasterLinc got which calls, by `callid`.
    pub(crate) agents: Vec<(i64, String)>,
}

impl CallsNow {
    /// The legs as the PBX tells them.
    pub(crate) fn participants(&self) -> Vec<Participant> {
        self.legs
            .iter()
            .map(|leg| leg.participant.clone())
            .collect()
    }
}

/// The calls of one extension.
pub(crate) async fn calls_of(desk: &Desk<'_>, dn: &str) -> Result<CallsNow, ToolError> {
    let answer = live(desk, Some(dn)).await;
    if let Some(answer) = &answer
        && answer.freshness.live
        && !desk.memory.acted_lately(Some(dn), desk.now)
        // A DN that the link does not see is asked for, so that the PBX says why.
        && !answer.lines.is_empty()
    {
        return Ok(from_table(answer, desk.now));
    }
    let participants = desk.pbx()?.participants(dn).await?;
    Ok(from_http(
        answer.as_ref(),
        participants.into_iter().map(|leg| (dn.to_owned(), leg)),
        desk.now,
    ))
}

/// The calls of every extension that the caller may see.
pub(crate) async fn all_calls(desk: &Desk<'_>) -> Result<CallsNow, ToolError> {
    let answer = live(desk, None).await;
    let mut calls = match &answer {
        Some(answer) if answer.freshness.live && !desk.memory.acted_lately(None, desk.now) => {
            from_table(answer, desk.now)
        }
        _ => {
            let dns = desk.pbx()?.dns().await?;
            let legs = dns.into_iter().flat_map(|info| {
                info.participants
                    .into_iter()
                    .map(move |leg| (info.dn.clone(), leg))
            });
            from_http(answer.as_ref(), legs, desk.now)
        }
    };
    calls.legs.retain(|leg| desk.may_touch(&leg.dn));
    Ok(calls)
}

/// What the object knows; nothing where it cannot be asked, or there is no PBX.
async fn live(desk: &Desk<'_>, dn: Option<&str>) -> Option<LiveAnswer> {
    if desk.pbx.is_err() {
        return None;
    }
    desk.session.live(dn).await.ok()
}

fn from_table(answer: &LiveAnswer, now: Millis) -> CallsNow {
    let leg = |dn: &str, leg: &LiveLeg| LegNow {
        dn: dn.to_owned(),
        participant: leg.participant.clone(),
        since: Some(leg.first_seen),
    };
    let legs = answer
        .lines
        .iter()
        .flat_map(|line| line.legs.iter().map(|found| leg(&line.dn, found)));
    CallsNow {
        legs: legs.collect(),
        live: true,
        as_of: answer.freshness.as_of.unwrap_or(now),
        agents: answer.agents.clone(),
    }
}

fn from_http(
    answer: Option<&LiveAnswer>,
    legs: impl Iterator<Item = (String, Participant)>,
    now: Millis,
) -> CallsNow {
    let known = |dn: &str, id: i64| {
        let lines = answer.into_iter().flat_map(|answer| &answer.lines);
        lines
            .filter(|line| line.dn == dn)
            .flat_map(|line| &line.legs)
            .find(|leg| leg.participant.id == id)
            .map(|leg| leg.first_seen)
    };
    let legs = legs.map(|(dn, participant)| LegNow {
        since: known(&dn, participant.id),
        dn,
        participant,
    });
    CallsNow {
        legs: legs.collect(),
        live: answer.is_some_and(|answer| answer.freshness.live),
        as_of: now,
        agents: answer
            .map(|answer| answer.agents.clone())
            .unwrap_or_default(),
    }
}
