//! `prompts/get`: a template and its arguments in, messages out.
//!
//! Invariant: argument values are strings (MCP 2026-07-28 §Prompts). Not here: `prompts/list`
//! (`lists`), content other than text.

use serde::Serialize;

use super::error::RpcError;
use super::params::{self, Params};
use super::raw::Raw;
use super::reply::{Freshness, Reply};
use super::service::{PromptArguments, PromptError, PromptMessage, Role, Service};
use super::tools::TextContent;
use crate::json::Tree;

/// `prompts/get`.
pub(super) fn get<S: Service>(
    service: &S,
    params: &Params<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let name = params::required_text(params.get("name"), "name")?;
    let arguments = read_arguments(params.get("arguments"))?;
    let prompt = service
        .get_prompt(&name, &arguments)
        .map_err(|error| match error {
            PromptError::NotFound => RpcError::unknown_prompt(&name),
            PromptError::Invalid(reason) => RpcError::invalid_params(reason),
        })?;
    let messages: Vec<_> = prompt.messages.iter().map(WireMessage::of).collect();
    Ok(reply
        .optional("description", prompt.description.as_ref())
        .value("messages", &messages)
        .complete(Freshness::NotCacheable))
}

/// Reads `arguments`, of a prompt or of a completion; none is as good as empty.
pub(super) fn read_arguments(raw: Option<Raw<'_>>) -> Result<PromptArguments, RpcError> {
    let Some(raw) = raw else {
        return Ok(PromptArguments::default());
    };
    texts_by_name(Tree::parse(raw.get().as_bytes()).unwrap_or(Tree::Null))
        .ok_or_else(|| RpcError::invalid_params("arguments must be an object of strings"))
}

fn texts_by_name(tree: Tree<'_>) -> Option<PromptArguments> {
    let Tree::Object(members) = tree else {
        return None;
    };
    let arguments = members.into_iter().map(|(name, value)| match value {
        Tree::Text(text) => Some((name, text)),
        _ => None,
    });
    arguments.collect()
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Role,
    content: TextContent<'a>,
}

impl<'a> WireMessage<'a> {
    fn of(message: &'a PromptMessage) -> Self {
        Self {
            role: message.role,
            content: TextContent::new(&message.text),
        }
    }
}
