//! The Durable Object of one PBX: the one token, and the ledger of calls placed under a key.
//!
//! A shell: [`TokenKeeper`] and [`judge`] decide, this object signs in, writes, and lets callers
//! wait. It accepts [`Command`]s from bound code only; nothing from outside reaches it.
//!
//! Why it is right: SQLite is synchronous and there is no pause between asking and writing, so two
//! callers cannot both be first; and signing in happens under a lock, so any number of callers
//! cause one request. After a restart everything that matters is read back from SQLite.
//!
//! Not here: requests of tools to the PBX. They run in the stateless Worker with the token that this
//! object hands out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use futures::channel::oneshot;
use futures::lock::Mutex;
use serde::Serialize;
use serde_json::json;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

use super::upstream::{Upstream, within};
use super::variables::EnvVariables;
use super::{clock, log};
use crate::pbx::{
    Ask, Decision, KeeperRecord, SignInError, Token, TokenKeeper, TokenRecord, sign_in,
};
use crate::policy::{Begun, Claim, Ended, Entry, KEPT_MS, judge};
use crate::session::{Command, Status, Trouble};
use crate::settings::{PbxSettings, SettingError};

/// How long a repeated request waits for the one that is under way.
const REPETITION_PATIENCE: Duration = Duration::from_secs(15);
/// The record of the token in table `facts`.
const KEEPER: &str = "token_keeper";
/// The record of the account that the keeper belongs to.
const ACCOUNT: &str = "account";

/// See the head of this file.
#[durable_object(fetch)]
pub struct PbxSession {
    state: State,
    env: Env,
    settings: std::result::Result<Option<PbxSettings>, SettingError>,
    keeper: RefCell<TokenKeeper>,
    /// Held while signing in: the others wait here and find the new token.
    signing_in: Mutex<()>,
    /// Who waits for the end of a claim, by its row.
    waiting: RefCell<HashMap<Row, Vec<oneshot::Sender<()>>>>,
}

/// Caller, tool and key: the primary key of table `once`.
type Row = (String, String, String);

impl DurableObject for PbxSession {
    fn new(state: State, env: Env) -> Self {
        let settings = PbxSettings::read(&EnvVariables(&env));
        let keeper = match restore(&state.storage().sql(), &settings) {
            Ok(keeper) => keeper,
            Err(error) => {
                log::error(
                    "session_not_restored",
                    json!({ "error": error.to_string() }),
                );
                TokenKeeper::default()
            }
        };
        Self {
            state,
            env,
            settings,
            keeper: RefCell::new(keeper),
            signing_in: Mutex::new(()),
            waiting: RefCell::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let body = request.bytes().await?;
        let Ok(command) = serde_json::from_slice::<Command>(&body) else {
            return Response::error("unknown command", 400);
        };
        match command {
            Command::Token { instead_of } => {
                let ask = instead_of.map_or(Ask::Any, Ask::InsteadOf);
                let outcome = self.token(ask).await;
                answer(&outcome.map(|token| TokenRecord::from(&token)))
            }
            Command::Begin { claim } => answer(&self.begin(&claim).await?),
            Command::End { claim, ended } => answer(&self.end(&claim, &ended)?),
            Command::Status => answer(&self.status()),
        }
    }
}

fn answer<T: Serialize>(value: &T) -> Result<Response> {
    Response::from_bytes(serde_json::to_vec(value)?)
}

/// The token.
impl PbxSession {
    async fn token(&self, ask: Ask) -> std::result::Result<Token, SignInError> {
        if let Some(settled) = self.settled(ask) {
            return settled;
        }
        let _turn = self.signing_in.lock().await;
        // Whoever had the lock before may have signed in, or failed to.
        if let Some(settled) = self.settled(ask) {
            return settled;
        }
        let outcome = self.sign_in().await;
        let now = clock::now();
        let outcome = {
            let mut keeper = self.keeper.borrow_mut();
            match outcome {
                Ok(grant) => Ok(keeper.granted(grant, now)),
                Err(error) => {
                    log::error("sign_in_failed", json!({ "error": error.to_string() }));
                    keeper.failed(error, now)
                }
            }
        };
        self.save();
        outcome
    }

    /// What can be answered without the PBX.
    fn settled(&self, ask: Ask) -> Option<std::result::Result<Token, SignInError>> {
        match self.keeper.borrow_mut().decide(ask, clock::now()) {
            Decision::Use(token) => Some(Ok(token)),
            Decision::Refuse(error) => Some(Err(error)),
            Decision::SignIn => None,
        }
    }

    async fn sign_in(&self) -> std::result::Result<crate::pbx::Grant, SignInError> {
        let settings = match &self.settings {
            Ok(Some(settings)) => settings,
            Ok(None) => {
                return Err(SignInError::Unreachable {
                    said: "PBX_FQDN is not set".into(),
                });
            }
            Err(error) => {
                return Err(SignInError::Unreachable {
                    said: error.to_string(),
                });
            }
        };
        let upstream = Upstream::new(&settings.base_url, &self.env);
        let grant = sign_in(&upstream, &settings.credentials).await?;
        log::info("signed_in", json!({}));
        Ok(grant)
    }

    /// A restart must neither sign in again nor forget to wait.
    fn save(&self) {
        let record = self.keeper.borrow().record();
        let saved = serde_json::to_string(&record)
            .map_err(worker::Error::from)
            .and_then(|text| write_fact(&self.state.storage().sql(), KEEPER, &text));
        if let Err(error) = saved {
            log::error("token_not_saved", json!({ "error": error.to_string() }));
        }
    }

    fn status(&self) -> Status {
        let keeper = self.keeper.borrow();
        let trouble = keeper.trouble().map(|error| {
            if error.is_refusal() {
                Trouble::Refused
            } else {
                Trouble::Unreachable
            }
        });
        Status {
            signed_in: keeper.holds_token(clock::now()),
            trouble,
        }
    }
}

/// The ledger.
impl PbxSession {
    async fn begin(&self, claim: &Claim) -> Result<Begun> {
        let begun = self.judge_and_begin(claim)?;
        if begun != Begun::Running {
            return Ok(begun);
        }
        let (done, wait) = oneshot::channel();
        self.waiting
            .borrow_mut()
            .entry(row(claim))
            .or_default()
            .push(done);
        // An end, or patience running out, or a sender that vanished: look again in each case.
        let _ = within(wait, REPETITION_PATIENCE).await;
        self.judge_and_begin(claim)
    }

    /// Looks and writes without a pause between.
    fn judge_and_begin(&self, claim: &Claim) -> Result<Begun> {
        let sql = self.state.storage().sql();
        let now = clock::now();
        sql.exec(
            "DELETE FROM once WHERE begun_at < ?",
            integers(&[now.saturating_sub(KEPT_MS)])?,
        )?;
        let begun = judge(read_entry(&sql, claim)?.as_ref(), &claim.intent, now);
        if begun == Begun::Fresh {
            let mut values = texts(&[&claim.caller, &claim.tool, &claim.key, &claim.intent]);
            values.extend(integers(&[now])?);
            sql.exec(
                "INSERT INTO once (caller, tool, key, intent, begun_at) VALUES (?, ?, ?, ?, ?)",
                values,
            )?;
        }
        Ok(begun)
    }

    fn end(&self, claim: &Claim, ended: &Ended) -> Result<()> {
        let sql = self.state.storage().sql();
        let key = texts(&[&claim.caller, &claim.tool, &claim.key]);
        match ended {
            Ended::Answered { answer } => {
                let mut values = texts(&[answer]);
                values.extend(key);
                sql.exec(
                    "UPDATE once SET answer = ? WHERE caller = ? AND tool = ? AND key = ?",
                    values,
                )?;
            }
            Ended::NotDone => {
                sql.exec(
                    "DELETE FROM once WHERE caller = ? AND tool = ? AND key = ?",
                    key,
                )?;
            }
        }
        for waiter in self
            .waiting
            .borrow_mut()
            .remove(&row(claim))
            .unwrap_or_default()
        {
            // Whoever waited may have gone.
            let _ = waiter.send(());
        }
        Ok(())
    }
}

fn row(claim: &Claim) -> Row {
    (claim.caller.clone(), claim.tool.clone(), claim.key.clone())
}

/// The tables, in the order in which they came; each statement may run again.
const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS once (
        caller TEXT NOT NULL, tool TEXT NOT NULL, key TEXT NOT NULL, intent TEXT NOT NULL,
        begun_at INTEGER NOT NULL, answer TEXT, PRIMARY KEY (caller, tool, key))",
];

/// The keeper as it was, if it belongs to the same PBX and credentials.
fn restore(
    sql: &SqlStorage,
    settings: &std::result::Result<Option<PbxSettings>, SettingError>,
) -> Result<TokenKeeper> {
    for table in TABLES {
        sql.exec(table, None)?;
    }
    let Ok(Some(settings)) = settings else {
        return Ok(TokenKeeper::default());
    };
    let account = settings.account();
    if read_fact(sql, ACCOUNT)?.as_deref() != Some(&account) {
        write_fact(sql, KEEPER, "")?;
        write_fact(sql, ACCOUNT, &account)?;
    }
    let text = read_fact(sql, KEEPER)?.unwrap_or_default();
    Ok(serde_json::from_str::<KeeperRecord>(&text)
        .map(TokenKeeper::from)
        .unwrap_or_default())
}

#[derive(serde::Deserialize)]
struct Fact {
    value: String,
}

fn read_fact(sql: &SqlStorage, name: &str) -> Result<Option<String>> {
    let rows: Vec<Fact> = sql
        .exec("SELECT value FROM facts WHERE name = ?", texts(&[name]))?
        .to_array()?;
    Ok(rows.into_iter().next().map(|fact| fact.value))
}

fn write_fact(sql: &SqlStorage, name: &str, value: &str) -> Result<()> {
    sql.exec(
        "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)",
        texts(&[name, value]),
    )?;
    Ok(())
}

#[derive(serde::Deserialize)]
struct OnceRow {
    intent: String,
    begun_at: f64,
    answer: Option<String>,
}

fn read_entry(sql: &SqlStorage, claim: &Claim) -> Result<Option<Entry>> {
    let rows: Vec<OnceRow> = sql
        .exec(
            "SELECT intent, begun_at, answer FROM once WHERE caller = ? AND tool = ? AND key = ?",
            texts(&[&claim.caller, &claim.tool, &claim.key]),
        )?
        .to_array()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "written by us as whole milliseconds"
    )]
    let entry = |row: OnceRow| Entry {
        intent: row.intent,
        begun_at: row.begun_at as i64,
        answer: row.answer,
    };
    Ok(rows.into_iter().next().map(entry))
}

fn texts(values: &[&str]) -> Vec<worker::SqlStorageValue> {
    values
        .iter()
        .map(|text| worker::SqlStorageValue::String((*text).to_owned()))
        .collect()
}

fn integers(values: &[i64]) -> Result<Vec<worker::SqlStorageValue>> {
    values
        .iter()
        .map(|value| worker::SqlStorageValue::try_from_i64(*value))
        .collect()
}
