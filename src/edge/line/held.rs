//! Calls on hold.

use worker::Result;

use super::store::{Store, integers, texts};
use crate::edge::clock;
use crate::json;
use crate::policy::{ParkedCall, free_slot};

impl Store {
    /// Every call on hold and every reservation, oldest first.
    pub(super) fn on_hold(&self) -> Result<Vec<ParkedCall>> {
        let mut rows = self.rows("SELECT call FROM held ORDER BY since", Vec::new())?;
        let now = clock::now();
        let calls = rows
            .iter_mut()
            .filter_map(|row| json::read(row.text()?.as_bytes()).ok());
        Ok(calls
            .filter(|call: &ParkedCall| call.keeps_slot(now))
            .collect())
    }

    /// Looks for a free slot and takes it, without a pause between.
    pub(super) fn reserve(&self, slots: &[String], call: &ParkedCall) -> Result<Option<String>> {
        let now = clock::now();
        let taken = self.on_hold()?;
        let Some(slot) = free_slot(slots, &taken, now) else {
            return Ok(None);
        };
        let call = ParkedCall {
            slot: slot.to_owned(),
            since: now,
            is_parked: false,
            ..call.clone()
        };
        self.write_held(&call)?;
        Ok(Some(slot.to_owned()))
    }

    /// The call is in the slot it was reserved.
    pub(super) fn parked(&self, slot: &str) -> Result<()> {
        match self.on_hold()?.into_iter().find(|call| call.slot == slot) {
            Some(call) => self.write_held(&ParkedCall {
                is_parked: true,
                ..call
            }),
            None => Ok(()),
        }
    }

    /// The slot is free again.
    pub(super) fn release(&self, slot: &str) -> Result<()> {
        self.run("DELETE FROM held WHERE slot = ?", texts(&[slot]))
    }

    fn write_held(&self, call: &ParkedCall) -> Result<()> {
        let mut values = texts(&[&call.slot]);
        values.extend(integers(&[call.since])?);
        values.extend(texts(&[&serde_json::to_string(call)?]));
        self.run(
            "INSERT OR REPLACE INTO held (slot, since, call) VALUES (?, ?, ?)",
            values,
        )
    }
}
