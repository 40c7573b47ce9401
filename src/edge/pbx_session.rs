//! The Durable Object of one PBX: what must exist once.
//!
//! | part | file | decided by |
//! |---|---|---|
//! | the one token | `token.rs` | `pbx::TokenKeeper` |
//! | one call a key | `ledger.rs` | `policy::judge` |
//! | calls on hold, handles, notes | `records.rs` | `policy::free_slot`, `policy::agrees` |
//! | the tables | `store.rs` | – |
//!
//! A shell: it executes what those types decide. It accepts [`Command`]s from bound code only; nothing
//! from outside reaches it.
//!
//! Why it is right: SQLite is synchronous and there is no pause between asking and writing, so two
//! callers cannot both be first; and signing in happens under a lock, so any number of callers
//! cause one request. After a restart everything that matters is read back from SQLite.
//!
//! Not here: requests of tools to the PBX. They run in the stateless Worker with the token that this
//! object hands out.

mod ledger;
mod records;
mod store;
mod token;

use std::cell::RefCell;

use serde::Serialize;
use serde_json::json;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use self::ledger::Waiting;
use self::store::Store;
use super::log;
use super::variables::EnvVariables;
use crate::pbx::{Ask, TokenKeeper, TokenRecord};
use crate::session::Command;
use crate::settings::{PbxSettings, SettingError};

/// See the head of this file.
#[durable_object(fetch)]
pub struct PbxSession {
    store: Store,
    env: Env,
    settings: std::result::Result<Option<PbxSettings>, SettingError>,
    keeper: RefCell<TokenKeeper>,
    /// Held while signing in: the others wait here and find the new token.
    signing_in: futures::lock::Mutex<()>,
    /// Repeated requests that wait for the end of the first.
    waiting: Waiting,
}

impl DurableObject for PbxSession {
    fn new(state: State, env: Env) -> Self {
        let settings = PbxSettings::read(&EnvVariables(&env));
        let store = Store::open(&state);
        let keeper = store.restore_keeper(&settings).unwrap_or_else(|error| {
            log::error(
                "session_not_restored",
                json!({ "error": error.to_string() }),
            );
            TokenKeeper::default()
        });
        Self {
            store,
            env,
            settings,
            keeper: RefCell::new(keeper),
            signing_in: futures::lock::Mutex::new(()),
            waiting: Waiting::default(),
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
            Command::Reserve { slots, call } => answer(&self.store.reserve(&slots, &call)?),
            Command::Parked { slot } => answer(&self.store.parked(&slot)?),
            Command::Release { slot } => answer(&self.store.release(&slot)?),
            Command::OnHold => answer(&self.store.on_hold()?),
            Command::Offer { consent } => answer(&self.store.offer(&consent)?),
            Command::Redeem { handle, consent } => answer(&self.store.redeem(&handle, &consent)?),
            Command::Remember { name, value } => answer(&self.store.write_note(&name, &value)?),
            Command::Recall { name } => answer(&self.store.read_note(&name)?),
            Command::Status => answer(&self.status()),
        }
    }
}

fn answer<T: Serialize>(value: &T) -> Result<Response> {
    Response::from_bytes(serde_json::to_vec(value)?)
}
