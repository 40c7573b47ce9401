//! The port to the product: what a server offers, and who it says it is.
//!
//! Invariants
//! - One value serves one caller: lists may differ with what the caller may do, never with the
//!   connection (MCP 2026-07-28 §Statelessness), and go out as private to that caller.
//! - Lists are ready-made JSON text. They are spliced into answers unread, so an error in them is
//!   an error on the wire; the product proves them in its tests.

use std::borrow::Cow;
use std::future::Future;

use super::completion::{Completion, CompletionRequest};
use super::prompts::{Prompt, PromptArguments, PromptError};
use super::resources::{ReadError, ResourceText};
use super::tools::{CallError, NotPermitted, ToolCall, ToolResult};

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
