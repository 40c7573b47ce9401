//! A desk for tests on the host: its session keeps the ledger in memory and lets everything through, and
//! can be cut off; its PBX answers what a test wants. Nobody waits: what would take time is added up.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture, ready};
use serde_json::Value;

use super::{Archive, Desk, Errand, RecentHistory};
use crate::auth::Caller;
use crate::messaging::{Entry as MessageEntry, MessageQuery, Report, goes_on};
use crate::pbx::history::DayCache;
use crate::pbx::{
    HttpRequest, HttpResponse, Memory, Pbx, SignInError, Token, TokenSource, Transport,
    TransportError,
};
use crate::policy::{
    Ask, AuditQuery, Begun, CallLedger, Claim, Ended, Entry, Gate, LedgerDown, Mark, ParkedCall,
    ParkingLot, Permission, Recorded, judge,
};
use crate::session::{LiveAnswer, PATIENCE, Routed, Session, VoiceCall};
use crate::settings::Settings;
use crate::settings::testing::Given;
use crate::time::Millis;

/// What the PBX answers to a request.
type Answer = fn(&HttpRequest, usize) -> Result<HttpResponse, TransportError>;

/// Everything behind a desk.
pub(crate) struct World {
    /// The session object cannot be reached.
    pub(crate) is_down: Cell<bool>,
    /// Requests that reached the PBX.
    pub(crate) requests: RefCell<Vec<HttpRequest>>,
    /// How long all of it would have taken, each answer coming as late as it may.
    pub(crate) taken: Cell<Duration>,
    claims: RefCell<BTreeMap<String, Entry>>,
    marks: RefCell<Vec<Mark>>,
    /// Messages of the log, oldest first.
    pub(crate) messages: RefCell<Vec<MessageEntry>>,
    /// Calls that Basma answered, newest first.
    pub(crate) voice_calls: RefCell<Vec<VoiceCall>>,
    /// What their objects were asked, and say.
    pub(crate) asked_voice: RefCell<Vec<String>>,
    pub(crate) voice_says: RefCell<Value>,
    answer: Answer,
    /// When the request came.
    pub(crate) now: Cell<Millis>,
    pub(crate) memory: Memory,
    settings: Settings,
    pub(crate) caller: Caller,
    recent: RecentHistory,
}

impl World {
    /// A PBX that answers so, given how many requests came before, and these variables.
    pub(crate) fn new(answer: Answer, variables: &[(&str, &str)]) -> Self {
        Self {
            is_down: Cell::new(false),
            requests: RefCell::default(),
            taken: Cell::default(),
            claims: RefCell::default(),
            marks: RefCell::default(),
            messages: RefCell::default(),
            voice_calls: RefCell::default(),
            asked_voice: RefCell::default(),
            voice_says: RefCell::default(),
            answer,
            now: Cell::new(0),
            memory: Memory::default(),
            settings: Settings::read(&Given::new(variables)),
            caller: Caller::local(),
            recent: RecentHistory::default(),
        }
    }

    pub(crate) fn desk(&self) -> Desk<'_> {
        Desk {
            pbx: Ok(Pbx::new(self, self)),
            carrier: self,
            memory: &self.memory,
            session: self,
            archive: Archive {
                days: self,
                recent: &self.recent,
            },
            settings: &self.settings,
            caller: &self.caller,
            errand: Errand::default(),
            intent: None,
            public_url: "https://desk.example.com",
            now: self.now.get(),
            clock: || 0,
        }
    }

    /// An answer of the PBX.
    #[expect(clippy::unnecessary_wraps, reason = "it stands where a failure could")]
    pub(crate) fn says(status: u16, body: &str) -> Result<HttpResponse, TransportError> {
        Ok(HttpResponse {
            status,
            body: body.as_bytes().to_vec(),
            date: None,
        })
    }

    fn take(&self, time: Duration) {
        self.taken.set(self.taken.get() + time);
    }

    /// The session object answers, if it can be reached.
    fn reply<'a, T: 'a>(
        &self,
        answer: impl FnOnce() -> T,
    ) -> LocalBoxFuture<'a, Result<T, LedgerDown>> {
        self.take(PATIENCE);
        let answer = if self.is_down.get() {
            Err(LedgerDown("no answer in time".to_owned()))
        } else {
            Ok(answer())
        };
        ready(answer).boxed_local()
    }
}

impl Transport for World {
    fn send(
        &self,
        request: HttpRequest,
    ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.take(request.timeout);
        let before = self.requests.borrow().len();
        let answer = (self.answer)(&request, before);
        self.requests.borrow_mut().push(request);
        ready(answer).boxed_local()
    }
}

impl TokenSource for World {
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
        // The object is asked for the first one only.
        if self.requests.borrow().is_empty() {
            self.take(PATIENCE);
        }
        ready(Ok(Token::lasting())).boxed_local()
    }

    fn replace<'a>(&'a self, _: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.token()
    }

    fn client(&self) -> &'static str {
        "client"
    }
}

impl CallLedger for World {
    fn begin<'a>(&'a self, claim: &'a Claim) -> LocalBoxFuture<'a, Result<Begun, LedgerDown>> {
        self.reply(|| {
            let mut claims = self.claims.borrow_mut();
            let begun = judge(claims.get(&claim.key), &claim.intent, 0);
            if begun == Begun::Fresh {
                let entry = Entry {
                    intent: claim.intent.clone(),
                    begun_at: 0,
                    answer: None,
                };
                claims.insert(claim.key.clone(), entry);
            }
            begun
        })
    }

    fn end<'a>(
        &'a self,
        claim: &'a Claim,
        ended: Ended,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.reply(|| {
            let mut claims = self.claims.borrow_mut();
            match ended {
                Ended::NotDone => drop(claims.remove(&claim.key)),
                Ended::Answered { answer } => {
                    claims.get_mut(&claim.key).expect("begun").answer = Some(answer);
                }
            }
        })
    }
}

impl Gate for World {
    fn permit<'a>(&'a self, _: &'a Ask) -> LocalBoxFuture<'a, Result<Permission, LedgerDown>> {
        self.reply(|| Permission::Granted)
    }
}

impl ParkingLot for World {
    fn reserve<'a>(
        &'a self,
        slots: &'a [String],
        _: &'a ParkedCall,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.reply(|| slots.first().cloned())
    }

    fn parked<'a>(&'a self, _: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.reply(|| ())
    }

    fn release<'a>(&'a self, _: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.reply(|| ())
    }

    fn on_hold(&self) -> LocalBoxFuture<'_, Result<Vec<ParkedCall>, LedgerDown>> {
        self.reply(Vec::new)
    }
}

impl Session for World {
    fn live<'a>(
        &'a self,
        _: Option<&'a str>,
    ) -> LocalBoxFuture<'a, Result<LiveAnswer, LedgerDown>> {
        ready(Err(LedgerDown("the link is not part of this".to_owned()))).boxed_local()
    }

    fn new_id(&self) -> String {
        "id".to_owned()
    }

    fn note(&self, mark: Mark) {
        self.marks.borrow_mut().push(mark);
    }

    fn note_read(&self, mark: Mark) {
        self.note(mark);
    }

    fn flush(&self) -> LocalBoxFuture<'_, Result<(), LedgerDown>> {
        self.reply(|| self.marks.borrow_mut().clear())
    }

    fn agents(&self) -> LocalBoxFuture<'_, Result<Vec<Routed>, LedgerDown>> {
        self.reply(Vec::new)
    }

    fn coordination(&self) -> LocalBoxFuture<'_, Result<Option<String>, LedgerDown>> {
        self.reply(|| None)
    }

    fn voice_calls(
        &self,
        callid: Option<i64>,
    ) -> LocalBoxFuture<'_, Result<Vec<VoiceCall>, LedgerDown>> {
        self.reply(|| {
            let calls = self.voice_calls.borrow();
            let fits = |call: &&VoiceCall| callid.is_none_or(|callid| call.callid == callid);
            calls.iter().filter(fits).cloned().collect()
        })
    }

    fn ask_voice<'a>(
        &'a self,
        name: &'a str,
        command: &'a str,
    ) -> LocalBoxFuture<'a, Result<Value, LedgerDown>> {
        self.reply(|| {
            self.asked_voice
                .borrow_mut()
                .push(format!("{name} {command}"));
            self.voice_says.borrow().clone()
        })
    }

    fn audit<'a>(
        &'a self,
        _: &'a AuditQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Recorded>, LedgerDown>> {
        self.reply(Vec::new)
    }

    fn log<'a>(&'a self, entry: &'a MessageEntry) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        self.reply(|| {
            let mut messages = self.messages.borrow_mut();
            let place = i64::try_from(messages.len()).unwrap() + 1;
            let entry = entry.clone();
            messages.push(MessageEntry { place, ..entry });
            true
        })
    }

    fn settle<'a>(&'a self, report: &'a Report) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        self.reply(|| {
            let mut messages = self.messages.borrow_mut();
            let known = messages.iter_mut().find(|known| known.id == report.id);
            let Some(known) = known.filter(|known| goes_on(&known.status, &report.status)) else {
                return false;
            };
            known.sid.clone_from(&report.sid);
            known.status.clone_from(&report.status);
            known.error.clone_from(&report.error);
            true
        })
    }

    fn messages<'a>(
        &'a self,
        query: &'a MessageQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<MessageEntry>, LedgerDown>> {
        self.reply(|| {
            let messages = self.messages.borrow();
            let found = messages.iter().rev().filter(|entry| {
                query.before.is_none_or(|before| entry.place < before)
                    && query.from.is_none_or(|from| entry.at >= from)
                    && query.to.is_none_or(|to| entry.at < to)
                    && (!query.shared || entry.is_shared())
            });
            found.take(query.limit).cloned().collect()
        })
    }

    fn rest(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        self.take(time);
        ready(()).boxed_local()
    }

    fn remember<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.reply(|| ())
    }

    fn recall<'a>(&'a self, _: &'a str) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.reply(|| None)
    }
}

impl DayCache for World {
    fn get<'a>(&'a self, _: &'a str) -> LocalBoxFuture<'a, Option<Vec<u8>>> {
        ready(None).boxed_local()
    }

    fn put<'a>(&'a self, _: &'a str, _: Vec<u8>) -> LocalBoxFuture<'a, ()> {
        ready(()).boxed_local()
    }
}
