//! Calls on hold, and handles that say yes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use worker::Result;

use super::store::{Store, integers, texts};
use crate::edge::clock;
use crate::json;
use crate::policy::{Consent, HANDLE_LIVES_MS, Offer, ParkedCall, agrees, free_slot};

/// Calls on hold.
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

/// Handles.
impl Store {
    /// Gives out a handle, and forgets those that are too old.
    pub(super) fn offer(&self, consent: &Consent) -> Result<String> {
        let now = clock::now();
        let oldest = now.saturating_sub(HANDLE_LIVES_MS);
        self.run(
            "DELETE FROM offers WHERE offered_at < ?",
            integers(&[oldest])?,
        )?;
        let mut random = [0_u8; 18];
        getrandom::fill(&mut random).map_err(|error| error.to_string())?;
        let handle = URL_SAFE_NO_PAD.encode(random);
        let mut values = texts(&[&handle]);
        values.extend(integers(&[now])?);
        values.extend(texts(&[&serde_json::to_string(consent)?]));
        self.run(
            "INSERT INTO offers (handle, offered_at, consent) VALUES (?, ?, ?)",
            values,
        )?;
        Ok(handle)
    }

    /// Whether a handle says yes to this. One that does is used up; a guess uses nothing up.
    pub(super) fn redeem(&self, handle: &str, consent: &Consent) -> Result<bool> {
        let query = "SELECT offered_at, consent FROM offers WHERE handle = ?";
        let mut rows = self.rows(query, texts(&[handle]))?;
        let offer = rows.first_mut().and_then(|row| {
            let offered_at = row.whole();
            let consent = json::read(row.text()?.as_bytes()).ok()?;
            Some(Offer {
                consent,
                offered_at,
            })
        });
        if !agrees(offer.as_ref(), consent, clock::now()) {
            return Ok(false);
        }
        self.run("DELETE FROM offers WHERE handle = ?", texts(&[handle]))?;
        Ok(true)
    }
}
