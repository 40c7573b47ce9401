//! What is kept of a call in its object's SQLite: which call it is, what was said, how it ended.

use serde_json::{Value, json};
use worker::{Result, State};

use crate::basma::conversation::{Line, Report};
use crate::edge::sql::{Sql, integers, texts};
use crate::json;
use crate::time::Millis;

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS lines (place INTEGER PRIMARY KEY, at INTEGER NOT NULL, \
     who TEXT NOT NULL, text TEXT NOT NULL)",
];

/// Which call it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) dn: String,
    pub(super) id: i64,
    pub(super) callid: i64,
    /// When it ended, if it has.
    pub(super) ended_at: Option<Millis>,
}

impl Facts {
    /// From a command or from the table.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(Self {
            dn: value.get("dn")?.as_str()?.to_owned(),
            id: value.get("id")?.as_i64()?,
            callid: value.get("callid")?.as_i64()?,
            ended_at: value.get("ended_at").and_then(Value::as_i64),
        })
    }

    fn value(&self) -> Value {
        json!({
            "dn": self.dn, "id": self.id, "callid": self.callid, "ended_at": self.ended_at,
        })
    }
}

/// The tables.
pub(super) struct Store(Sql);

impl Store {
    /// Opens them.
    pub(super) fn open(state: &State) -> Self {
        Self(Sql::open(state, &TABLES))
    }

    /// The call of this object.
    pub(super) fn facts(&self) -> Option<Facts> {
        let query = "SELECT value FROM facts WHERE name = 'call'";
        let rows = self.0.rows(query, Vec::new()).ok()?;
        let text = rows.into_iter().next()?.text()?;
        Facts::of(&json::any(text.as_bytes()).ok()?)
    }

    /// Another call, or the same one changed.
    pub(super) fn put_facts(&self, facts: &Facts) -> Result<()> {
        self.put("call", &facts.value().to_string())
    }

    /// How it ended.
    pub(super) fn put_report(&self, report: &Report) -> Result<()> {
        self.put("report", &shown(report).to_string())
    }

    /// What somebody said.
    pub(super) fn add(&self, line: &Line) -> Result<()> {
        let mut values = integers(&[line.at])?;
        values.extend(texts(&[line.who.name(), &line.text]));
        let statement = "INSERT INTO lines (at, who, text) VALUES (?, ?, ?)";
        self.0.run(statement, values)
    }

    /// All that is kept, oldest line first.
    pub(super) fn transcript(&self) -> Result<Value> {
        let query = "SELECT at, who, text FROM lines ORDER BY place";
        let mut rows = self.0.rows(query, Vec::new())?;
        let lines: Vec<Value> = rows
            .iter_mut()
            .map(|row| json!({ "at": row.whole(), "who": row.text(), "text": row.text() }))
            .collect();
        let query = "SELECT value FROM facts WHERE name = 'report'";
        let report = self.0.rows(query, Vec::new())?.into_iter().next();
        let report = report.and_then(|mut row| row.text());
        let report = report.and_then(|text| json::any(text.as_bytes()).ok());
        Ok(json!({ "lines": lines, "report": report }))
    }

    /// Nothing of the call before is left.
    pub(super) fn forget(&self) -> Result<()> {
        self.0.run("DELETE FROM facts", Vec::new())?;
        self.0.run("DELETE FROM lines", Vec::new())
    }

    fn put(&self, name: &str, value: &str) -> Result<()> {
        let statement = "INSERT INTO facts (name, value) VALUES (?, ?) \
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.run(statement, texts(&[name, value]))
    }
}

/// A report, for the table and the log: nothing of what was said.
pub(super) fn shown(report: &Report) -> Value {
    json!({
        "end": report.end.name(),
        "reason": report.reason,
        "turns": report.turns,
        "lasted_ms": report.lasted,
        "language": report.language.code(),
        "frames": report.frames.frames,
        "late_frames": report.frames.late,
    })
}
