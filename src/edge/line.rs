//! The WebAssembly module of the line, and its Durable Object: of one PBX, what must exist once.
//!
//! | part | file | decided by |
//! |---|---|---|
//! | the one token | `token.rs` | `pbx::TokenKeeper` |
//! | the live link and its table | `link.rs`, `socket.rs` | `pbx::live::Link` |
//! | one call a key | `ledger.rs` | `policy::judge` |
//! | calls on hold | `held.rs` | `policy::free_slot` |
//! | caps, and handles that say yes | `gate.rs` | `policy::Caps`, `policy::worth` |
//! | who was wrong too often | `attempts.rs` | `auth::Attempts` |
//! | those who follow live events | `followers.rs` | `events::Fanout` |
//! | the audit | `audit.rs` | – |
//! | asking MasterLinc | `linc.rs` | `linc` |
//! | the log of messages, and who opted out | `messages.rs` | `messaging` |
//! | what the PBX's SMS webhook has to be told | `posts.rs` | `messaging` |
//! | calls at Basma's route point | `voice.rs` | `basma`, in objects of their own |
//! | the tables, and notes | `store.rs` | – |
//!
//! A shell: it executes what those types decide. It accepts [`Command`]s from bound code only; nothing
//! from outside reaches it. The alarm is its heartbeat: it keeps the object and the link alive.
//!
//! Why it is right: SQLite is synchronous and there is no pause between asking and writing, so two
//! callers cannot both be first; and signing in happens under a lock, so any number of callers
//! cause one request. After a restart everything that matters is read back from SQLite, the table from
//! the PBX.
//!
//! Not here: requests of tools to the PBX. They run in the stateless Worker with the token that this
//! object hands out; its own requests are the small ones of the link.

mod attempts;
mod audit;
mod followers;
mod gate;
mod held;
mod ledger;
mod linc;
mod link;
mod messages;
mod posts;
mod socket;
mod store;
mod token;
mod voice;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::Serialize;
use serde_json::json;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use self::ledger::Waiting;
use self::linc::Coordination;
use self::posts::Postman;
use self::socket::Line;
use self::store::Store;
use crate::edge::variables::EnvVariables;
use crate::edge::{clock, log, panics};
use crate::events::Fanout;
use crate::json;
use crate::pbx::live::{Input, Link};
use crate::pbx::{Ask, TokenKeeper, TokenRecord};
use crate::session::{Command, Letter};
use crate::settings::{PbxSettings, Settings};
use crate::time::Millis;

/// See the head of this file.
#[durable_object(alarm)]
pub struct PbxSession(Rc<Inner>);

/// The object itself, shared with the tasks that it runs.
struct Inner {
    state: State,
    store: Store,
    env: Env,
    /// What an administrator set, read once for all parts.
    settings: Settings,
    keeper: RefCell<TokenKeeper>,
    /// Held while signing in: the others wait here and find the new token.
    signing_in: futures::lock::Mutex<()>,
    /// Repeated requests that wait for the end of the first.
    waiting: Waiting,
    link: RefCell<Link>,
    socket: Line,
    /// MasterLinc, where it is asked.
    linc: Option<Coordination>,
    events: RefCell<Fanout>,
    /// Those who follow get signs of life.
    is_beating: Cell<bool>,
    /// The link was set going since this object started.
    is_awake: Cell<bool>,
    /// When the audit was last cleaned.
    cleaned_at: Cell<Millis>,
    postman: Postman,
    /// The route point that Basma answers.
    voice_dn: Option<String>,
}

impl DurableObject for PbxSession {
    fn new(state: State, env: Env) -> Self {
        panics::begin(&state);
        let settings = Settings::read(&EnvVariables(&env));
        let store = Store::open(&state);
        let keeper = store.restore_keeper(&settings.pbx).unwrap_or_else(|error| {
            log::error(
                "session_not_restored",
                json!({ "error": error.to_string() }),
            );
            TokenKeeper::default()
        });
        let mode = match &settings.pbx {
            Ok(Some(pbx)) => pbx.events,
            _ => crate::pbx::live::EventsMode::Off,
        };
        let link = Link::restore(mode, Inner::link_record(&store));
        let masterlinc = Coordination::begin(&settings, &env);
        let voice = settings.basma.as_ref().ok().and_then(Option::as_ref);
        let voice_dn = voice.map(|voice| voice.dn.clone());
        let postman = Postman::new(&settings);
        Self(Rc::new(Inner {
            state,
            store,
            env,
            settings,
            keeper: RefCell::new(keeper),
            signing_in: futures::lock::Mutex::new(()),
            waiting: Waiting::default(),
            link: RefCell::new(link),
            socket: Line::default(),
            linc: masterlinc,
            events: RefCell::new(Fanout::new(clock::now())),
            is_beating: Cell::new(false),
            is_awake: Cell::new(false),
            cleaned_at: Cell::new(0),
            postman,
            voice_dn,
        }))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        #[cfg(feature = "drill")]
        if let Some(answer) = super::drill::in_object(&request) {
            return answer;
        }
        let inner = &self.0;
        let body = request.bytes().await?;
        let Ok(Letter { marks, command }) = json::read::<Letter>(&body) else {
            return Response::error("unknown command", 400);
        };
        // The first request of a fresh object sets the link going; the alarm keeps it so.
        if !inner.is_awake.replace(true) {
            inner.feed(Input::Tick);
            inner.deliver_posts();
        }
        inner.record(&marks)?;
        match command {
            Command::Token { instead_of } => {
                let ask = instead_of.map_or(Ask::Any, Ask::InsteadOf);
                let outcome = inner.token(ask).await;
                answer(&outcome.map(|token| TokenRecord::from(&token)))
            }
            Command::Live { dn } => answer(&inner.live(dn.as_deref())),
            Command::Begin { claim } => answer(&inner.begin(&claim).await?),
            Command::End { claim, ended } => answer(&inner.end(&claim, &ended)?),
            Command::Reserve { slots, call } => answer(&inner.store.reserve(&slots, &call)?),
            Command::Parked { slot } => answer(&inner.store.parked(&slot)?),
            Command::Release { slot } => answer(&inner.store.release(&slot)?),
            Command::OnHold => answer(&inner.store.on_hold()?),
            Command::Permit { ask } => answer(&inner.permit(&ask)?),
            Command::Offered { handle } => answer(&inner.store.handle(&handle)?),
            Command::Judge { handle, verdict } => answer(&inner.store.judge(&handle, verdict)?),
            Command::Remember { name, value } => answer(&inner.store.write_note(&name, &value)?),
            Command::Recall { name } => answer(&inner.store.read_note(&name)?),
            Command::Audit { query } => answer(&inner.store.audit(&query)?),
            Command::Failed { visitor } => answer(&inner.failed(&visitor)?),
            Command::Log { entry } => answer(&inner.log_message(&entry)?),
            Command::Settle { report } => answer(&inner.settle(&report)?),
            Command::Messages { query } => answer(&inner.store.messages(&query)?),
            Command::Record => answer(&()),
            Command::Agents => answer(&inner.store.agents()?),
            Command::Coordination => answer(&inner.coordination()),
            Command::VoiceCalls { callid } => answer(&inner.store.voice_calls(callid)?),
            Command::Follow { follow } => inner.add_follower(follow),
            Command::Status => answer(&inner.status()),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        // First the next heartbeat, whatever happens in this one; the machine sets its own time.
        if let Err(error) = self.0.state.storage().set_alarm(link::HEARTBEAT).await {
            log::error("alarm_not_set", json!({ "error": error.to_string() }));
        }
        self.0.is_awake.set(true);
        self.0.forget_old_audit();
        self.0.feed(Input::Tick);
        self.0.deliver_posts();
        Response::empty()
    }
}

impl Inner {
    /// The PBX, if it is set up.
    fn pbx(&self) -> Option<&PbxSettings> {
        self.settings.pbx.as_ref().ok().and_then(Option::as_ref)
    }
}

fn answer<T: Serialize>(value: &T) -> Result<Response> {
    Response::from_bytes(serde_json::to_vec(value)?)
}
