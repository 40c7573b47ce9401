//! The exact count of failed authentications, for all isolates.
//!
//! One synchronous step from reading to writing, so that no failure is lost however many come at once;
//! in SQLite, so that a restart opens nothing.

use serde_json::json;
use worker::Result;

use super::Inner;
use super::store::{Row, Store, integers, texts};
use crate::auth::{Attempts, FORGOTTEN_AFTER_MS, Visitor};
use crate::edge::{clock, log};
use crate::time::Millis;

impl Inner {
    /// Counts one more failure, and says until when this visitor is closed: in the past, if it is open.
    pub(super) fn failed(&self, visitor: &Visitor) -> Result<Millis> {
        let now = clock::now();
        let store = &self.store;
        store.forget_attempts(now)?;
        let before = store.attempts(visitor)?;
        let after = before.failed(now);
        if after != before {
            store.write_attempts(visitor, &after)?;
        }
        if after.closings != before.closings {
            let seconds = after.closed_until.saturating_sub(now).div_euclid(1000);
            log::error(
                "address_closed",
                json!({ "address": visitor.masked(), "seconds": seconds }),
            );
        }
        Ok(after.closed_until)
    }
}

impl Store {
    fn forget_attempts(&self, now: Millis) -> Result<()> {
        let oldest = now.saturating_sub(FORGOTTEN_AFTER_MS);
        self.run(
            "DELETE FROM attempts WHERE latest <= ?",
            integers(&[oldest])?,
        )
    }

    fn attempts(&self, visitor: &Visitor) -> Result<Attempts> {
        let query =
            "SELECT since, failures, closings, closed_until FROM attempts WHERE visitor = ?";
        let mut rows = self.rows(query, texts(&[visitor.as_str()]))?;
        let read = |row: &mut Row| Attempts {
            since: row.whole(),
            failures: row.whole(),
            closings: row.whole(),
            closed_until: row.whole(),
        };
        Ok(rows.first_mut().map(read).unwrap_or_default())
    }

    fn write_attempts(&self, visitor: &Visitor, attempts: &Attempts) -> Result<()> {
        let mut values = texts(&[visitor.as_str()]);
        values.extend(integers(&[
            attempts.latest(),
            attempts.since,
            attempts.failures,
            attempts.closings,
            attempts.closed_until,
        ])?);
        self.run(
            "INSERT OR REPLACE INTO attempts \
             (visitor, latest, since, failures, closings, closed_until) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
    }
}
