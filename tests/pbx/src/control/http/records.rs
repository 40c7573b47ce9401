//! Routes for past calls, messages and what is true.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call_log::{CallRecord, CallTruth};
use crate::chats::Chat;
use crate::control::Control;
use crate::percent;
use crate::shared::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/seed_history", post(seed_history))
        .route("/_sim/history_truth", get(history_truth))
        .route(
            "/_sim/call_records",
            post(add_call_record).delete(clear_call_records),
        )
        .route("/_sim/chats", get(chats).post(add_chat).delete(clear_chats))
        .route("/_sim/truth", get(truth))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    days: u64,
    calls_per_day: u64,
    #[serde(default)]
    seed: u64,
}

async fn seed_history(State(shared): State<Shared>, Json(seed): Json<Seed>) -> Json<Value> {
    let control = Control::new(shared);
    let calls = control.seed_history(seed.days, seed.calls_per_day, seed.seed);
    Json(json!({ "calls": calls, "rows": control.call_rows() }))
}

async fn history_truth(State(shared): State<Shared>) -> Json<Vec<CallTruth>> {
    Json(Control::new(shared).history_truth())
}

async fn add_call_record(
    State(shared): State<Shared>,
    Json(record): Json<CallRecord>,
) -> Json<CallTruth> {
    Json(Control::new(shared).add_call_record(record))
}

async fn clear_call_records(State(shared): State<Shared>) -> StatusCode {
    Control::new(shared).clear_call_records();
    StatusCode::NO_CONTENT
}

async fn chats(State(shared): State<Shared>) -> Json<Vec<Chat>> {
    Json(Control::new(shared).chats())
}

async fn add_chat(State(shared): State<Shared>, Json(chat): Json<Chat>) -> Json<Value> {
    Json(json!({ "id": Control::new(shared).add_chat(chat) }))
}

async fn clear_chats(State(shared): State<Shared>) -> StatusCode {
    Control::new(shared).clear_chats();
    StatusCode::NO_CONTENT
}

async fn truth(State(shared): State<Shared>, uri: Uri) -> Response {
    let control = Control::new(shared);
    let pairs = percent::pairs(uri.query().unwrap_or_default());
    let client = pairs.into_iter().find(|(name, _)| name == "client");
    let client = client.map_or(control.settings().client_id, |(_, id)| id);
    Json(control.truth_of(&client)).into_response()
}
