//! Routes for messages.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use crate::control::Control;
use crate::my_phone::ChatFault;
use crate::shared::Shared;
use crate::sms::{AgentSms, SmsEvent};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/sms", get(sms_events).post(agent_writes))
        .route("/_sim/chat_faults", post(add_chat_fault))
}

async fn sms_events(State(shared): State<Shared>) -> Json<Vec<SmsEvent>> {
    Json(Control::new(shared).sms_events())
}

async fn agent_writes(State(shared): State<Shared>, Json(sms): Json<AgentSms>) -> Json<Value> {
    Json(Control::new(shared).agent_writes(&sms))
}

async fn add_chat_fault(State(shared): State<Shared>, Json(fault): Json<ChatFault>) -> StatusCode {
    Control::new(shared).add_chat_fault(fault);
    StatusCode::NO_CONTENT
}
