//! The port to the product: what a server offers, who it says it is, and what is handed over in between.
//!
//! Invariants
//! - One value serves one caller: lists may differ with what the caller may do, never with the
//!   connection (MCP 2026-07-28 §Statelessness), and go out as private to that caller.
//! - Lists are ready-made JSON text. They are spliced into answers unread, so an error in them is
//!   an error on the wire; the product proves them in its tests.
//!
//! Not here: the methods that use the port (`tools`, `resources`, `prompts`, `completion`, `listen`).

use std::borrow::Cow;
use std::future::Future;

use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::error::NotPermitted;
use super::question::{Answered, Question};

/// What is served. Futures need not be `Send`: a Worker has one thread.
pub trait Service {
    /// Who this server is.
    fn identity(&self) -> &Identity;

    /// The tools as a JSON array, in an order that never changes.
    fn tools(&self) -> &str;

    /// The resources as a JSON array.
    fn resources(&self) -> &str;

    /// The resource templates as a JSON array.
    fn resource_templates(&self) -> &str;

    /// The prompts as a JSON array.
    fn prompts(&self) -> &str;

    /// Runs a tool. A tool that fails still returns a result, with `is_error` set.
    fn call_tool(&self, call: ToolCall<'_>) -> impl Future<Output = Result<ToolResult, CallError>>;

    /// Reads a resource.
    fn read_resource(&self, uri: &str) -> impl Future<Output = Result<ResourceText, ReadError>>;

    /// Whether changes of any resource are told as they happen.
    fn can_watch(&self) -> bool;

    /// Whether changes of the resource at `uri` are told to this caller.
    ///
    /// # Errors
    /// When the caller has to be permitted more first, and can be.
    fn may_watch(&self, uri: &str) -> Result<bool, NotPermitted>;

    /// Fills in a prompt.
    ///
    /// # Errors
    /// When there is no such prompt, or it cannot be filled in with these arguments.
    fn get_prompt(&self, name: &str, arguments: &PromptArguments) -> Result<Prompt, PromptError>;

    /// Proposes values for an argument; for a reference it does not know, none.
    fn complete(&self, request: CompletionRequest<'_>) -> impl Future<Output = Completion>;
}

/// The server as it introduces itself to clients, and through them to models and people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For programs.
    pub name: Cow<'static, str>,
    /// For people.
    pub title: Cow<'static, str>,
    /// The version of the product.
    pub version: Cow<'static, str>,
    /// Where to read about it.
    pub website_url: Option<Cow<'static, str>>,
    /// What it is, in a sentence.
    pub description: Option<Cow<'static, str>>,
    /// What a model should know before it uses the tools.
    pub instructions: Cow<'static, str>,
}

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

/// The contents of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceText {
    /// The URI it was asked for by.
    pub uri: String,
    /// Its media type.
    pub mime_type: Cow<'static, str>,
    /// The text itself.
    pub text: String,
}

/// Why a resource was not read.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadError {
    /// Nothing has this URI.
    NotFound,
    /// It exists, and reading it failed.
    Failed {
        /// What happened and what to do, for people.
        message: String,
        /// The same for programs; null for nothing.
        data: Value,
    },
    /// The caller has to be permitted more first, and can be.
    NotPermitted(NotPermitted),
}

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

/// The most values one answer may carry.
pub const MAX_COMPLETION_VALUES: usize = 100;

/// What to complete.
#[derive(Debug, Clone, Copy)]
pub struct CompletionRequest<'a> {
    /// The prompt or resource template the argument belongs to.
    pub reference: CompletionReference<'a>,
    /// The argument, or the variable of the template.
    pub argument: &'a str,
    /// What has been typed of its value.
    pub value: &'a str,
    /// Arguments that were chosen before.
    pub context: &'a PromptArguments,
}

/// What an argument belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionReference<'a> {
    /// A prompt, by name.
    Prompt(&'a str),
    /// A resource template, by URI.
    Resource(&'a str),
}

/// Proposed values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// The values, best first; those beyond [`MAX_COMPLETION_VALUES`] are held back.
    pub values: Vec<String>,
    /// How many there are in all, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// Whether there are more than these, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
}
