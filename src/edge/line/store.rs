//! The tables of the object, and how they are read and written. Every method is synchronous: what one
//! of them does cannot be interleaved with anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use worker::{Result, SqlStorageValue, State};

use crate::edge::log;
use crate::edge::sql::Sql;
pub(super) use crate::edge::sql::{Row, integers, texts};
use crate::json;
use crate::pbx::{KeeperRecord, TokenKeeper};
use crate::policy::{Claim, Entry, KEPT_MS};
use crate::settings::{PbxSettings, SettingError};
use crate::time::Millis;

/// The tables, in the order in which they came; each statement may run again.
const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS once (
        caller TEXT NOT NULL, tool TEXT NOT NULL, key TEXT NOT NULL, intent TEXT NOT NULL,
        begun_at INTEGER NOT NULL, answer TEXT, PRIMARY KEY (caller, tool, key))",
    "CREATE TABLE IF NOT EXISTS held (slot TEXT PRIMARY KEY, since INTEGER NOT NULL, call TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS handles (
        handle TEXT PRIMARY KEY, offered_at INTEGER NOT NULL, consent TEXT NOT NULL,
        verdict TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS spent (
        at INTEGER NOT NULL, caller TEXT NOT NULL, counted TEXT NOT NULL, outside TEXT NOT NULL,
        extension TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS audit (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        caller TEXT NOT NULL, kind TEXT NOT NULL, client TEXT NOT NULL, tool TEXT NOT NULL,
        extension TEXT NOT NULL, arguments TEXT NOT NULL, ended_at INTEGER, outcome TEXT)",
    "CREATE TABLE IF NOT EXISTS attempts (
        visitor TEXT PRIMARY KEY, latest INTEGER NOT NULL, since INTEGER NOT NULL,
        failures INTEGER NOT NULL, closings INTEGER NOT NULL, closed_until INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS attempts_latest ON attempts (latest)",
    "CREATE TABLE IF NOT EXISTS called (
        callid INTEGER PRIMARY KEY, since INTEGER NOT NULL, told INTEGER NOT NULL,
        decision INTEGER NOT NULL, caller TEXT NOT NULL, dn TEXT NOT NULL, agent TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS messages (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        channel TEXT NOT NULL, origin TEXT NOT NULL, sender TEXT NOT NULL, reader TEXT NOT NULL,
        extension TEXT NOT NULL, body TEXT NOT NULL, sid TEXT, status TEXT NOT NULL,
        error TEXT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS messages_sid ON messages (sid)",
    "CREATE INDEX IF NOT EXISTS messages_at ON messages (at)",
    "CREATE TABLE IF NOT EXISTS posts (
        place INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, body TEXT NOT NULL,
        failures INTEGER NOT NULL, next_at INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS voice_calls (
        place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, dn TEXT NOT NULL,
        leg INTEGER NOT NULL, callid INTEGER NOT NULL, caller TEXT NOT NULL, since INTEGER NOT NULL,
        is_over INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS opted_out (reader TEXT PRIMARY KEY, at INTEGER NOT NULL)",
];

/// The record of the token in table `facts`.
const KEEPER: &str = "token_keeper";
/// The record of the account that the keeper belongs to.
const ACCOUNT: &str = "account";

/// The object's SQLite.
pub(super) struct Store(Sql);

impl Store {
    /// Opens it, making what is missing.
    pub(super) fn open(state: &State) -> Self {
        Self(Sql::open(state, TABLES))
    }

    /// Runs a statement.
    pub(super) fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<()> {
        self.0.run(statement, values)
    }

    /// The rows of a query, column by column.
    pub(super) fn rows(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
        self.0.rows(query, values)
    }
}

/// Facts and notes.
impl Store {
    /// A note, unless it is empty.
    pub(super) fn read_note(&self, name: &str) -> Result<Option<String>> {
        let mut rows = self.rows("SELECT value FROM facts WHERE name = ?", texts(&[name]))?;
        let value = rows.first_mut().and_then(Row::text);
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// Keeps a note.
    pub(super) fn write_note(&self, name: &str, value: &str) -> Result<()> {
        let statement = "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)";
        self.run(statement, texts(&[name, value]))
    }

    /// The keeper as it was, if it belongs to the same PBX and credentials.
    pub(super) fn restore_keeper(
        &self,
        settings: &std::result::Result<Option<PbxSettings>, SettingError>,
    ) -> Result<TokenKeeper> {
        let Ok(Some(settings)) = settings else {
            return Ok(TokenKeeper::default());
        };
        let account = settings.account();
        if self.read_note(ACCOUNT)?.as_deref() != Some(&account) {
            self.write_note(KEEPER, "")?;
            self.write_note(ACCOUNT, &account)?;
        }
        let text = self.read_note(KEEPER)?.unwrap_or_default();
        Ok(json::read::<KeeperRecord>(text.as_bytes())
            .map(TokenKeeper::from)
            .unwrap_or_default())
    }

    /// A restart must neither sign in again nor forget to wait.
    pub(super) fn save_keeper(&self, keeper: &TokenKeeper) {
        let saved = serde_json::to_string(&keeper.record())
            .map_err(worker::Error::from)
            .and_then(|text| self.write_note(KEEPER, &text));
        if let Err(error) = saved {
            log::error("token_not_saved", json!({ "error": error.to_string() }));
        }
    }
}

/// Claims of idempotency keys.
impl Store {
    /// Forgets claims that are too old to matter.
    pub(super) fn forget_old_claims(&self, now: Millis) -> Result<()> {
        let oldest = now.saturating_sub(KEPT_MS);
        self.run("DELETE FROM once WHERE begun_at < ?", integers(&[oldest])?)
    }

    /// What is on record for a claim's key.
    pub(super) fn claim(&self, claim: &Claim) -> Result<Option<Entry>> {
        let query = "SELECT intent, begun_at, answer FROM once \
                     WHERE caller = ? AND tool = ? AND key = ?";
        let mut rows = self.rows(query, key(claim))?;
        Ok(rows.first_mut().map(|row| Entry {
            intent: row.text().unwrap_or_default(),
            begun_at: row.whole(),
            answer: row.text(),
        }))
    }

    /// Records that a claim was begun.
    pub(super) fn write_claim(&self, claim: &Claim, now: Millis) -> Result<()> {
        let mut values = texts(&[&claim.caller, &claim.tool, &claim.key, &claim.intent]);
        values.extend(integers(&[now])?);
        let statement =
            "INSERT INTO once (caller, tool, key, intent, begun_at) VALUES (?, ?, ?, ?, ?)";
        self.run(statement, values)
    }

    /// Records the answer that repetitions get.
    pub(super) fn answer_claim(&self, claim: &Claim, answer: &str) -> Result<()> {
        let mut values = texts(&[answer]);
        values.extend(key(claim));
        self.run(
            "UPDATE once SET answer = ? WHERE caller = ? AND tool = ? AND key = ?",
            values,
        )
    }

    /// Frees the key.
    pub(super) fn forget_claim(&self, claim: &Claim) -> Result<()> {
        self.run(
            "DELETE FROM once WHERE caller = ? AND tool = ? AND key = ?",
            key(claim),
        )
    }
}

fn key(claim: &Claim) -> Vec<SqlStorageValue> {
    texts(&[&claim.caller, &claim.tool, &claim.key])
}

/// 24 characters that nobody can guess.
pub(super) fn random_name() -> Result<String> {
    let mut random = [0_u8; 18];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}
