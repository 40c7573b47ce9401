//! `resources/read`: one URI in, one text out.
//!
//! Invariant: a missing resource is an error that repeats the URI, never an empty `contents`
//! (MCP 2026-07-28 §Resources, error handling). Not here: the lists (`lists`), binary contents.

use super::error::RpcError;
use super::params::{self, Params};
use super::reply::{Freshness, Reply};
use super::service::{ReadError, Service};

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
