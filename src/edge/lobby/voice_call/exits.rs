//! What a conversation does to its call, through the desk and its rules; each act is on record.

use std::rc::Rc;

use serde_json::json;

use super::run::Run;
use crate::auth::Caller;
use crate::basma::protocol::Input;
use crate::desk::{Desk, Errand, Moved, OurLeg, ToolError, begin, end, move_call, who_is_free};
use crate::edge::desk::Ways;
use crate::edge::lobby::no_days::NoDays;
use crate::edge::log;
use crate::pbx::Forwarding;

/// Seconds that a call which could not be answered rings somewhere else.
const RING: u32 = 30;

/// Who is free, for the mind.
pub(super) async fn look_up(run: Rc<Run>, id: u32) {
    let found = with_desk(&run, Errand::default(), async |desk| {
        who_is_free(&desk).await
    })
    .await;
    let text = match found {
        Ok(text) => text,
        Err(error) => {
            log::error("look_up_failed", json!({ "code": error.code.as_str() }));
            "It cannot be found out at the moment.".to_owned()
        }
    };
    run.feed(Input::LookedUp { id, text });
}

/// Moves the call: to a name, or to the fallback.
pub(super) async fn route(run: Rc<Run>, named: Option<String>) {
    let leg = OurLeg {
        dn: &run.facts.dn,
        id: run.facts.id,
    };
    let fallback = &run.settings.fallback;
    let destination = named.as_deref().unwrap_or(fallback.as_str());
    let arguments = json!({
        "extension": leg.dn, "participant_id": leg.id.to_string(), "destination": destination,
    })
    .to_string();
    let errand = Errand {
        tool: "transfer_call",
        arguments: &arguments,
        client: "Basma",
        ..Errand::default()
    };
    let outcome = with_desk(&run, errand, async |mut desk| {
        let intent = begin(&desk, &|_| true);
        desk.intent = Some(intent.clone());
        let outcome = move_call(&desk, leg, named.as_deref(), fallback).await;
        end(
            &desk,
            intent,
            outcome.as_ref().err().map(|error| error.code),
        )
        .await;
        outcome
    })
    .await;
    run.feed(match outcome {
        Ok(Moved::There) => Input::Done,
        Ok(Moved::Gone) => {
            run.feed(Input::Gone);
            let why = "the caller has left".to_owned();
            Input::NotDone { why }
        }
        Err(error) => {
            log::error("voice_route_failed", json!({ "code": error.code.as_str() }));
            let why = error.message.clone();
            Input::NotDone { why }
        }
    });
}

/// Ends the call after the goodbye.
pub(super) async fn hang_up(run: Rc<Run>) {
    let (dn, id) = (run.facts.dn.clone(), run.facts.id);
    let outcome = with_desk(&run, Errand::default(), async |desk| {
        Ok(desk.pbx()?.drop_participant(&dn, id).await)
    })
    .await;
    run.feed(match outcome {
        Ok(Ok(performed)) if performed.failure().is_none() => Input::Done,
        Ok(Err(error)) if error.is_not_found() => Input::Done,
        _ => Input::NotDone { why: String::new() },
    });
}

/// A call that could not be answered rings at the fallback.
pub(super) async fn divert(run: &Rc<Run>) {
    let (dn, id) = (run.facts.dn.clone(), run.facts.id);
    let to = run.settings.fallback.clone();
    let outcome = with_desk(run, Errand::default(), async |desk| {
        let pbx = desk.pbx()?;
        let way = Forwarding::Divert;
        Ok(pbx.forward(&dn, id, way, to.as_str(), Some(RING)).await?)
    })
    .await;
    if let Err(error) = outcome {
        log::error(
            "voice_divert_failed",
            json!({ "code": error.code.as_str() }),
        );
    }
    run.feed(Input::Gone);
}

/// Does something at the desk.
async fn with_desk<T>(
    run: &Run,
    errand: Errand<'_>,
    work: impl AsyncFnOnce(Desk<'_>) -> Result<T, ToolError>,
) -> Result<T, ToolError> {
    let ways = Ways::of(&run.env, &run.isolate);
    let caller = Caller::basma();
    work(ways.desk(&caller, errand, &NoDays, "")).await
}
