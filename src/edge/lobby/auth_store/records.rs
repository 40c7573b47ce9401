//! The records of OAuth in one table.

use serde_json::Value;
use worker::{Result, State};

use crate::auth::oauth::{Kind, Records, StoreFailed};
use crate::edge::sql::{Row, Sql, integers, texts};
use crate::json;
use crate::time::Millis;

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS records (
        kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
        used_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (kind, id))",
    "CREATE INDEX IF NOT EXISTS records_by_use ON records (kind, used_at)",
];

/// The table.
pub(super) struct SqlRecords(Sql);

impl SqlRecords {
    /// Opens it, making what is missing.
    pub(super) fn open(state: &State) -> Self {
        Self(Sql::open(state, &TABLES))
    }

    /// Forgets everything that has ended.
    pub(super) fn sweep(&self, now: Millis) -> std::result::Result<(), StoreFailed> {
        let swept = integers(&[now])
            .and_then(|now| self.0.run("DELETE FROM records WHERE ends_at <= ?", now));
        swept.map_err(failed)
    }

    fn read(&self, kind: Kind, id: &str, now: Millis) -> Result<Option<Value>> {
        let query = "SELECT value FROM records WHERE kind = ? AND id = ? AND ends_at > ?";
        let mut values = texts(&[kind.name(), id]);
        values.extend(integers(&[now])?);
        let mut rows = self.0.rows(query, values)?;
        let text = rows.first_mut().and_then(Row::text);
        Ok(text.and_then(|text| json::any(text.as_bytes()).ok()))
    }

    fn write(&self, kind: Kind, id: &str, value: &Value, times: [Millis; 2]) -> Result<()> {
        let statement = "INSERT OR REPLACE INTO records (kind, id, value, used_at, ends_at) \
                         VALUES (?, ?, ?, ?, ?)";
        let mut values = texts(&[kind.name(), id, &value.to_string()]);
        values.extend(integers(&times)?);
        self.0.run(statement, values)?;
        // Those that were never used go first, the oldest of them at the head; never the new one.
        let statement = "DELETE FROM records WHERE kind = ?1 AND id <> ?2 AND rowid IN ( \
                         SELECT rowid FROM records WHERE kind = ?1 ORDER BY used_at, rowid \
                         LIMIT max(0, (SELECT count(*) FROM records WHERE kind = ?1) - ?3))";
        let mut values = texts(&[kind.name(), id]);
        values.extend(integers(&[i64::from(kind.most())])?);
        self.0.run(statement, values)
    }
}

impl Records for SqlRecords {
    fn get(
        &self,
        kind: Kind,
        id: &str,
        now: Millis,
    ) -> std::result::Result<Option<Value>, StoreFailed> {
        self.read(kind, id, now).map_err(failed)
    }

    fn put(
        &self,
        kind: Kind,
        id: &str,
        value: &Value,
        used_at: Millis,
        ends_at: Millis,
    ) -> std::result::Result<(), StoreFailed> {
        self.write(kind, id, value, [used_at, ends_at])
            .map_err(failed)
    }

    fn remove(&self, kind: Kind, id: &str) -> std::result::Result<(), StoreFailed> {
        let values = texts(&[kind.name(), id]);
        self.0
            .run("DELETE FROM records WHERE kind = ? AND id = ?", values)
            .map_err(failed)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function in map_err"
)]
fn failed(error: worker::Error) -> StoreFailed {
    StoreFailed(error.to_string())
}
