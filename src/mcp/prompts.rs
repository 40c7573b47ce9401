//! `prompts/get`: a template and its arguments in, messages out.
//!
//! Invariant: argument values are strings (MCP 2026-07-28 §Prompts). Not here: `prompts/list`
//! (`lists`), content other than text.

use serde::Serialize;

use super::error::RpcError;
use super::params::{self, Params};
use super::raw::Raw;
use super::reply::{Freshness, Reply};
use super::service::Service;
use super::tools::TextContent;
use crate::json::Tree;

/// Arguments by name, for prompts and for the context of a completion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptArguments(Vec<(String, String)>);

impl PromptArguments {
    /// The value of one argument.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut latest_first = self.0.iter().rev();
        latest_first
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Reads `arguments`; none is as good as empty.
    pub(super) fn read(raw: Option<Raw<'_>>) -> Result<Self, RpcError> {
        let Some(raw) = raw else {
            return Ok(Self::default());
        };
        Self::of(Tree::parse(raw.get().as_bytes()).unwrap_or(Tree::Null))
            .ok_or_else(|| RpcError::invalid_params("arguments must be an object of strings"))
    }

    fn of(tree: Tree<'_>) -> Option<Self> {
        let Tree::Object(members) = tree else {
            return None;
        };
        let arguments = members.into_iter().map(|(name, value)| match value {
            Tree::Text(text) => Some((name.into_owned(), text.into_owned())),
            _ => None,
        });
        arguments.collect::<Option<_>>().map(Self)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for PromptArguments {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(arguments: I) -> Self {
        Self(
            arguments
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// A prompt, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for.
    pub description: Option<String>,
    /// The messages to put before the model.
    pub messages: Vec<PromptMessage>,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// Who speaks in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Why there is no prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptError {
    /// No prompt has this name.
    NotFound,
    /// An argument is missing or wrong; the text says which and what to do.
    Invalid(String),
}

/// `prompts/get`.
pub(super) fn get<S: Service>(
    service: &S,
    params: &Params<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let name = params::required_text(params.get("name"), "name")?;
    let arguments = PromptArguments::read(params.get("arguments"))?;
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
