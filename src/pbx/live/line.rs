//! One DN with its legs, and what a snapshot means for it.
//!
//! Invariants
//! - A leg that stays keeps its history; one that only the table has is gone.
//! - A settled leg stays as the table has it: more is known of it than the snapshot may tell.

use super::leg::{Change, Leg, LegKey};
use crate::pbx::types::{Device, DnInfo, Participant};
use crate::sorted::Map;
use crate::time::Millis;

/// One DN.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Empty until a snapshot names it.
    pub(super) kind: String,
    /// As of the last snapshot: there are no events for them.
    pub(super) devices: Vec<Device>,
    /// By participant id.
    pub(super) legs: Map<i64, Leg>,
}

/// A snapshot being merged.
pub(super) struct Merge<'a> {
    /// In order.
    settled: &'a [LegKey],
    now: Millis,
    changes: Vec<Change>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(settled: &'a [LegKey], now: Millis) -> Self {
        Self {
            settled,
            now,
            changes: Vec::new(),
        }
    }

    /// What is different now.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// The line that was `old` and of which the snapshot says `info`.
    pub(super) fn line(&mut self, info: DnInfo, old: Line) -> (String, Line) {
        let mut line = Line {
            kind: info.kind,
            devices: info.devices,
            legs: Map::default(),
        };
        let mut key = LegKey { dn: info.dn, id: 0 };
        let mut old_legs = old.legs;
        for mut participant in info.participants {
            key.id = participant.id;
            if !self.is_settled(&key) && line.legs.get(&key.id).is_none() {
                participant.dn.clone_from(&key.dn);
                let leg = self.leg(participant, old_legs.remove(&key.id));
                line.legs.insert(key.id, leg);
            }
        }
        for (id, leg) in old_legs {
            key.id = id;
            if self.is_settled(&key) {
                line.legs.insert(id, leg);
            } else {
                self.end(leg);
            }
        }
        (key.dn, line)
    }

    fn is_settled(&self, leg: &LegKey) -> bool {
        self.settled.binary_search(leg).is_ok()
    }

    fn leg(&mut self, participant: Participant, old: Option<Leg>) -> Leg {
        match old {
            Some(old) if old.participant == participant => old,
            Some(mut leg) if leg.participant.callid == participant.callid => {
                let before = std::mem::replace(&mut leg.participant, participant);
                let change = Change::Changed {
                    before: Box::new(before),
                    leg: leg.clone(),
                };
                self.changes.push(change);
                leg
            }
            // After a restart of the PBX the same id may name another call.
            old => {
                if let Some(old) = old {
                    self.end(old);
                }
                let leg = Leg {
                    participant,
                    first_seen: self.now,
                    saw_start: false,
                };
                self.changes.push(Change::Appeared { leg: leg.clone() });
                leg
            }
        }
    }

    fn end(&mut self, leg: Leg) {
        self.changes.push(Change::Ended {
            leg,
            ended_at: self.now,
            saw_end: false,
        });
    }
}
