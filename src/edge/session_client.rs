//! Asking the Durable Object: one object per PBX, reached from every isolate.

use std::fmt::Display;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::{FutureExt, LocalBoxFuture};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use worker::js_sys::Uint8Array;
use worker::web_sys::{self, RequestInit};
use worker::{Context, Delay, Env};

use super::clock;
use super::fetch::{Fetches, body, fetch};
use super::isolate::Isolate;
use super::log;
use super::panics;
use super::upstream::within;
use crate::auth::Visitor;
use crate::json;
use crate::messaging::{Entry, MessageQuery, Report};
use crate::pbx::{SignInError, Token, TokenRecord, TokenSource};
use crate::policy::{
    Ask, AuditQuery, Begun, CallLedger, Claim, Ended, Gate, LedgerDown, Mark, Offer, ParkedCall,
    ParkingLot, Permission, Recorded, Verdict,
};
use crate::session::{
    Command, Follow, Letter, LiveAnswer, PATIENCE, Routed, Session, Status, VoiceCall,
};
use crate::time::Millis;

/// Binding of the object.
pub(super) const BINDING: &str = "PBX_SESSION";
/// Binding of the objects of calls that Basma answers.
pub(super) const VOICE_BINDING: &str = "VOICE_CALL";
/// There is one PBX, so there is one object.
pub(super) const NAME: &str = "pbx";
/// Near the PBX and its people; best effort, and only for an object's first start.
const LOCATION: &str = "me";

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

/// Sends a command to an object; its answer, whole.
pub(super) async fn exchange(
    env: &Env,
    binding: &str,
    name: &str,
    command: &[u8],
) -> worker::Result<Vec<u8>> {
    let response = send(env, binding, name, command).await?;
    if response.status() != 200 {
        return Err(format!("status {}", response.status()).into());
    }
    body(&response).await
}

async fn send(
    env: &Env,
    binding: &str,
    name: &str,
    command: &[u8],
) -> worker::Result<web_sys::Response> {
    let object: Fetches = env
        .durable_object(binding)?
        .get_by_name_with_location_hint(name, LOCATION)?
        .into_rpc();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(command));
    fetch(&object, "https://object/command", &init).await
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

impl TokenSource for SessionClient<'_> {
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
        async {
            match self
                .isolate
                .token()
                .filter(|token| token.is_fresh(clock::now()))
            {
                Some(token) => Ok(token),
                None => self.fetch_token(None).await,
            }
        }
        .boxed_local()
    }

    fn replace<'a>(&'a self, refused: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        async {
            // Another request of this isolate may have replaced it meanwhile.
            match self
                .isolate
                .token()
                .filter(|token| token.generation > refused.generation)
            {
                Some(token) => Ok(token),
                None => self.fetch_token(Some(refused.generation)).await,
            }
        }
        .boxed_local()
    }

    fn client(&self) -> &str {
        &self.client
    }
}

impl CallLedger for SessionClient<'_> {
    fn begin<'a>(&'a self, claim: &'a Claim) -> LocalBoxFuture<'a, Result<Begun, LedgerDown>> {
        self.record(Command::Begin {
            claim: claim.clone(),
        })
    }

    fn end<'a>(
        &'a self,
        claim: &'a Claim,
        ended: Ended,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::End {
            claim: claim.clone(),
            ended,
        })
    }
}

impl ParkingLot for SessionClient<'_> {
    fn reserve<'a>(
        &'a self,
        slots: &'a [String],
        call: &'a ParkedCall,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.record(Command::Reserve {
            slots: slots.to_vec(),
            call: call.clone(),
        })
    }

    fn parked<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Parked {
            slot: slot.to_owned(),
        })
    }

    fn release<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Release {
            slot: slot.to_owned(),
        })
    }

    fn on_hold(&self) -> LocalBoxFuture<'_, Result<Vec<ParkedCall>, LedgerDown>> {
        self.record(Command::OnHold)
    }
}

impl Gate for SessionClient<'_> {
    fn permit<'a>(&'a self, ask: &'a Ask) -> LocalBoxFuture<'a, Result<Permission, LedgerDown>> {
        self.record(Command::Permit { ask: ask.clone() })
    }
}

impl Session for SessionClient<'_> {
    fn live<'a>(
        &'a self,
        dn: Option<&'a str>,
    ) -> LocalBoxFuture<'a, Result<LiveAnswer, LedgerDown>> {
        self.record(Command::Live {
            dn: dn.map(str::to_owned),
        })
    }

    fn new_id(&self) -> String {
        let mut random = [0_u8; 12];
        // Without randomness two entries may share a name; the record keeps the first.
        let _ = getrandom::fill(&mut random);
        URL_SAFE_NO_PAD.encode(random)
    }

    fn note(&self, mark: Mark) {
        self.isolate.put_mark(mark);
    }

    fn note_read(&self, mark: Mark) {
        self.isolate.put_read(mark);
    }

    fn flush(&self) -> LocalBoxFuture<'_, Result<(), LedgerDown>> {
        if self.isolate.has_marks() {
            self.record(Command::Record)
        } else {
            async { Ok(()) }.boxed_local()
        }
    }

    fn agents(&self) -> LocalBoxFuture<'_, Result<Vec<Routed>, LedgerDown>> {
        self.record(Command::Agents)
    }

    fn coordination(&self) -> LocalBoxFuture<'_, Result<Option<String>, LedgerDown>> {
        self.record(Command::Coordination)
    }

    fn voice_calls(
        &self,
        callid: Option<i64>,
    ) -> LocalBoxFuture<'_, Result<Vec<VoiceCall>, LedgerDown>> {
        self.record(Command::VoiceCalls { callid })
    }

    fn ask_voice<'b>(
        &'b self,
        name: &'b str,
        command: &'b str,
    ) -> LocalBoxFuture<'b, Result<Value, LedgerDown>> {
        async move {
            let asked = exchange(self.env, VOICE_BINDING, name, command.as_bytes());
            let answer = match within(asked, PATIENCE).await {
                Some(answer) => answer.map_err(|error| failed(&error)),
                None => Err(failed(&"no answer in time")),
            };
            answer
                .and_then(|body| json::any(&body).map_err(|error| failed(&error)))
                .map_err(LedgerDown)
        }
        .boxed_local()
    }

    fn audit<'a>(
        &'a self,
        query: &'a AuditQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Recorded>, LedgerDown>> {
        self.record(Command::Audit {
            query: query.clone(),
        })
    }

    fn log<'a>(&'a self, entry: &'a Entry) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        let entry = entry.clone();
        self.record(Command::Log { entry })
    }

    fn settle<'a>(&'a self, report: &'a Report) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        let report = report.clone();
        self.record(Command::Settle { report })
    }

    fn messages<'a>(
        &'a self,
        query: &'a MessageQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Entry>, LedgerDown>> {
        let query = query.clone();
        self.record(Command::Messages { query })
    }

    fn rest(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Delay::from(time).boxed_local()
    }

    fn remember<'a>(
        &'a self,
        name: &'a str,
        value: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Remember {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }

    fn recall<'a>(
        &'a self,
        name: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.record(Command::Recall {
            name: name.to_owned(),
        })
    }
}
