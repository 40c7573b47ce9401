//! `tools/call`: a name and arguments in, text and structure out.
//!
//! Invariant: arguments are handed on as the JSON text of an object, checked for nothing else; the
//! tool knows its schema. Not here: `tools/list` (`lists`).

use serde::Serialize;

use super::context::Context;
use super::error::RpcError;
use super::params::{self, Params};
use super::question::Answered;
use super::reply::{Freshness, Reply};
use super::service::{CallError, Service, ToolCall};
use super::version::Era;

/// `tools/call` (MCP 2026-07-28 §Tools, calling tools).
pub(super) async fn call<S: Service>(
    service: &S,
    params: &Params<'_>,
    context: &Context<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let name = params::required_text(params.get("name"), "name")?;
    let arguments = match params.get("arguments") {
        None => "{}",
        Some(raw) if raw.is_object() => raw.get(),
        Some(_) => return Err(RpcError::invalid_params("arguments must be an object")),
    };
    let answered = match context.era() {
        Era::Modern => Answered::read(params),
        Era::Legacy => Answered::Nothing,
    };
    let result = service
        .call_tool(ToolCall {
            name: &name,
            arguments,
            context,
            answered: &answered,
        })
        .await
        .map_err(|error| match error {
            CallError::UnknownTool => RpcError::unknown_tool(&name),
            CallError::NotPermitted(lacks) => RpcError::not_permitted(lacks),
        })?;

    if let Some(question) = &result.question
        && let Some(requests) = question.requests(context.capabilities)
    {
        return Ok(reply
            .value("inputRequests", &requests)
            .value("requestState", &question.state)
            .input_required());
    }
    let reply = reply.value("content", &[TextContent::new(&result.text)]);
    let reply = match &result.structured {
        Some(json) => reply.json("structuredContent", json),
        None => reply,
    };
    let reply = if result.is_error {
        reply.json("isError", "true")
    } else {
        reply
    };
    Ok(reply.complete(Freshness::NotCacheable))
}

/// A block of text, the one kind of content there is here.
#[derive(Serialize)]
pub(super) struct TextContent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

impl<'a> TextContent<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { kind: "text", text }
    }
}
