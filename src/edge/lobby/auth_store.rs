//! The Durable Object of OAuth: registered clients, codes and grants, which must exist once.
//!
//! A shell: `auth::oauth::decide` says what becomes of a [`Command`]. It accepts commands from bound code
//! only; nothing from outside reaches it. Its alarm forgets what has ended.
//!
//! Not here: access tokens. They are checked where they arrive, and this object is not asked.

mod records;

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use self::records::SqlRecords;
use crate::auth::oauth::{Command, decide};
use crate::edge::{clock, log};

/// How long something that has ended may still lie about.
const SWEEP: Duration = Duration::from_hours(6);

/// See the head of this file.
#[durable_object(alarm)]
pub struct AuthStore {
    state: State,
    records: SqlRecords,
    /// The alarm was seen to be set since this object started.
    is_armed: Cell<bool>,
}

impl DurableObject for AuthStore {
    fn new(state: State, _env: Env) -> Self {
        let records = SqlRecords::open(&state);
        Self {
            state,
            records,
            is_armed: Cell::new(false),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if !self.is_armed.replace(true) {
            let storage = self.state.storage();
            if storage.get_alarm().await?.is_none() {
                storage.set_alarm(SWEEP).await?;
            }
        }
        let body = request.bytes().await?;
        let Some(command) = Command::from_bytes(&body) else {
            return Response::error("unknown command", 400);
        };
        match decide(&self.records, &command, clock::now()) {
            Ok(answer) => Response::from_bytes(answer.to_string().into_bytes()),
            Err(failed) => {
                log::error("auth_store_failed", json!({ "error": failed.0 }));
                Response::error("the store failed", 500)
            }
        }
    }

    async fn alarm(&self) -> Result<Response> {
        // First the next one, whatever happens in this one.
        if let Err(error) = self.state.storage().set_alarm(SWEEP).await {
            log::error("alarm_not_set", json!({ "error": error.to_string() }));
        }
        if let Err(failed) = self.records.sweep(clock::now()) {
            log::error("auth_store_not_swept", json!({ "error": failed.0 }));
        }
        Response::empty()
    }
}
