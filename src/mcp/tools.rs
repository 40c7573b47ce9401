//! `tools/call`: a name and arguments in, text and structure out.
//!
//! Invariant: arguments are handed on as the JSON text of an object, checked for nothing else; the
//! tool knows its schema. Not here: `tools/list` (`lists`).

use serde::Serialize;

use super::context::Context;
use super::error::RpcError;
use super::params::{self, Params};
use super::question::{Answered, Question};
use super::reply::{Freshness, Reply};
use super::service::Service;
use super::version::Era;

/// One call of a tool.
#[derive(Debug, Clone, Copy)]
pub struct ToolCall<'a> {
    /// The tool.
    pub name: &'a str,
    /// Its arguments: the JSON text of an object, `{}` when the client gave none.
    pub arguments: &'a str,
    /// What the request says about its client.
    pub context: &'a Context<'a>,
    /// What a person said to an earlier question about this call.
    pub answered: &'a Answered,
}

/// What a tool answers, in success and in failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// For the model, as one block of text.
    pub text: String,
    /// The JSON text of one object, for programs. It is spliced into the answer unread.
    pub structured: Option<String>,
    /// Whether the tool failed, in a way the model may be able to mend.
    pub is_error: bool,
    /// What a person should be asked instead, where the client can; the rest is for those that cannot.
    pub question: Option<Question>,
}

/// Why there is no result at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// No tool has this name.
    UnknownTool,
    /// The caller has to be permitted more first, and can be.
    NotPermitted(NotPermitted),
}

/// A caller lacks a permission that it can get by asking for it: the whole request is answered 403, so
/// that the client goes and asks (MCP 2026-07-28 §Authorization, scope challenge).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPermitted {
    /// What is missing, for people.
    pub message: String,
    /// What to ask for, in the words of the host's own challenge.
    pub needs: String,
}

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
