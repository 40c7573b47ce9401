//! The control interface as JSON over HTTP, below `/_sim`. The crate's head documents it.

mod audio;
mod messages;
mod records;
mod sockets;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::calls::InboundCall;
use crate::directory::OutsideRule;
use crate::faults::Rule;
use crate::shared::Shared;
use crate::sign_in::ApiClient;

use super::{Control, Deed, NumberChange};

/// The routes, on the state all other routes share.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/state", get(state))
        .route("/_sim/settings", get(settings).put(patch_settings))
        .route("/_sim/reset", post(reset))
        .route(
            "/_sim/faults",
            get(faults).post(add_faults).delete(clear_faults),
        )
        .route("/_sim/requests", get(requests).delete(clear_requests))
        .route("/_sim/counters", get(counters))
        .route("/_sim/calls", get(calls))
        .route("/_sim/history", get(history).delete(clear_history))
        .route("/_sim/inbound", post(inbound))
        .route("/_sim/party", post(party))
        .route("/_sim/outside", put(outside))
        .route("/_sim/numbers", get(numbers))
        .route("/_sim/numbers/{number}", put(change_number))
        .route("/_sim/clients", get(clients).put(set_client))
        .route("/_sim/tokens", axum::routing::delete(kill_tokens))
        .route("/_sim/socket", post(sockets::pull))
        .merge(messages::routes())
        .merge(records::routes())
        .merge(audio::routes())
}

/// What every handler gets first.
type Shared_ = State<Shared>;

fn control(shared: Shared) -> Control {
    Control::new(shared)
}

fn refused(why: impl Into<String>) -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "error": why.into() })),
    )
        .into_response()
}

async fn state(State(shared): Shared_) -> Json<Value> {
    let it = control(shared);
    Json(json!({
        "settings": it.settings(), "counters": it.counters(), "faults": it.faults(),
        "calls": it.live_calls(), "history": it.history(), "numbers": it.numbers(),
    }))
}

async fn settings(State(shared): Shared_) -> Response {
    Json(control(shared).settings()).into_response()
}

async fn patch_settings(State(shared): Shared_, Json(patch): Json<Value>) -> Response {
    match control(shared).patch_settings(&patch) {
        Ok(settings) => Json(settings).into_response(),
        Err(why) => refused(why),
    }
}

/// Without a body the present settings stay; with one they are the defaults, patched.
async fn reset(State(shared): Shared_, body: String) -> Response {
    let it = control(shared);
    let settings = if body.trim().is_empty() {
        Ok(it.settings())
    } else {
        serde_json::from_str(&body).map_err(|error| error.to_string())
    };
    match settings {
        Ok(settings) => {
            it.reset(settings);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(why) => refused(why),
    }
}

async fn faults(State(shared): Shared_) -> Json<Vec<Rule>> {
    Json(control(shared).faults())
}

/// One rule or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<Rule>),
    One(Rule),
}

async fn add_faults(State(shared): Shared_, Json(rules): Json<OneOrMore>) -> Json<Vec<Rule>> {
    let it = control(shared);
    match rules {
        OneOrMore::One(rule) => it.add_fault(rule),
        OneOrMore::More(rules) => rules.into_iter().for_each(|rule| it.add_fault(rule)),
    }
    Json(it.faults())
}

async fn clear_faults(State(shared): Shared_) -> StatusCode {
    control(shared).clear_faults();
    StatusCode::NO_CONTENT
}

async fn requests(State(shared): Shared_) -> Response {
    Json(control(shared).requests()).into_response()
}

async fn clear_requests(State(shared): Shared_) -> StatusCode {
    control(shared).clear_requests();
    StatusCode::NO_CONTENT
}

async fn counters(State(shared): Shared_) -> Response {
    Json(control(shared).counters()).into_response()
}

async fn calls(State(shared): Shared_) -> Json<Value> {
    Json(control(shared).live_calls())
}

async fn history(State(shared): Shared_) -> Response {
    Json(control(shared).history()).into_response()
}

async fn clear_history(State(shared): Shared_) -> StatusCode {
    control(shared).clear_history();
    StatusCode::NO_CONTENT
}

async fn inbound(State(shared): Shared_, Json(call): Json<InboundCall>) -> Response {
    match control(shared).inbound(&call) {
        Ok(callid) => Json(json!({ "callid": callid })).into_response(),
        Err(why) => refused(why),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyDeed {
    who: String,
    does: Deed,
}

async fn party(State(shared): Shared_, Json(deed): Json<PartyDeed>) -> Json<Value> {
    Json(json!({ "legs": control(shared).party(&deed.who, deed.does) }))
}

async fn outside(State(shared): Shared_, Json(rule): Json<OutsideRule>) -> StatusCode {
    control(shared).set_outside(&rule.number, rule.answering);
    StatusCode::NO_CONTENT
}

async fn numbers(State(shared): Shared_) -> Json<Value> {
    Json(control(shared).numbers())
}

async fn change_number(
    State(shared): Shared_,
    Path(number): Path<String>,
    Json(change): Json<NumberChange>,
) -> StatusCode {
    let known = control(shared).change_number(&number, change);
    if known {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn clients(State(shared): Shared_) -> Json<Vec<ApiClient>> {
    Json(control(shared).clients())
}

async fn set_client(State(shared): Shared_, Json(client): Json<ApiClient>) -> StatusCode {
    control(shared).set_client(client);
    StatusCode::NO_CONTENT
}

async fn kill_tokens(State(shared): Shared_) -> StatusCode {
    control(shared).kill_tokens();
    StatusCode::NO_CONTENT
}
