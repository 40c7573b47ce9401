//! The Durable Object of one call that Basma answers.
//!
//! | part | file | decided by |
//! |---|---|---|
//! | the conversation | `run.rs` | `basma::Conversation` |
//! | sound that comes and goes | `sound.rs`, `streams.rs` | – |
//! | the providers | `providers.rs` | – |
//! | moving and ending the call | `exits.rs` | `desk` |
//! | what is kept | `store.rs` | – |
//! | when it is over: summary, recording, forgetting | `afterwards.rs` | `basma::summary` |
//!
//! A shell, told by `PbxSession` that a call came to the route point, which keys were pressed, and that the
//! caller left. While the call lasts its alarm rings every two seconds: if the memory of the object was lost
//! meanwhile, the alarm finds a call without a conversation and brings the caller to a person. Afterwards
//! it sees to what is left to do, and forgets the call when `RETENTION_DAYS` are over.

mod afterwards;
mod exits;
mod providers;
mod run;
mod sound;
mod store;
mod streams;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, js_sys};

use self::run::{Run, close_way};
use self::store::{Facts, Store};
use crate::basma::conversation::Recorded;
use crate::basma::protocol::Input;
use crate::edge::isolate::Isolate;
use crate::edge::{clock, log};
use crate::json;
use crate::time::{DAY_MS, Millis};

/// What could not be finished after a call is tried again.
const AGAIN: Duration = Duration::from_secs(20);
/// While a call lasts: a caller whose conversation was lost waits no longer.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The JavaScript property of the object's state where the streams of a call are, to be ended by the
/// next WebAssembly instance if this one is lost.
const STREAMS: &str = "__streams";

/// See the head of this file.
#[durable_object(alarm)]
pub struct VoiceCall {
    state: State,
    env: Env,
    store: Rc<Store>,
    run: RefCell<Option<Rc<Run>>>,
}

impl DurableObject for VoiceCall {
    fn new(state: State, env: Env) -> Self {
        let left = js_sys::Reflect::get(state.as_raw().as_ref(), &STREAMS.into());
        if let Ok(Ok(left)) = left.map(JsCast::dyn_into::<js_sys::Object>) {
            close_way(&left, "ears");
            close_way(&left, "mouth");
        }
        let store = Rc::new(Store::open(&state));
        Self {
            state,
            env,
            store,
            run: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let body = request.bytes().await?;
        let command = json::any(&body).unwrap_or_default();
        if let Some(facts) = command.get("start").and_then(Facts::of) {
            self.start(facts).await?;
        } else if let Some(keys) = command.get("keys").and_then(Value::as_str) {
            self.tell(Input::Keys(keys.to_owned()));
        } else if command.get("gone").is_some() {
            self.tell(Input::Gone);
        } else if command.get("transcript").is_some() {
            return Response::from_bytes(self.store.transcript()?.to_string().into_bytes());
        } else if let Some(record) = command.get("record").and_then(Value::as_str) {
            return Response::from_bytes(self.record(record).to_string().into_bytes());
        } else {
            return Response::error("unknown command", 400);
        }
        Response::from_bytes(b"null".to_vec())
    }

    async fn alarm(&self) -> Result<Response> {
        if let Err(error) = self.look_after().await {
            log::error(
                "call_not_looked_after",
                json!({ "error": error.to_string() }),
            );
        }
        Response::empty()
    }
}

impl VoiceCall {
    /// A call came. The same one may be told of twice.
    async fn start(&self, facts: Facts) -> Result<()> {
        // The object's name is that of one call, so what is known is this one.
        if self.store.facts().is_some() {
            return Ok(());
        }
        self.store.put_facts(&facts)?;
        self.begin(facts, false);
        self.state.storage().set_alarm(HEARTBEAT).await
    }

    fn begin(&self, facts: Facts, is_recovery: bool) {
        let isolate = Isolate::of(&self.env);
        let Ok(Some(settings)) = &isolate.settings.basma else {
            return;
        };
        let settings = settings.clone();
        let store = Rc::clone(&self.store);
        let env = self.env.clone();
        let run = Run::begin(env, isolate, settings, facts, store, is_recovery);
        let state: &JsValue = self.state.as_raw().as_ref();
        let _ = js_sys::Reflect::set(state, &STREAMS.into(), &run.streams);
        *self.run.borrow_mut() = Some(run);
    }

    fn tell(&self, input: Input) {
        let run = self.run.borrow().clone();
        if let Some(run) = run {
            run.feed(input);
        }
    }

    async fn look_after(&self) -> Result<()> {
        let Some(facts) = self.store.facts() else {
            return Ok(());
        };
        let storage = self.state.storage();
        if facts.ended_at.is_some() {
            return self.wrap_up(&facts).await;
        }
        storage.set_alarm(HEARTBEAT).await?;
        let is_lost = self.run.borrow().is_none();
        if is_lost {
            log::error("voice_call_was_lost", json!({}));
            self.begin(facts, true);
        }
        Ok(())
    }

    /// A call that is over.
    async fn wrap_up(&self, facts: &Facts) -> Result<()> {
        let storage = self.state.storage();
        // Should this not come to its end.
        storage.set_alarm(AGAIN).await?;
        self.run.take();
        let settings = &Isolate::of(&self.env).settings;
        // A setting that cannot be read deletes nothing.
        let days = settings.limits.as_ref().ok().map(|it| it.retention_days);
        let until = days.map(|days| {
            let kept = DAY_MS.saturating_mul(Millis::from(days));
            facts.ended_at.unwrap_or_default().saturating_add(kept)
        });
        if until.is_some_and(|until| until <= clock::now()) {
            afterwards::forget(&self.env, &self.store).await?;
            return storage.delete_alarm().await;
        }
        if let Ok(Some(basma)) = &settings.basma {
            afterwards::sum_up(basma, &self.store).await?;
        }
        afterwards::keep_sound(&self.env, &self.store, facts).await?;
        // An offset, not a moment.
        let rest = until.map_or(DAY_MS, |until| until.saturating_sub(clock::now()).max(1));
        storage.set_alarm(rest).await
    }

    /// Begins or ends the recording, or only looks: what is so now.
    fn record(&self, wanted: &str) -> Value {
        let run = self.run.borrow().clone();
        let Some(run) = run.filter(|run| !run.is_over()) else {
            return json!({ "state": "over" });
        };
        match wanted {
            "start" if afterwards::bucket(&self.env).is_none() => {
                return json!({ "state": "no_bucket" });
            }
            "start" => run.feed(Input::Record(true)),
            "stop" => run.feed(Input::Record(false)),
            _ => {}
        }
        let state = match run.recorded() {
            (Recorded::On, _) => "on",
            (Recorded::Wanted | Recorded::Announcing, _) => "announcing",
            (Recorded::Off, true) => "off",
            (Recorded::Off, false) => "not_possible",
        };
        json!({ "state": state })
    }
}
