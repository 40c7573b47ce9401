//! What is kept of a call in its object's SQLite: which call it is, what was said, how it ended, and its sound
//! until that has gone to R2.

use serde_json::{Value, json};
use worker::{Result, SqlStorageValue, State};

use crate::basma::protocol::{Line, Report, Who};
use crate::basma::summary;
use crate::basma::words::Language;
use crate::edge::sql::{Row, Sql, integers, texts};
use crate::json;
use crate::time::Millis;

const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS lines (place INTEGER PRIMARY KEY, at INTEGER NOT NULL, \
     who TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sound (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
];

/// Which call it is.
const CALL: &str = "call";
/// How it ended, as [`shown`].
const REPORT: &str = "report";
/// Two sentences about it.
const SUMMARY: &str = "summary";
/// The same, made without a mind.
const PLAIN: &str = "plain";
/// Where the sound is, once it is there.
const RECORDING: &str = "recording";

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
        Facts::of(&self.value(CALL).ok()?)
    }

    /// The call, or how it has changed.
    pub(super) fn put_facts(&self, facts: &Facts) -> Result<()> {
        self.put(CALL, &facts.value().to_string())
    }

    /// How it ended, and what is certain about it.
    pub(super) fn put_report(&self, report: &Report) -> Result<()> {
        self.put(REPORT, &shown(report).to_string())?;
        self.put(PLAIN, &summary::plain(report))
    }

    /// What is certain about it.
    pub(super) fn plain(&self) -> Result<String> {
        Ok(self.fact(PLAIN)?.unwrap_or_default())
    }

    /// Two sentences about it.
    pub(super) fn put_summary(&self, summary: &str) -> Result<()> {
        self.put(SUMMARY, summary)
    }

    /// Whether there is nothing left to be said about it.
    pub(super) fn is_summed_up(&self) -> Result<bool> {
        Ok(self.fact(SUMMARY)?.is_some())
    }

    /// Whether the mind is why it ended: then nobody asks it more.
    pub(super) fn mind_failed(&self) -> Result<bool> {
        let report = self.value(REPORT)?;
        let reason = report.get("reason").and_then(Value::as_str);
        Ok(matches!(reason, Some("spend_limit" | "thinking_failed")))
    }

    /// The language at its end.
    pub(super) fn language(&self) -> Result<Language> {
        let report = self.value(REPORT)?;
        let code = report.get("language").and_then(Value::as_str);
        Ok(code.and_then(Language::coded).unwrap_or(Language::Arabic))
    }

    /// What somebody said.
    pub(super) fn add(&self, line: &Line) -> Result<()> {
        let mut values = integers(&[line.at])?;
        values.extend(texts(&[line.who.name(), &line.text]));
        let statement = "INSERT INTO lines (at, who, text) VALUES (?, ?, ?)";
        self.0.run(statement, values)
    }

    /// What was said, oldest first.
    pub(super) fn lines(&self) -> Result<Vec<Line>> {
        let query = "SELECT at, who, text FROM lines ORDER BY place";
        let mut rows = self.0.rows(query, Vec::new())?;
        let line = |row: &mut Row| {
            Some(Line {
                at: row.whole(),
                who: Who::named(&row.text()?)?,
                text: row.text()?,
            })
        };
        Ok(rows.iter_mut().filter_map(line).collect())
    }

    /// All that is kept.
    pub(super) fn transcript(&self) -> Result<Value> {
        let lines = self.lines()?;
        let shown = lines
            .iter()
            .map(|line| json!({ "at": line.at, "who": line.who.name(), "text": line.text }));
        Ok(json!({
            "lines": shown.collect::<Vec<_>>(),
            "transcript": summary::transcript(&lines),
            "report": self.value(REPORT)?,
            "summary": self.fact(SUMMARY)?,
            "ended_at": self.facts().and_then(|facts| facts.ended_at),
            "recording": self.value(RECORDING)?,
        }))
    }

    /// Nothing of the call is left here.
    pub(super) fn forget(&self) -> Result<()> {
        for table in ["facts", "lines", "sound"] {
            self.0.run(&format!("DELETE FROM {table}"), Vec::new())?;
        }
        Ok(())
    }

    /// A fact that is kept as JSON; null where there is none.
    fn value(&self, name: &str) -> Result<Value> {
        let text = self.fact(name)?;
        let value = text.and_then(|text| json::any(text.as_bytes()).ok());
        Ok(value.unwrap_or_default())
    }

    fn fact(&self, name: &str) -> Result<Option<String>> {
        let query = "SELECT value FROM facts WHERE name = ?";
        let row = self.0.rows(query, texts(&[name]))?.into_iter().next();
        Ok(row.and_then(|mut row| row.text()))
    }

    fn put(&self, name: &str, value: &str) -> Result<()> {
        let statement = "INSERT INTO facts (name, value) VALUES (?, ?) \
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.run(statement, texts(&[name, value]))
    }
}

/// The sound, as long as it is here.
impl Store {
    /// More of it.
    pub(super) fn add_sound(&self, bytes: Vec<u8>) -> Result<()> {
        let values = vec![SqlStorageValue::Blob(bytes)];
        self.0.run("INSERT INTO sound (bytes) VALUES (?)", values)
    }

    /// How many bytes of it there are.
    pub(super) fn sound_size(&self) -> Result<usize> {
        let query = "SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM sound";
        let row = self.0.rows(query, Vec::new())?.into_iter().next();
        let size = row.map_or(0, |mut row| row.whole());
        Ok(usize::try_from(size).unwrap_or_default())
    }

    /// The piece after the one at `place`, and its own place.
    pub(super) fn sound_after(&self, place: i64) -> Result<Option<(i64, Vec<u8>)>> {
        let query = "SELECT place, bytes FROM sound WHERE place > ? ORDER BY place LIMIT 1";
        let row = self.0.rows(query, integers(&[place])?)?.into_iter().next();
        Ok(row.map(|mut row| (row.whole(), row.bytes())))
    }

    /// It is somewhere else now.
    pub(super) fn sound_is_at(&self, key: &str, seconds: usize) -> Result<()> {
        let recording = json!({ "key": key, "seconds": seconds });
        self.put(RECORDING, &recording.to_string())?;
        self.0.run("DELETE FROM sound", Vec::new())
    }

    /// Where it is, if it is somewhere else.
    pub(super) fn recording_key(&self) -> Result<Option<String>> {
        let recording = self.value(RECORDING)?;
        let key = recording.get("key").and_then(Value::as_str);
        Ok(key.map(str::to_owned))
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
