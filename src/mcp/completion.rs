//! `completion/complete`: what could stand here?
//!
//! Invariant: no more than [`MAX_COMPLETION_VALUES`] values leave, and when some were held back the
//! answer says so (MCP 2026-07-28 §Completion).

use std::borrow::Cow;

use serde::Deserialize;

use super::error::RpcError;
use super::members::Members;
use super::params::Params;
use super::prompts::read_arguments;
use super::raw::Raw;
use super::reply::{Freshness, Reply};
use super::service::{
    Completion, CompletionReference, CompletionRequest, MAX_COMPLETION_VALUES, PromptArguments,
    Service,
};
use crate::json;

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
            .and_then(|members| read_arguments(members.get("arguments")).ok())
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
        .value("completion", &bounded(completion))
        .complete(Freshness::NotCacheable))
}

/// Holds back what is too much, and says so.
fn bounded(mut completion: Completion) -> Completion {
    if completion.values.len() > MAX_COMPLETION_VALUES {
        completion.total = completion.total.or(Some(completion.values.len()));
        completion.has_more = Some(true);
        completion.values.truncate(MAX_COMPLETION_VALUES);
    }
    completion
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
