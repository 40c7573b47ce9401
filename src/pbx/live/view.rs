//! The table as it crosses from the object that holds it to whoever asked.
//!
//! Not here: what a tool shows of it.

use serde::{Deserialize, Serialize};

use super::leg::Leg;
use super::line::Line;
use super::table::Table;
use crate::pbx::types::{Device, Participant};
use crate::sorted::Map;
use crate::time::Millis;

/// How true the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Freshness {
    /// Events keep it true; otherwise read the PBX.
    pub live: bool,
    /// When the PBX last proved it, by an event or a snapshot.
    pub as_of: Option<Millis>,
    /// Grows with every change and every snapshot.
    pub generation: u64,
}

/// One DN with what is going on there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnView {
    /// The number.
    pub dn: String,
    /// `Wextension`, `Wqueue` …; an open set, empty for a DN that is new.
    pub kind: String,
    /// Its legs.
    pub legs: Vec<Leg>,
    /// Its registered devices, as of the last snapshot.
    pub devices: Vec<Device>,
}

/// One call: all legs that share a `callid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// Zero if the PBX named none; such a leg stands alone.
    pub callid: i64,
    /// Its legs, by DN.
    pub legs: Vec<Leg>,
}

impl DnView {
    /// Its legs as the PBX tells them.
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.legs.iter().map(|leg| &leg.participant)
    }

    fn new(dn: &str, line: &Line) -> Self {
        Self {
            dn: dn.to_owned(),
            kind: line.kind.clone(),
            legs: line.legs.values().cloned().collect(),
            devices: line.devices.clone(),
        }
    }
}

impl CallView {
    /// When its first leg was first seen.
    pub fn first_seen(&self) -> Option<Millis> {
        self.legs.iter().map(|leg| leg.first_seen).min()
    }
}

impl Table {
    /// One DN, if it is known.
    pub fn dn(&self, dn: &str) -> Option<DnView> {
        self.line(dn).map(|line| DnView::new(dn, line))
    }

    /// The DNs where something is going on.
    pub fn busy(&self) -> Vec<DnView> {
        self.lines()
            .filter(|(_, line)| !line.legs.is_empty())
            .map(|(dn, line)| DnView::new(dn, line))
            .collect()
    }

    /// All calls, oldest `callid` first.
    pub fn calls(&self) -> Vec<CallView> {
        let mut alone = Vec::new();
        let mut calls: Map<i64, Vec<Leg>> = Map::default();
        for leg in self.all_legs().cloned() {
            match leg.participant.callid {
                0 => alone.push(leg),
                callid => calls.update(callid, |legs| legs.push(leg)),
            }
        }
        let alone = alone.into_iter().map(|leg| (0, vec![leg]));
        alone
            .chain(calls)
            .map(|(callid, legs)| CallView { callid, legs })
            .collect()
    }
}
