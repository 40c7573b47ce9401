//! From what MasterLinc said to the one action that is taken, or the default in its place.

use std::rc::Rc;

use serde_json::json;

use super::super::Inner;
use super::super::store::random_name;
use super::Coordination;
use crate::desk::{linc_gate, linc_intent};
use crate::edge::{clock, log};
use crate::linc::{Called, Deed, Fault, LegFacts, Plan, Wish, plan};
use crate::pbx::{Forwarding, Pbx, PbxError, Performed};
use crate::policy::{End, Mark, Permission};
use crate::settings::Settings;

/// How long the destination may ring, in seconds.
const RING: u32 = 40;

/// What came of an action.
enum Came {
    /// It was done.
    Done,
    /// It certainly was not, for this reason.
    NotDone(Fault),
    /// Nobody knows.
    Unclear,
}

impl Inner {
    /// Does what MasterLinc said; what cannot be done becomes the default, at most once.
    pub(super) async fn settle_call(
        self: &Rc<Self>,
        mut call: Called,
        (dn, id): (String, i64),
        reply: Result<Wish, Fault>,
    ) {
        let Some(linc) = &self.linc else {
            return;
        };
        let callid = call.callid;
        let asked = reply.as_ref().ok();
        let mut fault = reply.as_ref().err().copied();
        let mut refused = None;
        let mut moved_to: Option<String> = None;
        let default = &linc.masterlinc.routing.default;
        for wish in asked.into_iter().chain([default]) {
            let planned = self.planned(linc, wish, (&dn, id), callid).await;
            let (leg, plan) = match planned {
                Ok(planned) => planned,
                Err(why) => {
                    // What was wrong first is what is told.
                    fault = fault.or(Some(why));
                    if why == Fault::Gone {
                        break;
                    }
                    continue;
                }
            };
            // What the PBX has just refused is not sent again.
            if refused.as_ref() == Some(&plan.deed) {
                break;
            }
            // From here on nobody else decides, whatever becomes of this object.
            call = call.decided(plan.agent.as_deref());
            let mark = mark(&self.settings, &call, &leg, asked, fault, &plan);
            let saved = self
                .store
                .write_called(&call)
                .and_then(|()| self.record(std::slice::from_ref(&mark)));
            if let Err(error) = saved {
                log::error(
                    "masterlinc_not_recorded",
                    json!({ "error": error.to_string() }),
                );
                break;
            }
            let came = self.carry_out(linc, &leg, &plan.deed).await;
            let outcome = match &came {
                Came::Done => "ok",
                Came::NotDone(why) => why.as_str(),
                Came::Unclear => "outcome_unknown",
            };
            self.note_end(mark, outcome);
            if let (Deed::Move { destination, .. }, Came::Done | Came::Unclear) =
                (&plan.deed, &came)
            {
                moved_to = Some(destination.clone());
            }
            match came {
                Came::NotDone(why) if fault.is_none() => fault = Some(why),
                _ => break,
            }
            refused = Some(plan.deed);
        }
        linc.tally.borrow_mut().note(fault);
        linc.deciding.borrow_mut().retain(|known| *known != callid);
        // A call that left her desk is no more hers, though the table may not know it yet.
        if moved_to.is_none() || moved_to == self.voice_dn {
            self.voice_may_answer(callid);
        }
    }

    /// What a wish means for the call as it is now, after everything was asked that has a say in it.
    async fn planned(
        &self,
        linc: &Coordination,
        wish: &Wish,
        (dn, id): (&str, i64),
        callid: i64,
    ) -> Result<(LegFacts, Plan), Fault> {
        let (settings, routing) = (&self.settings, &linc.masterlinc.routing);
        // Rules that cannot be read permit nothing.
        let dialing = settings.dialing.as_ref().map_err(|_| Fault::Forbidden)?;
        let leg = self.leg_now(dn, id, callid).ok_or(Fault::Gone)?;
        let found = plan(wish, &leg, routing, dialing)?;
        let (leg, found) = match &found.deed {
            Deed::Move {
                destination,
                is_queue: true,
                ..
            } => {
                self.must_be_queue(destination).await?;
                // Asking took a moment.
                let leg = self.leg_now(dn, id, callid).ok_or(Fault::Gone)?;
                let again = plan(wish, &leg, routing, dialing)?;
                (leg, again)
            }
            _ => (leg, found),
        };
        if let Some(ask) = linc_gate(settings, dn, &found, clock::now())? {
            match self.permit(&ask) {
                Ok(Permission::Granted) => {}
                _ => return Err(Fault::NotPermitted),
            }
        }
        Ok((leg, found))
    }

    /// The leg, or another one of the call at the same number.
    fn leg_now(&self, dn: &str, id: i64, callid: i64) -> Option<LegFacts> {
        let here = self.link.borrow().table().dn(dn)?;
        let mut legs = here.participants().filter(|leg| leg.callid == callid);
        let same = here
            .participants()
            .find(|leg| leg.id == id && leg.callid == callid);
        let leg = same.or_else(|| legs.next())?;
        Some(LegFacts::of(leg, &here.kind))
    }

    async fn must_be_queue(&self, number: &str) -> Result<(), Fault> {
        let known = self.link.borrow().table().dn(number);
        if known.is_some_and(|line| line.kind == "Wqueue") {
            return Ok(());
        }
        let upstream = self.upstream().ok_or(Fault::NotAQueue)?;
        match Pbx::new(&upstream, self).is_queue(number).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Fault::NotAQueue),
        }
    }

    async fn carry_out(&self, linc: &Coordination, leg: &LegFacts, deed: &Deed) -> Came {
        let Some(upstream) = self.upstream() else {
            return Came::NotDone(Fault::Rejected);
        };
        let _turn = match deed {
            Deed::Leave => return Came::Done,
            // The PBX answers these at once.
            Deed::Answer
            | Deed::Move {
                way: Forwarding::Divert,
                ..
            } => None,
            // And this when the destination has answered.
            Deed::Move { .. } => Some(linc.acting.take().await),
        };
        let pbx = Pbx::new(&upstream, self);
        let first = came(act(&pbx, leg, deed).await);
        let (Came::NotDone(Fault::WrongState), Deed::Move { way, .. }) = (&first, deed) else {
            return first;
        };
        // Answered, or put down, between looking and acting: certainly nothing happened.
        let Ok(now) = pbx.participant(&leg.dn, leg.id).await else {
            return Came::NotDone(Fault::Gone);
        };
        let leg = LegFacts::of(&now, "");
        let (Ok(way_now), Deed::Move { destination, .. }) = (leg.way(), deed) else {
            return first;
        };
        if way_now == *way {
            return first;
        }
        let outcome = pbx.forward(&leg.dn, leg.id, way_now, destination, Some(RING));
        came(outcome.await)
    }

    fn note_end(&self, mark: Mark, outcome: &str) {
        let end = Some(End {
            at: clock::now(),
            outcome: outcome.to_owned(),
        });
        let intent = mark.intent;
        if let Err(error) = self.record(&[Mark { intent, end }]) {
            log::error(
                "masterlinc_not_recorded",
                json!({ "error": error.to_string() }),
            );
        }
    }
}

/// How a decision goes on record.
fn mark(
    settings: &Settings,
    call: &Called,
    leg: &LegFacts,
    asked: Option<&Wish>,
    fault: Option<Fault>,
    plan: &Plan,
) -> Mark {
    let id = random_name().unwrap_or_else(|_| format!("masterlinc-{}", call.callid));
    let named = (id, clock::now());
    Mark {
        intent: linc_intent(settings, named, (&leg.dn, call.callid), asked, fault, plan),
        end: None,
    }
}

async fn act(pbx: &Pbx<'_>, leg: &LegFacts, deed: &Deed) -> Result<Performed, PbxError> {
    match deed {
        Deed::Move {
            way, destination, ..
        } => {
            pbx.forward(&leg.dn, leg.id, *way, destination, Some(RING))
                .await
        }
        Deed::Answer | Deed::Leave => pbx.answer(&leg.dn, leg.id).await,
    }
}

fn came(outcome: Result<Performed, PbxError>) -> Came {
    match outcome {
        Ok(performed) if performed.failure().is_none() => Came::Done,
        Err(PbxError::OutcomeUnknown(_)) => Came::Unclear,
        Err(PbxError::Unprocessable { .. }) => Came::NotDone(Fault::WrongState),
        Err(error) if error.is_not_found() => Came::NotDone(Fault::Gone),
        Ok(_) | Err(_) => Came::NotDone(Fault::Rejected),
    }
}
