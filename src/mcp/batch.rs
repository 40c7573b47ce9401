//! Arrays of messages: JSON-RPC 2.0 §6, a must in MCP 2025-03-26 and removed right after.
//!
//! Owns the order of work. As the official SDK does, the whole legacy era is served: a client that sends
//! an array there means it.
//!
//! Invariant: elements run one after the other in their order, so a batch cannot race with itself.
//!
//! Not here: reading the array (`body`), what a single message means (`message`, `method`).

use super::error::RpcError;
use super::handshake;
use super::http::{HttpRequest, HttpResponse};
use super::legacy;
use super::message::Message;
use super::method;
use super::refusal::Refusal;
use super::service::Service;
use super::version::{self, Era, MODERN};

/// Answers an array: the responses in the order of the requests, or 202 when nothing asked.
pub(super) async fn serve<S: Service>(
    service: &S,
    http: &HttpRequest<'_>,
    messages: Vec<Message<'_>>,
) -> Result<HttpResponse, RpcError> {
    let claims_modern = messages.iter().any(Message::claims_modern);
    if version::era_of(http.protocol_version, claims_modern) == Era::Modern {
        let reason = format!("protocol version {MODERN} has no batches; send one message per POST");
        return Err(RpcError::invalid_request(reason));
    }
    let is_alone = messages.len() == 1;
    if !is_alone && messages.iter().any(is_initialize) {
        return Err(RpcError::invalid_request(
            "initialize must be the only message of its POST",
        ));
    }
    let context = match messages.first() {
        Some(message) if is_initialize(message) => legacy::initialize_context(),
        _ => legacy::context(http)?,
    };

    let mut answers = Vec::new();
    for message in messages {
        let Message::Request(request) = message else {
            continue;
        };
        let answer = method::answer(service, &request, &context).await;
        answers.push(answer.unwrap_or_else(|error| Refusal::of(request.id, error).to_json()));
    }
    if answers.is_empty() {
        return Ok(HttpResponse::accepted());
    }
    Ok(HttpResponse::json(
        200,
        [b"[", &*answers.join(&b','), b"]"].concat(),
    ))
}

fn is_initialize(message: &Message<'_>) -> bool {
    matches!(message, Message::Request(request) if request.method == handshake::INITIALIZE)
}
