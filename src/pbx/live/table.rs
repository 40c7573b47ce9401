//! The calls that are going on, by DN.
//!
//! Invariants
//! - A leg keeps when it was first seen, through changes and lost sockets, and what was known of it
//!   last goes into its end: after a removal the PBX has forgotten it.
//! - Bounded: what does not fit is refused as a whole, and the table is then not called live.
//!
//! Not here: what a snapshot means for a line (`line`); whether the table is true at this moment
//! (`feed`); how it is shown (`view`).

use super::leg::{Change, Leg, LegKey};
use super::line::{Line, Merge};
use crate::pbx::types::{DnInfo, Participant};
use crate::sorted::Map;
use crate::time::Millis;

/// DNs at most.
pub(super) const LINES: usize = 5_000;
/// Legs at most.
pub(super) const LEGS: usize = 10_000;

/// All DNs and their legs.
#[derive(Debug, Default)]
pub struct Table {
    lines: Map<String, Line>,
    /// In all lines.
    legs: usize,
    /// Grows with every change and every snapshot.
    generation: u64,
}

/// The PBX has more than the table takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Table {
    /// Whether this DN exists and may be seen.
    pub fn knows(&self, dn: &str) -> bool {
        self.lines.get(dn).is_some()
    }

    /// The legs of a DN by their id; none if it is not known.
    pub fn legs(&self, dn: &str) -> impl Iterator<Item = &Leg> {
        self.lines
            .get(dn)
            .into_iter()
            .flat_map(|line| line.legs.values())
    }

    /// One leg of a DN.
    pub fn leg(&self, dn: &str, id: i64) -> Option<&Leg> {
        self.lines.get(dn)?.legs.get(&id)
    }

    /// All legs, by DN.
    pub fn all_legs(&self) -> impl Iterator<Item = &Leg> {
        self.lines.values().flat_map(|line| line.legs.values())
    }

    /// Grows with every change and every snapshot.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (&String, &Line)> {
        self.lines.iter()
    }

    pub(super) fn line(&self, dn: &str) -> Option<&Line> {
        self.lines.get(dn)
    }

    /// A leg is as `participant` says.
    pub(super) fn put(
        &mut self,
        key: LegKey,
        mut participant: Participant,
        now: Millis,
        saw_start: bool,
    ) -> Result<Option<Change>, TooLarge> {
        (participant.dn, participant.id) = (key.dn.clone(), key.id);
        if let Some(leg) = self
            .lines
            .get_mut(&key.dn)
            .and_then(|line| line.legs.get_mut(&key.id))
        {
            if leg.participant == participant {
                return Ok(None);
            }
            let before = std::mem::replace(&mut leg.participant, participant);
            let (before, leg) = (Box::new(before), leg.clone());
            self.note();
            return Ok(Some(Change::Changed { before, leg }));
        }
        let has_room = self.lines.len() < LINES || self.knows(&key.dn);
        if self.legs >= LEGS || !has_room {
            return Err(TooLarge);
        }
        let leg = Leg {
            participant,
            first_seen: now,
            saw_start,
        };
        self.lines
            .update(key.dn, |line| line.legs.insert(key.id, leg.clone()));
        self.legs = self.legs.saturating_add(1);
        self.note();
        Ok(Some(Change::Appeared { leg }))
    }

    /// A leg left.
    pub(super) fn remove(&mut self, key: &LegKey, now: Millis) -> Option<Change> {
        let leg = self.lines.get_mut(&key.dn)?.legs.remove(&key.id)?;
        self.legs = self.legs.saturating_sub(1);
        self.note();
        Some(Change::Ended {
            leg,
            ended_at: now,
            saw_end: true,
        })
    }

    /// Everything is as `snapshot` says, except the legs in `settled`: of those more is known.
    pub(super) fn merge(
        &mut self,
        snapshot: Vec<DnInfo>,
        settled: &[LegKey],
        now: Millis,
    ) -> Result<Vec<Change>, TooLarge> {
        let legs: usize = snapshot.iter().map(|info| info.participants.len()).sum();
        if snapshot.len() > LINES || legs > LEGS {
            return Err(TooLarge);
        }
        let mut merge = Merge::new(settled, now);
        let mut before = std::mem::take(&mut self.lines);
        for info in snapshot {
            // The PBX names a DN once; if it did not, the first would count.
            if !info.dn.is_empty() && !self.knows(&info.dn) {
                let old = before.get_mut(&info.dn).map(std::mem::take);
                let (dn, line) = merge.line(info, old.unwrap_or_default());
                self.lines.insert(dn, line);
            }
        }
        for (dn, old) in before {
            if self.knows(&dn) {
                continue;
            }
            let gone = DnInfo {
                dn,
                kind: old.kind.clone(),
                ..DnInfo::default()
            };
            let (dn, line) = merge.line(gone, old);
            if !line.legs.is_empty() {
                self.lines.insert(dn, line);
            }
        }
        self.legs = self.lines.values().map(|line| line.legs.len()).sum();
        self.note();
        Ok(merge.into_changes())
    }

    /// Nothing is known any more.
    pub(super) fn clear(&mut self) {
        self.lines = Map::default();
        self.legs = 0;
        self.note();
    }

    fn note(&mut self) {
        self.generation = self.generation.saturating_add(1);
    }
}
