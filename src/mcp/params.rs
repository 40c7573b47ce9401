//! The `params` of a message: its members as raw JSON text, and how to read one.
//!
//! One structure serves every method. Reading it is a single pass that copies nothing; a method then
//! decodes the two or three members it knows. Members nobody knows are skipped: the schemas are open.
//!
//! Invariant: a member set to null counts as absent, except inside `arguments`, which are the tool's.
//! Not here: which members a method needs (the files named after the methods).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{EnvelopeFault, RpcError};

/// The members of `params` that some method reads.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    raw_meta: Option<&'a RawValue>,
    /// Filled from `_meta` after the first pass.
    #[serde(skip)]
    pub(super) meta: Option<Meta<'a>>,
    /// `tools/call`, `prompts/get`.
    #[serde(borrow)]
    pub(super) name: Option<&'a RawValue>,
    /// `tools/call`, `prompts/get`.
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
    /// `resources/read`.
    #[serde(borrow)]
    pub(super) uri: Option<&'a RawValue>,
    /// The lists.
    #[serde(borrow)]
    pub(super) cursor: Option<&'a RawValue>,
    /// `completion/complete`: the prompt or resource template.
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Option<&'a RawValue>,
    /// `completion/complete`: the argument being typed.
    #[serde(borrow)]
    pub(super) argument: Option<&'a RawValue>,
    /// `completion/complete`: arguments already chosen.
    #[serde(borrow)]
    pub(super) context: Option<&'a RawValue>,
    /// `initialize`.
    #[serde(borrow)]
    pub(super) protocol_version: Option<&'a RawValue>,
}

/// The members of `params._meta` that make up the envelope (MCP 2026-07-28 §Requests).
#[derive(Default, Deserialize)]
pub(super) struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    pub(super) protocol_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    pub(super) client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientInfo")]
    pub(super) client_info: Option<&'a RawValue>,
}

impl<'a> Params<'a> {
    /// Members are not looked into here, so all that can be wrong with an object is a member that
    /// occurs twice or whose name is no text.
    pub(super) fn parse(raw: Option<&'a RawValue>) -> Result<Self, RpcError> {
        let Some(raw) = raw else {
            return Ok(Self::default());
        };
        if !is_object(raw) {
            return Err(RpcError::invalid_request("params must be an object"));
        }
        let mut params: Self =
            serde_json::from_slice(raw.get().as_bytes()).map_err(RpcError::invalid_request)?;
        let Some(raw_meta) = params.raw_meta else {
            return Ok(params);
        };
        if !is_object(raw_meta) {
            let fault = EnvelopeFault::Key {
                key: "_meta",
                problem: "expected an object",
            };
            return Err(RpcError::envelope(fault));
        }
        let meta =
            serde_json::from_slice(raw_meta.get().as_bytes()).map_err(RpcError::invalid_request)?;
        params.meta = Some(meta);
        Ok(params)
    }

    /// Whether the envelope names a protocol version, whatever its type.
    pub(super) fn claims_modern(&self) -> bool {
        self.meta
            .as_ref()
            .is_some_and(|meta| meta.protocol_version.is_some())
    }
}

/// Whether the text is an object; raw values carry no whitespace in front.
pub(super) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// The text behind a JSON string; `None` for any other type.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_slice(raw.get().as_bytes())
        .ok()
        .map(|Text(text)| text)
}

/// A member that must be a string.
pub(super) fn required_text<'a>(
    member: Option<&'a RawValue>,
    name: &str,
) -> Result<Cow<'a, str>, RpcError> {
    member
        .and_then(text)
        .ok_or_else(|| RpcError::invalid_params(format!("{name} must be given and be a string")))
}
