//! The protocol room: Model Context Protocol over HTTP, request parts in, response parts out.
//!
//! Owns the wire: JSON-RPC 2.0, both eras of MCP (the stateless 2026-07-28 and the handshake versions
//! before it), the rules of Streamable HTTP, and the [`Service`] port behind which a product sits.
//!
//! Invariants
//! - Pure: no I/O, no clock, no randomness, no state between two requests.
//! - One request, one JSON answer; but for `subscriptions/listen`, whose stream is written down here and
//!   sent by the host.
//! - The body is never turned into a tree: messages borrow from it, tool arguments pass as text, and
//!   lists go out as the text they were serialised to once.
//! - Whatever arrives, an answer leaves: no input reaches a panic or a recursion.
//!
//! Not here: `Origin`, CORS and authorization (the host settles those first), what the tools do, and
//! when something changes.

mod batch;
mod body;
mod completion;
mod context;
mod envelope;
mod error;
mod handshake;
mod header;
mod http;
mod legacy;
mod listen;
mod lists;
mod media;
mod members;
mod message;
mod method;
mod params;
mod prompts;
mod question;
mod raw;
mod refusal;
mod reply;
mod request_id;
mod resources;
mod service;
mod tools;
mod version;

#[cfg(test)]
mod tests;

pub use context::{ClientCapabilities, ClientInfo, Context};
pub use error::NotPermitted;
pub use http::{HttpRequest, HttpResponse, MAX_BODY_BYTES};
pub use listen::{Listening, Watched};
pub use question::{Answered, Question};
pub use service::{
    CallError, Completion, CompletionReference, CompletionRequest, Identity, MAX_COMPLETION_VALUES,
    Prompt, PromptArguments, PromptError, PromptMessage, ReadError, ResourceText, Role, Service,
    ToolCall, ToolResult,
};
pub use version::{Era, ProtocolVersion};

use body::Body;
use error::RpcError;
use message::Message;
use refusal::Refusal;

/// Answers one HTTP request to the MCP endpoint.
///
/// Every outcome is a response: what cannot be served is refused with the status and the JSON-RPC
/// error that the request's era prescribes.
pub async fn serve<S: Service>(service: &S, request: HttpRequest<'_>) -> HttpResponse {
    match exchange(service, &request).await {
        Ok(response) => response,
        Err(refusal) => HttpResponse::refused(&refusal),
    }
}

async fn exchange<'a, S: Service>(
    service: &S,
    http: &HttpRequest<'a>,
) -> Result<HttpResponse, Refusal<'a>> {
    http::admit(http)?;
    match Body::parse(http.body)? {
        Body::Single(message) => single(service, http, message).await,
        Body::Batch(messages) => Ok(batch::serve(service, http, messages).await?),
    }
}

/// A body with one message: the era decides which rules it is read by.
async fn single<'a, S: Service>(
    service: &S,
    http: &HttpRequest<'_>,
    message: Message<'a>,
) -> Result<HttpResponse, Refusal<'a>> {
    let era = version::era_of(http.protocol_version, message.claims_modern());
    let request = match (message, era) {
        (Message::Request(request), _) => request,
        (Message::Notification { .. }, Era::Modern) => return Ok(HttpResponse::accepted()),
        (Message::Response, Era::Modern) => return Err(RpcError::response_body().into()),
        (Message::Notification { .. } | Message::Response, Era::Legacy) => {
            legacy::context(http)?;
            return Ok(HttpResponse::accepted());
        }
    };
    let context = match era {
        Era::Modern => {
            envelope::open(http, &request).map_err(|error| Refusal::of(request.id, error))?
        }
        Era::Legacy if request.method == handshake::INITIALIZE => legacy::initialize_context(),
        Era::Legacy => legacy::context(http)?,
    };
    if era == Era::Modern && request.method == listen::METHOD && service.can_watch() {
        let opened = listen::open(service, &request);
        return match opened {
            Ok(listening) => Ok(HttpResponse::listening(listening)),
            Err(error) => Err(Refusal::of(request.id, error)),
        };
    }
    match method::answer(service, &request, &context).await {
        Ok(body) => Ok(HttpResponse::json(200, body)),
        Err(error) => Err(Refusal::of(request.id, error)),
    }
}
