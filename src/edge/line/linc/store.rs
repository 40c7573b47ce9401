//! Calls that MasterLinc was told of, in SQLite.

use worker::Result;

use super::super::store::{Row, Store, integers, texts};
use crate::linc::Called;
use crate::session::Routed;
use crate::time::Millis;

impl Store {
    /// What is on record of a call.
    pub(super) fn called(&self, callid: i64) -> Result<Option<Called>> {
        let query = "SELECT caller, dn, since, told, decision, agent FROM called WHERE callid = ?";
        let mut rows = self.rows(query, integers(&[callid])?)?;
        let read = |row: &mut Row| Called {
            callid,
            caller: row.text().unwrap_or_default(),
            dn: row.text().unwrap_or_default(),
            since: row.whole(),
            told: row.whole(),
            decision: row.whole(),
            agent: row.text().unwrap_or_default(),
        };
        Ok(rows.first_mut().map(read))
    }

    /// Keeps it.
    pub(super) fn write_called(&self, call: &Called) -> Result<()> {
        let mut values = integers(&[call.callid, call.since, call.told, call.decision])?;
        values.extend(texts(&[&call.caller, &call.dn, &call.agent]));
        self.run(
            "INSERT OR REPLACE INTO called (callid, since, told, decision, caller, dn, agent) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
    }

    /// Forgets calls that began before.
    pub(in super::super) fn forget_called(&self, before: Millis) -> Result<()> {
        self.run("DELETE FROM called WHERE since < ?", integers(&[before])?)
    }

    /// Which agents got which calls.
    pub(in super::super) fn agents(&self) -> Result<Vec<Routed>> {
        let query = "SELECT caller, since, agent FROM called WHERE agent <> ''";
        let mut rows = self.rows(query, vec![])?;
        let read = |row: &mut Row| {
            let caller = row.text().unwrap_or_default();
            (caller, row.whole(), row.text().unwrap_or_default())
        };
        Ok(rows.iter_mut().map(read).collect())
    }
}
