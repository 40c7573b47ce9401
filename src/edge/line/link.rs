//! The live link: executes what `pbx::live::Link` decides.
//!
//! Connecting and reading run as tasks of the object, so that nothing they wait for holds up an event.
//! Each reports back as an input; the machine tells late reports from current ones by epoch and ticket.
//!
//! Not here: what is decided, and the table (`pbx::live`); the socket itself (`socket.rs`).

use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde_json::json;
use worker::wasm_bindgen_futures::spawn_local;

use super::Inner;
use super::socket::{ConnectError, Socket};
use crate::edge::upstream::Upstream;
use crate::edge::{clock, log};
use crate::events::Calls;
use crate::json;
use crate::pbx::live::{Action, DnView, Epoch, Input, LinkRecord, ReadFailed, Ticket};
use crate::pbx::{Ask, Participant, Pbx, PbxError, SignInError, Token, TokenSource};
use crate::session::LiveAnswer;
use crate::time::{DAY_MS, Millis};

/// The record of the link in table `facts`.
const LINK: &str = "link";
/// An alarm that a failed set-up leaves behind: the link is looked after all the same.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(30);

impl Inner {
    /// What the machine should know after a restart.
    pub(super) fn link_record(store: &super::store::Store) -> LinkRecord {
        let text = store.read_note(LINK).ok().flatten().unwrap_or_default();
        json::read(text.as_bytes()).unwrap_or_default()
    }

    /// Tells the machine what happened, and does what it says.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        let now = clock::now();
        let actions = self.link.borrow_mut().step(input, now, random());
        for action in actions {
            self.execute(action);
        }
        let link = self.link.borrow();
        let mut events = self.events.borrow_mut();
        events.link(link.freshness().live, now);
        if link.is_idle() {
            events.forget(now);
        }
    }

    /// The live table, or one DN of it.
    pub(super) fn live(self: &Rc<Self>, dn: Option<&str>) -> LiveAnswer {
        self.feed(Input::Demand);
        let link = self.link.borrow();
        let table = link.table();
        let lines: Vec<DnView> = match dn {
            Some(dn) => table.dn(dn).into_iter().collect(),
            None => table.busy(),
        };
        LiveAnswer {
            freshness: link.freshness(),
            agents: self.agents_of(lines.iter().flat_map(DnView::participants)),
            lines,
        }
    }

    /// Which agents of MasterLinc got which calls. Where nobody is asked, nobody has got one.
    fn agents_of<'a>(&self, legs: impl Iterator<Item = &'a Participant>) -> Vec<(i64, String)> {
        if self.linc.is_none() {
            return Vec::new();
        }
        legs.filter_map(|leg| Some((leg.callid, self.agent_of(leg)?)))
            .collect()
    }

    fn execute(self: &Rc<Self>, action: Action) {
        match action {
            Action::Connect {
                epoch,
                replace_token,
            } => {
                spawn_local(Rc::clone(self).connect(epoch, replace_token));
            }
            Action::Close { epoch } => self.socket.close(epoch),
            Action::ReadSnapshot { ticket } => spawn_local(Rc::clone(self).read_snapshot(ticket)),
            Action::ReadEntity { ticket, leg } => {
                spawn_local(Rc::clone(self).read_leg(ticket, leg.dn, leg.id));
            }
            Action::Arm { at } => spawn_local(Rc::clone(self).arm(at)),
            Action::Disarm => spawn_local(Rc::clone(self).disarm()),
            Action::Persist(record) => self.persist(record),
            Action::Changed(changes) => {
                self.tell_masterlinc(&changes);
                self.follow_voice(&changes);
                let link = self.link.borrow();
                let legs = changes.iter().map(|change| &change.leg().participant);
                let calls = Calls {
                    table: link.table(),
                    agents: &self.agents_of(legs),
                };
                let mut events = self.events.borrow_mut();
                events.calls(&changes, calls, clock::now());
            }
        }
    }

    async fn connect(self: Rc<Self>, epoch: Epoch, replace_token: bool) {
        let refused = |is_refused| Input::ConnectFailed { epoch, is_refused };
        let Some(settings) = self.pbx() else {
            return self.feed(refused(false));
        };
        // Always a token that works now: an old one would be refused for ever.
        let last = self.socket.generation();
        let ask = if replace_token {
            Ask::InsteadOf(last)
        } else {
            Ask::Any
        };
        let Ok(token) = self.token(ask).await else {
            return self.feed(refused(false));
        };
        self.socket.note_generation(token.generation);
        let upstream = Upstream::new(&settings.base_url, &self.env);
        match Socket::open(&upstream, &token).await {
            Ok(socket) => {
                if !self.socket.hold(epoch, &socket) {
                    return;
                }
                self.feed(Input::Opened { epoch });
                log::info("link_open", json!({}));
                self.follow(epoch, socket);
            }
            Err(ConnectError::Refused(status)) => {
                log::error("link_refused", json!({ "status": status }));
                // 403 is about rights, not about the token: another one would not help.
                self.feed(refused(status == 401));
            }
            Err(ConnectError::Failed(error)) => {
                log::error("link_failed", json!({ "error": error }));
                self.feed(refused(false));
            }
        }
    }

    /// Reads the socket to its end.
    fn follow(self: &Rc<Self>, epoch: Epoch, socket: Socket) {
        let owner = Rc::clone(self);
        spawn_local(async move {
            let frames = Rc::clone(&owner);
            socket
                .read(move |bytes| {
                    frames.overhear_keys(&bytes);
                    frames.feed(Input::Frame { epoch, bytes });
                })
                .await;
            owner.socket.forget(epoch);
            owner.feed(Input::Closed { epoch });
        });
    }

    async fn read_snapshot(self: Rc<Self>, ticket: Ticket) {
        let outcome = match self.upstream() {
            Some(upstream) => Pbx::new(&upstream, &*self)
                .dns()
                .await
                .map_err(|_| ReadFailed),
            None => Err(ReadFailed),
        };
        self.feed(Input::SnapshotRead { ticket, outcome });
    }

    async fn read_leg(self: Rc<Self>, ticket: Ticket, dn: String, id: i64) {
        let outcome = match self.upstream() {
            Some(upstream) => match Pbx::new(&upstream, &*self).participant(&dn, id).await {
                Ok(participant) => Ok(Some(participant)),
                Err(PbxError::NotFound { .. }) => Ok(None),
                Err(_) => Err(ReadFailed),
            },
            None => Err(ReadFailed),
        };
        self.feed(Input::EntityRead { ticket, outcome });
    }

    /// The way to the PBX, if there is one.
    pub(super) fn upstream(&self) -> Option<Upstream<'_>> {
        let settings = self.pbx()?;
        Some(Upstream::new(&settings.base_url, &self.env))
    }

    async fn arm(self: Rc<Self>, at: Millis) {
        let at = self.next_post().map_or(at, |post| at.min(post));
        let offset = at.saturating_sub(clock::now()).max(0);
        if let Err(error) = self.state.storage().set_alarm(offset).await {
            log::error("alarm_not_set", json!({ "error": error.to_string() }));
        }
    }

    async fn disarm(self: Rc<Self>) {
        // Nothing to look after but what has to be forgotten in time.
        self.arm(clock::now().saturating_add(DAY_MS)).await;
    }

    fn persist(&self, record: LinkRecord) {
        let saved = serde_json::to_string(&record)
            .map_err(worker::Error::from)
            .and_then(|text| self.store.write_note(LINK, &text));
        if let Err(error) = saved {
            log::error("link_not_saved", json!({ "error": error.to_string() }));
        }
    }
}

/// The object's own requests take the token from itself.
impl TokenSource for Inner {
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
        self.token(Ask::Any).boxed_local()
    }

    fn replace<'a>(&'a self, refused: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.token(Ask::InsteadOf(refused.generation)).boxed_local()
    }

    fn client(&self) -> &str {
        self.pbx()
            .and_then(|settings| settings.credentials.first())
            .map_or("", |way| way.name())
    }
}

/// For jitter; without randomness there is none, which is no fault.
fn random() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX / 2)
}
