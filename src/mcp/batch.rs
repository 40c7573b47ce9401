//! Arrays of messages: JSON-RPC 2.0 §6, a must in MCP 2025-03-26 and removed right after.
//!
//! Owns the bound on their length and the order of work. As the official SDK does, the whole legacy
//! era is served: a client that sends an array there means it.
//!
//! Invariants
//! - All or nothing at the door: an element that is no message refuses the array before any runs.
//! - Elements run one after the other in their order, so a batch cannot race with itself.
//!
//! Not here: what a single message means (`message`, `method`).

use super::error::RpcError;
use super::handshake;
use super::http::{HttpRequest, HttpResponse};
use super::legacy;
use super::message::Message;
use super::method;
use super::raw::{Raw, Walk};
use super::refusal::Refusal;
use super::service::Service;
use super::version::{self, Era, MODERN};

/// More messages than this in one array are refused: each may cost a tool call.
const MAX_MESSAGES: usize = 50;

/// Reads an array into its messages. It is known to be JSON.
pub(super) fn parse(text: &str) -> Result<Vec<Message<'_>>, Refusal<'_>> {
    let elements = elements(text);
    if elements.is_empty() {
        return Err(RpcError::invalid_request("the batch is empty").into());
    }
    if elements.len() > MAX_MESSAGES {
        let reason = format!("a batch may have {MAX_MESSAGES} messages at most; send several");
        return Err(RpcError::invalid_request(reason).into());
    }
    elements.into_iter().map(element).collect()
}

/// An error in one element concerns the array, which has no id.
fn element(raw: Raw<'_>) -> Result<Message<'_>, Refusal<'_>> {
    if !raw.is_object() {
        let reason = "each element of a batch must be a JSON-RPC object";
        return Err(RpcError::invalid_request(reason).into());
    }
    Message::parse(raw.get()).map_err(|refusal| refusal.error.into())
}

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

/// The elements of an array: enough of them to see that there are too many, so that an array of a million
/// zeros costs no memory.
pub(super) fn elements(text: &str) -> Vec<Raw<'_>> {
    let mut walk = Walk::along(text);
    let mut elements = Vec::new();
    let mut goes_on = walk.pass('[');
    while goes_on && elements.len() <= MAX_MESSAGES {
        elements.extend(walk.value());
        goes_on = walk.pass(',');
    }
    elements
}
