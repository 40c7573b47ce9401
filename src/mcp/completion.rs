//! `completion/complete`: what could stand here?
//!
//! Invariant: no more than [`MAX_COMPLETION_VALUES`] values leave, and when some were held back the
//! answer says so (MCP 2026-07-28 §Completion).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::error::RpcError;
use super::members::Members;
use super::params::Params;
use super::prompts::PromptArguments;
use super::raw::Raw;
use super::reply::{Freshness, Reply};
use super::service::Service;
use crate::json;

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

impl Completion {
    fn bounded(mut self) -> Self {
        if self.values.len() > MAX_COMPLETION_VALUES {
            self.total = self.total.or(Some(self.values.len()));
            self.has_more = Some(true);
            self.values.truncate(MAX_COMPLETION_VALUES);
        }
        self
    }
}

/// `completion/complete`.
pub(super) async fn complete<S: Service>(
    service: &S,
    params: &Params<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let reference: WireReference<'_> = member(params.get("ref"), "ref", REFERENCE_SHAPE)?;
    let argument: WireArgument<'_> = member(params.get("argument"), "argument", ARGUMENT_SHAPE)?;
    let earlier = match params.get("context") {
        Some(raw) => Members::read(raw.get(), &["arguments"])
            .ok()
            .and_then(|members| PromptArguments::read(members.get("arguments")).ok())
            .ok_or_else(|| misshapen("context", CONTEXT_SHAPE))?,
        None => PromptArguments::default(),
    };
    let completion = service
        .complete(CompletionRequest {
            reference: reference.as_reference(),
            argument: &argument.name,
            value: &argument.value,
            context: &earlier,
        })
        .await;
    Ok(reply
        .value("completion", &completion.bounded())
        .complete(Freshness::NotCacheable))
}

const REFERENCE_SHAPE: &str =
    r#"{"type":"ref/prompt","name":"…"} or {"type":"ref/resource","uri":"…"}"#;
const ARGUMENT_SHAPE: &str = r#"{"name":"…","value":"…"}"#;
const CONTEXT_SHAPE: &str = r#"{"arguments":{…}}"#;

/// Reads a member; the error shows what it should look like.
fn member<'a, T: Deserialize<'a>>(
    raw: Option<Raw<'a>>,
    name: &str,
    shape: &str,
) -> Result<T, RpcError> {
    raw.and_then(|raw| json::read(raw.get().as_bytes()).ok())
        .ok_or_else(|| misshapen(name, shape))
}

fn misshapen(name: &str, shape: &str) -> RpcError {
    RpcError::invalid_params(format!("{name} must look like {shape}"))
}

#[derive(Deserialize)]
struct WireReference<'a> {
    #[serde(rename = "type")]
    kind: ReferenceKind,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    uri: Cow<'a, str>,
}

#[derive(Deserialize)]
enum ReferenceKind {
    #[serde(rename = "ref/prompt")]
    Prompt,
    #[serde(rename = "ref/resource")]
    Resource,
}

impl WireReference<'_> {
    fn as_reference(&self) -> CompletionReference<'_> {
        match self.kind {
            ReferenceKind::Prompt => CompletionReference::Prompt(&self.name),
            ReferenceKind::Resource => CompletionReference::Resource(&self.uri),
        }
    }
}

#[derive(Deserialize)]
struct WireArgument<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}
