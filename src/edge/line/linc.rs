//! MasterLinc asked about calls: what `crate::linc` decides is carried out here.
//!
//! From the change of the live table to the claim in SQLite there is no pause, so an event that comes twice,
//! or to an object that began anew, finds the claim. Asking and acting run as tasks: nothing waits for them,
//! the ringing caller least of all. A decision is on record as begun before the one request that acts.
//!
//! Connections are few in an object, and the link needs them: three questions and two actions at once.
//!
//! Not here: the words of the contract, what a reply means (`linc`); the gate (`gate.rs`).

mod ask;
mod settle;
mod store;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, Env};

use self::ask::Turns;
use super::Inner;
use crate::edge::{clock, log};
use crate::linc::{
    Breaker, Claimed, EventKind, Fault, Request, Tally, claim, claim_end, message_received,
    worth_telling,
};
use crate::messaging::Channel;
use crate::pbx::Participant;
use crate::pbx::live::Change;
use crate::settings::{LincSettings, Settings};

/// A call that was moved is nowhere for a moment: it is over if it is still nowhere after this.
const GONE_FOR_GOOD: Duration = Duration::from_secs(3);

/// What is kept while the object lives; all of it may be forgotten.
pub(super) struct Coordination {
    masterlinc: LincSettings,
    breaker: RefCell<Breaker>,
    tally: RefCell<Tally>,
    asking: Turns,
    acting: Turns,
    /// Calls that this object is deciding about.
    deciding: RefCell<Vec<i64>>,
}

impl Coordination {
    /// If there is somebody to ask.
    pub(super) fn begin(settings: &Settings, env: &Env) -> Option<Self> {
        let linc = settings.linc.as_ref().ok()?;
        if linc.base_url.is_none() && env.service(ask::BINDING).is_err() {
            return None;
        }
        if let Some(warning) = linc.warning() {
            log::error("masterlinc_loops_back", json!({ "warning": warning }));
        }
        Some(Self {
            masterlinc: linc.clone(),
            breaker: RefCell::default(),
            tally: RefCell::default(),
            asking: Turns::new(3),
            acting: Turns::new(2),
            deciding: RefCell::default(),
        })
    }

    /// Whether it is being decided about a call.
    pub(super) fn is_deciding(&self, callid: i64) -> bool {
        self.deciding.borrow().contains(&callid)
    }
}

impl Inner {
    /// Calls came, changed or went.
    pub(super) fn tell_masterlinc(self: &Rc<Self>, changes: &[Change]) {
        let Some(linc) = &self.linc else {
            return;
        };
        for change in changes {
            let Some(kind) = worth_telling(change, &linc.masterlinc.routing) else {
                continue;
            };
            let leg = &change.leg().participant;
            let told = match kind {
                EventKind::Ended => self.end_of(leg.callid),
                EventKind::Incoming | EventKind::Answered => self.event_of(kind, leg),
            };
            if let Err(error) = told {
                // The call rings on as if nobody were to be asked.
                log::error(
                    "masterlinc_not_asked",
                    json!({ "error": error.to_string() }),
                );
            }
        }
    }

    /// Looks and writes without a pause between.
    fn event_of(self: &Rc<Self>, kind: EventKind, leg: &Participant) -> worker::Result<()> {
        let Some(linc) = &self.linc else {
            return Ok(());
        };
        let callid = leg.callid;
        let known = self.store.called(callid)?;
        let is_at_it = linc.is_deciding(callid);
        let before = known.clone();
        let now = clock::now();
        let (call, claimed) = claim(
            known,
            callid,
            (leg.other_party(), &leg.dn),
            kind,
            is_at_it,
            now,
        );
        if before.as_ref() != Some(&call) {
            self.store.write_called(&call)?;
        }
        let body = Request {
            kind,
            caller: &call.caller,
            dn: &leg.dn,
            summary: None,
            transcript: None,
        }
        .body();
        match claimed {
            Claimed::Decide => {
                linc.deciding.borrow_mut().push(callid);
                let (inner, leg) = (Rc::clone(self), (leg.dn.clone(), leg.id));
                spawn_local(async move {
                    let reply = inner.ask_masterlinc(&body).await;
                    inner.settle_call(call, leg, reply).await;
                });
            }
            Claimed::Default => {
                linc.deciding.borrow_mut().push(callid);
                let (inner, leg) = (Rc::clone(self), (leg.dn.clone(), leg.id));
                spawn_local(
                    async move { inner.settle_call(call, leg, Err(Fault::Restarted)).await },
                );
            }
            Claimed::Tell => self.tell(body),
            Claimed::Nothing => {}
        }
        Ok(())
    }

    /// A leg of a call that was told of went away: perhaps the last one.
    fn end_of(self: &Rc<Self>, callid: i64) -> worker::Result<()> {
        if self.store.called(callid)?.is_none() || self.goes_on(callid) {
            return Ok(());
        }
        let inner = Rc::clone(self);
        spawn_local(async move {
            Delay::from(GONE_FOR_GOOD).await;
            if inner.goes_on(callid) {
                return;
            }
            if let Ok(Some(mut call)) = inner.store.called(callid)
                && claim_end(&mut call)
                && inner.store.write_called(&call).is_ok()
            {
                let seconds = clock::now().saturating_sub(call.since) / 1000;
                let mut summary = format!("over after {seconds} s");
                let said = inner.said_to_basma(callid, call.since).await;
                if let Some((two_sentences, _)) = &said {
                    summary.clone_from(two_sentences);
                }
                let request = Request {
                    kind: EventKind::Ended,
                    caller: &call.caller,
                    dn: &call.dn,
                    summary: Some(&summary),
                    transcript: said.as_ref().map(|(_, transcript)| transcript.as_str()),
                };
                inner.tell(request.body());
            }
        });
        Ok(())
    }

    fn goes_on(&self, callid: i64) -> bool {
        let link = self.link.borrow();
        let mut legs = link.table().all_legs();
        legs.any(|leg| leg.participant.callid == callid)
    }

    /// Tells it; whatever it says to that is not followed.
    fn tell(self: &Rc<Self>, body: String) {
        let inner = Rc::clone(self);
        spawn_local(async move {
            let _ = inner.ask_masterlinc(&body).await;
        });
    }

    /// A message came in.
    pub(super) fn message_received(self: &Rc<Self>, from: &str, to: &str, channel: Channel) {
        if self.linc.is_some() {
            self.tell(message_received(from, to, channel.as_str()));
        }
    }

    /// The agent that MasterLinc gave the call of a leg to, if it did.
    pub(super) fn agent_of(&self, leg: &Participant) -> Option<String> {
        // Where nobody is asked, nobody has got a call.
        self.linc.as_ref()?;
        if !leg.is_external() {
            return None;
        }
        let call = self.store.called(leg.callid).ok()??;
        let is_it = call.caller == leg.other_party() && !call.agent.is_empty();
        is_it.then_some(call.agent)
    }

    /// How asking goes, in words; nothing where nobody is asked.
    pub(super) fn coordination(&self) -> Option<String> {
        let linc = self.linc.as_ref()?;
        let paused = if linc.breaker.borrow().is_open() {
            "; it failed and is not asked for a while"
        } else {
            ""
        };
        Some(format!("{}{paused}", linc.tally.borrow().line()))
    }
}
