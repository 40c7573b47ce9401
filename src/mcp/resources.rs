//! `resources/read`: one URI in, one text out.
//!
//! Invariant: a missing resource is an error that repeats the URI, never an empty `contents`
//! (MCP 2026-07-28 §Resources, error handling). Not here: the lists (`lists`), binary contents.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::error::RpcError;
use super::params::{self, Params};
use super::reply::{Freshness, Reply};
use super::service::Service;
use super::tools::NotPermitted;

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

/// What is read is stale at once.
const READ_TTL_MS: u32 = 0;

/// `resources/read`.
pub(super) async fn read<S: Service>(
    service: &S,
    params: &Params<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    let uri = params::required_text(params.get("uri"), "uri")?;
    match service.read_resource(&uri).await {
        Ok(contents) => {
            let reply = reply.value("contents", &[contents]);
            Ok(reply.complete(Freshness::Milliseconds(READ_TTL_MS)))
        }
        Err(ReadError::NotFound) => Err(RpcError::resource_not_found(&uri)),
        Err(ReadError::Failed { message, data }) => Err(RpcError::internal(message, data)),
        Err(ReadError::NotPermitted(lacks)) => Err(RpcError::not_permitted(lacks)),
    }
}
