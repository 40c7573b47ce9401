//! From what the link reports to events.
//!
//! | event | when | data |
//! |---|---|---|
//! | `call.ringing`, `call.dialing`, `call.answered` | a leg came into this state | the leg, as `get_active_calls` shows it |
//! | `call.changed` | anything else about it is different | the same |
//! | `call.ended` | it is gone | as it was last |
//! | `presence.changed` | an extension is rung, is on a call, or is neither any more | `extension`, `onCall`, `ringing` |
//! | `reset` | so much changed at once that reading anew is less work | `reason` |
//! | `link` | changes are known as they happen from now on, or not any more | `live` |
//!
//! Not here: who hears of them.

use serde_json::json;

use crate::desk::ActiveCall;
use crate::pbx::live::{Change, Leg, Table};
use crate::sorted::Map;
use crate::time::{Millis, iso};

/// More changes at once than this are not told one by one: nobody could read them before the log has to let
/// go of them. So it is when the link to a large PBX comes up.
const MOST: usize = 200;

/// Calls as they are now.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    /// Their legs.
    pub table: &'a Table,
    /// Which agents of MasterLinc got which of them, by `callid`.
    pub agents: &'a [(i64, String)],
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) kind: &'static str,
    /// The extension that it is about; empty where it concerns everybody.
    pub(super) dn: &'a str,
    /// JSON on one line.
    pub(super) data: String,
}

/// What was told last of each extension, and of the link.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Extensions that are rung or on a call.
    busy: Map<String, Doing>,
    pub(super) is_live: bool,
}

/// As `get_presence` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Doing {
    on_call: bool,
    ringing: bool,
}

impl Doing {
    fn of<'a>(legs: impl Iterator<Item = &'a Leg>) -> Self {
        let mut doing = Self::default();
        for leg in legs {
            if leg.participant.is_ringing() {
                doing.ringing = true;
            } else {
                doing.on_call = true;
            }
        }
        doing
    }
}

impl News {
    /// What to tell of these changes, after which the calls are as `calls` says.
    pub(super) fn of_calls<'a>(
        &mut self,
        changes: &'a [Change],
        calls: Calls<'_>,
        now: Millis,
    ) -> Vec<Event<'a>> {
        let Calls { table, agents } = calls;
        let mut events = Vec::new();
        if changes.len() > MOST {
            for change in changes {
                let _ = self.of_presence(&change.leg().participant.dn, table, now);
            }
            events.push(Event {
                kind: "reset",
                dn: "",
                data: json!({ "reason": "too many changes" }).to_string(),
            });
            return events;
        }
        for change in changes {
            let leg = change.leg();
            let dn = leg.participant.dn.as_str();
            if let Some(data) = call(leg, agents, now) {
                let kind = kind(change);
                events.push(Event { kind, dn, data });
            }
            events.extend(self.of_presence(dn, table, now));
        }
        events
    }

    /// What to tell of the link.
    pub(super) fn of_link(&mut self, is_live: bool, now: Millis) -> Option<Event<'static>> {
        if self.is_live == is_live {
            return None;
        }
        self.is_live = is_live;
        Some(Event {
            kind: "link",
            dn: "",
            data: link(is_live, now),
        })
    }

    fn of_presence<'a>(&mut self, dn: &'a str, table: &Table, now: Millis) -> Option<Event<'a>> {
        let doing = Doing::of(table.legs(dn));
        let before = self.busy.get(dn).copied().unwrap_or_default();
        if doing == before {
            return None;
        }
        if doing == Doing::default() {
            self.busy.remove(dn);
        } else {
            self.busy.insert(dn.to_owned(), doing);
        }
        let data = json!({
            "at": iso(now),
            "extension": dn,
            "onCall": doing.on_call,
            "ringing": doing.ringing,
        });
        Some(Event {
            kind: "presence.changed",
            dn,
            data: data.to_string(),
        })
    }
}

/// Whether changes are known as they happen.
pub(super) fn link(is_live: bool, now: Millis) -> String {
    json!({ "at": iso(now), "live": is_live }).to_string()
}

fn kind(change: &Change) -> &'static str {
    match change {
        Change::Ended { .. } => "call.ended",
        Change::Changed { before, leg } if before.status == leg.participant.status => {
            "call.changed"
        }
        Change::Appeared { leg } | Change::Changed { leg, .. } => {
            match leg.participant.status.as_str() {
                "Ringing" => "call.ringing",
                "Dialing" => "call.dialing",
                "Connected" => "call.answered",
                _ => "call.changed",
            }
        }
    }
}

fn call(leg: &Leg, agents: &[(i64, String)], now: Millis) -> Option<String> {
    let call = serde_json::to_string(&ActiveCall::of_leg(leg, agents, now)?).ok()?;
    let members = call.strip_prefix('{')?;
    Some(format!("{{\"at\":\"{}\",{members}", iso(now)))
}
