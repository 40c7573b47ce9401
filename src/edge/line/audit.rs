//! The audit in SQLite: written as marks come, read by administrators, forgotten in time.

use serde_json::json;
use worker::{Result, SqlStorageValue};

use super::Inner;
use super::store::{Store, integers, texts};
use crate::edge::{clock, log};
use crate::policy::{AuditQuery, Intent, Mark, Recorded};
use crate::time::{DAY_MS, Millis};

/// How often it is looked for entries that are too old.
const CLEANED_EVERY_MS: Millis = 60 * 60 * 1000;

impl Inner {
    /// Puts marks on record, and sees to it that they are forgotten in time.
    pub(super) fn record(&self, marks: &[Mark]) -> Result<()> {
        self.store.record(marks)?;
        if !marks.is_empty() {
            self.forget_old_audit();
        }
        Ok(())
    }

    /// Forgets what is older than `RETENTION_DAYS`, messages and calls of Basma as well, and calls of
    /// yesterday; looks once an hour.
    pub(super) fn forget_old_audit(&self) {
        let now = clock::now();
        if now < self.cleaned_at.get().saturating_add(CLEANED_EVERY_MS) {
            return;
        }
        self.cleaned_at.set(now);
        let yesterday = now.saturating_sub(crate::linc::KEPT_MS);
        if let Err(error) = self.store.forget_called(yesterday) {
            log::error("calls_not_forgotten", json!({ "error": error.to_string() }));
        }
        // A setting that cannot be read deletes nothing.
        let Ok(limits) = &self.settings.limits else {
            return;
        };
        let kept = DAY_MS.saturating_mul(Millis::from(limits.retention_days));
        let before = now.saturating_sub(kept);
        let cleaned = self
            .store
            .forget_audit(before)
            .and_then(|()| self.store.forget_messages(before))
            .and_then(|()| self.store.forget_voice_calls(before));
        if let Err(error) = cleaned {
            log::error("audit_not_cleaned", json!({ "error": error.to_string() }));
        }
    }
}

impl Store {
    /// Puts marks on record, in whatever order and however often they come.
    fn record(&self, marks: &[Mark]) -> Result<()> {
        for Mark { intent, end } in marks {
            let mut values = integers(&[intent.at])?;
            values.extend(texts(&[
                &intent.id,
                &intent.caller,
                &intent.kind,
                &intent.client,
                &intent.tool,
                &intent.extension,
                &intent.arguments,
            ]));
            let Some(end) = end else {
                let statement = "INSERT OR IGNORE INTO audit \
                    (at, id, caller, kind, client, tool, extension, arguments) \
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
                self.run(statement, values)?;
                continue;
            };
            values.extend(texts(&[&end.outcome]));
            values.extend(integers(&[end.at])?);
            let statement = "INSERT INTO audit \
                (at, id, caller, kind, client, tool, extension, arguments, outcome, ended_at) \
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE \
                SET outcome = excluded.outcome, ended_at = excluded.ended_at";
            self.run(statement, values)?;
        }
        Ok(())
    }

    /// Entries, newest first.
    pub(super) fn audit(&self, query: &AuditQuery) -> Result<Vec<Recorded>> {
        let mut conditions = vec!["1"];
        let mut values: Vec<SqlStorageValue> = Vec::new();
        for (condition, text) in [
            ("caller = ?", &query.caller),
            ("tool = ?", &query.tool),
            ("extension = ?", &query.extension),
        ] {
            if let Some(text) = text {
                conditions.push(condition);
                values.extend(texts(&[text]));
            }
        }
        for (condition, number) in [
            ("at >= ?", query.from),
            ("at < ?", query.to),
            ("place < ?", query.before),
        ] {
            if let Some(number) = number {
                conditions.push(condition);
                values.extend(integers(&[number])?);
            }
        }
        values.extend(integers(&[i64::try_from(query.limit).unwrap_or(100)])?);
        let statement = format!(
            "SELECT place, at, id, caller, kind, client, tool, extension, arguments, ended_at, outcome \
             FROM audit WHERE {} ORDER BY place DESC LIMIT ?",
            conditions.join(" AND ")
        );
        let mut rows = self.rows(&statement, values)?;
        Ok(rows
            .iter_mut()
            .map(|row| {
                let place = row.whole();
                let at = row.whole();
                let mut text = || row.text().unwrap_or_default();
                let intent = Intent {
                    at,
                    id: text(),
                    caller: text(),
                    kind: text(),
                    client: text(),
                    tool: text(),
                    extension: text(),
                    arguments: text(),
                };
                let ended_at = Some(row.whole()).filter(|at| *at > 0);
                Recorded {
                    place,
                    intent,
                    ended_at,
                    outcome: row.text(),
                }
            })
            .collect())
    }

    fn forget_audit(&self, before: Millis) -> Result<()> {
        self.run("DELETE FROM audit WHERE at < ?", integers(&[before])?)
    }
}
