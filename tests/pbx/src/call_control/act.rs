//! The seven actions on a participant, each with its precondition.
//!
//! Source: 3CX Call Control API page; `routeto` and `transferto` also the .NET help of 3CX's
//! library. Wrong state or device: 422. Gone: 404. Reached but not delivered: 200 and `Failed`.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::calls::{Failure, Mode, Reason, Status, Verdict};
use crate::directory::Kind;
use crate::shared::Shared;
use crate::world::World;

use super::{Reply, Request, outcome};

const WRONG_STATE: Reply = (StatusCode::UNPROCESSABLE_ENTITY, None);
const GONE: Reply = (StatusCode::NOT_FOUND, None);

/// A reply now, or one that waits until a delivery is decided.
enum Next {
    Reply(Reply),
    Wait(oneshot::Receiver<Verdict>),
}

/// Carries out `action` on a participant of a number.
pub(super) async fn act(
    shared: &Shared,
    dn: &str,
    id: u32,
    action: &str,
    request: Request,
) -> Reply {
    let next = shared.with(|world| {
        let Some((_, leg)) = world.participant(dn, id) else {
            return Next::Reply(GONE);
        };
        let (status, controllable) = (leg.status, leg.direct_control());
        let can_answer = controllable || leg.own.kind == Kind::RoutePoint;
        match action {
            "drop" => {
                world.drop_leg(id, &Failure::new(Reason::PartyConnectionLost, "dropped"));
                Next::Reply(outcome::success(world, Value::Null))
            }
            "answer" if status == Status::Ringing && can_answer => {
                world.answer_leg(id);
                let found = world.participant(dn, id);
                let result = found.map_or(Value::Null, |(call, leg)| call.participant_json(leg));
                Next::Reply(outcome::success(world, result))
            }
            "divert" if status == Status::Ringing => divert(world, dn, id, &request),
            "routeto" if status != Status::Dialing => {
                bring(world, dn, id, Mode::Route, "routeto", &request)
            }
            "transferto" if status == Status::Connected => {
                bring(world, dn, id, Mode::Transfer, "transferto", &request)
            }
            "attach_participant_data" | "attach_party_data" => {
                attach(world, id, action, request.attacheddata.unwrap_or_default());
                Next::Reply(outcome::success(world, Value::Null))
            }
            "answer" | "divert" | "routeto" | "transferto" => Next::Reply(WRONG_STATE),
            _ => Next::Reply(GONE),
        }
    });
    match next {
        Next::Reply(reply) => reply,
        Next::Wait(verdict) => {
            let lost = Failure::new(Reason::PartyConnectionLost, "the call ended");
            let verdict = verdict.await.unwrap_or(Err(lost));
            shared.with(|world| match &verdict {
                Ok(()) => outcome::success(world, Value::Null),
                Err(failure) => outcome::failure(world, failure),
            })
        }
    }
}

/// The ringing leg goes away and the destination rings instead.
fn divert(world: &mut World, dn: &str, id: u32, request: &Request) -> Next {
    let Some(destination) = request.destination.as_deref().filter(|it| !it.is_empty()) else {
        return Next::Reply(WRONG_STATE);
    };
    let target = match world.resolve(destination, dn) {
        Ok(target) => target,
        Err(failure) => return Next::Reply(outcome::failure(world, &failure)),
    };
    let timeout_ms = request.timeout_ms(world.default_timeout_ms());
    world.deliver_from(id, target, Mode::Divert, "divert", timeout_ms, None);
    // The new attempt keeps the side alive while the old leg leaves.
    world.drop_leg(id, &Failure::new(Reason::CompletedElsewhere, "diverted"));
    Next::Reply(outcome::success(world, Value::Null))
}

/// The leg stays until the destination answers; the reply waits for that.
fn bring(world: &mut World, dn: &str, id: u32, mode: Mode, how: &str, request: &Request) -> Next {
    let Some(destination) = request.destination.as_deref().filter(|it| !it.is_empty()) else {
        return Next::Reply(WRONG_STATE);
    };
    let target = match world.resolve(destination, dn) {
        Ok(target) => target,
        Err(failure) => return Next::Reply(outcome::failure(world, &failure)),
    };
    let timeout_ms = request.timeout_ms(world.default_timeout_ms());
    let (teller, verdict) = oneshot::channel();
    world.deliver_from(id, target, mode, how, timeout_ms, Some(teller));
    if mode == Mode::Transfer && !world.settings.transfer_waits {
        return Next::Reply(outcome::success(world, Value::Null));
    }
    Next::Wait(verdict)
}

/// Data for the other party keeps only keys that begin with `public_`.
fn attach(world: &mut World, id: u32, action: &str, mut data: BTreeMap<String, String>) {
    if action == "attach_participant_data" {
        return world.attach(id, data);
    }
    data.retain(|key, _| key.starts_with("public_"));
    let Some(call) = world.call_of(id).and_then(|call| world.calls.get(&call)) else {
        return;
    };
    let Some(side) = call.leg(id).map(|leg| leg.side.other()) else {
        return;
    };
    let others: Vec<u32> = call.side(side).map(|leg| leg.id).collect();
    for other in others {
        world.attach(other, data.clone());
    }
}

impl World {
    /// Attaches data to a participant; tests read it back through the control interface.
    pub(crate) fn attach(&mut self, leg: u32, data: BTreeMap<String, String>) {
        let call = self.call_of(leg).and_then(|call| self.calls.get_mut(&call));
        if let Some(leg) = call.and_then(|call| call.leg_mut(leg)) {
            leg.attached.extend(data);
        }
    }
}
