//! Asking the object of the line: one object per PBX, reached from every isolate.
//!
//! Owns the letters: what travels along, how long an answer is waited for, and asking again when the object
//! began anew. Not here: what the core asks (`ports`), and how a letter travels (`object`).

mod ports;

use std::fmt::Display;
use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture};
use serde::de::DeserializeOwned;
use serde_json::json;
use worker::web_sys;
use worker::{Context, Delay, Env};

use super::isolate::Isolate;
use super::log;
use super::object::exchange;
use super::object::send;
use super::panics;
use super::upstream::within;
use crate::auth::Visitor;
use crate::json;
use crate::pbx::{SignInError, Token, TokenRecord};
use crate::policy::{LedgerDown, Offer, Verdict};
use crate::session::{Command, Follow, Letter, PATIENCE, Session as _, Status};
use crate::time::Millis;

/// Binding of the object.
pub(super) const BINDING: &str = "PBX_SESSION";
/// There is one PBX, so there is one object.
pub(super) const NAME: &str = "pbx";

/// The object as a request sees it.
pub(super) struct SessionClient<'a> {
    env: &'a Env,
    isolate: &'a Isolate,
    /// Who signs in at the PBX, for messages.
    client: String,
}

impl<'a> SessionClient<'a> {
    /// The object of this Worker.
    pub(super) fn new(env: &'a Env, isolate: &'a Isolate) -> Self {
        let settings = isolate.settings.pbx.as_ref().ok().and_then(Option::as_ref);
        let first = settings.and_then(|pbx| pbx.credentials.first());
        let client = first.map(|way| way.name().to_owned()).unwrap_or_default();
        Self {
            env,
            isolate,
            client,
        }
    }

    /// How the object is doing.
    pub(super) async fn status(&self) -> Result<Status, String> {
        read(self.ask(Command::Status).await)
    }

    /// What a handle was given out for.
    pub(super) async fn offered(&self, handle: &str) -> Result<Option<Offer>, String> {
        let handle = handle.to_owned();
        read(self.ask(Command::Offered { handle }).await)
    }

    /// A person's word on it; that of whoever came first counts.
    pub(super) async fn judge(&self, handle: &str, verdict: Verdict) -> Result<Verdict, String> {
        let handle = handle.to_owned();
        read(self.ask(Command::Judge { handle, verdict }).await)
    }

    /// Somebody was wrong about a key or a code; until when they are closed.
    pub(super) async fn failed(&self, visitor: &Visitor) -> Result<Millis, String> {
        let visitor = visitor.clone();
        read(self.ask(Command::Failed { visitor }).await)
    }

    /// A stream of what happens from now on, or a refusal because too many follow.
    pub(super) async fn follow(&self, follow: Follow) -> worker::Result<web_sys::Response> {
        let letter = Letter {
            marks: Vec::new(),
            command: Command::Follow { follow },
        };
        let body = serde_json::to_vec(&letter)?;
        match send(self.env, BINDING, NAME, &body).await {
            Err(error) if panics::is_reset(&error) => send(self.env, BINDING, NAME, &body).await,
            answer => answer,
        }
    }

    async fn fetch_token(&self, instead_of: Option<u64>) -> Result<Token, SignInError> {
        let answer: Result<TokenRecord, SignInError> =
            read(self.ask(Command::Token { instead_of }).await)
                .map_err(|said| SignInError::Unreachable { said })?;
        let token = Token::from(answer?);
        self.isolate.keep_token(&token);
        Ok(token)
    }

    fn record<'b, T: DeserializeOwned + 'b>(
        &'b self,
        command: Command,
    ) -> LocalBoxFuture<'b, Result<T, LedgerDown>> {
        let answer = self.ask(command);
        async { read(answer.await).map_err(LedgerDown) }.boxed_local()
    }

    /// The answer as it came: the waiting is the same whatever the type.
    fn ask(&self, command: Command) -> LocalBoxFuture<'_, Result<Vec<u8>, String>> {
        async move {
            let letter = Letter {
                marks: self.isolate.take_marks(),
                command,
            };
            let body = serde_json::to_vec(&letter).map_err(|error| failed(&error))?;
            let asked = async {
                match exchange(self.env, BINDING, NAME, &body).await {
                    Err(error) if panics::is_reset(&error) => {
                        exchange(self.env, BINDING, NAME, &body).await
                    }
                    answer => answer,
                }
            };
            let answer = match within(asked, PATIENCE).await {
                Some(answer) => answer.map_err(|error| failed(&error)),
                None => Err(failed(&"no answer in time")),
            };
            if answer.is_err() {
                // Recording a mark twice does no harm; losing it would.
                self.isolate.put_marks_back(letter.marks);
            }
            answer
        }
        .boxed_local()
    }
}

fn read<T: DeserializeOwned>(answer: Result<Vec<u8>, String>) -> Result<T, String> {
    json::read(&answer?).map_err(|error| failed(&error))
}

fn failed(why: &dyn Display) -> String {
    format!("the session object failed: {why}")
}

/// Marks that no question took along go a moment after the request, many at a time.
pub(super) fn flush_later(env: Env, context: &Context) {
    const MOMENT: Duration = Duration::from_millis(500);
    let isolate = Isolate::of(&env);
    if !isolate.must_flush() {
        return;
    }
    context.wait_until(async move {
        Delay::from(MOMENT).await;
        isolate.flushed();
        isolate.release_reads();
        if let Err(error) = SessionClient::new(&env, &isolate).flush().await {
            log::error("audit_not_recorded", json!({ "error": error.to_string() }));
        }
    });
}
