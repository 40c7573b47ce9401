//! The four list methods: ready-made text in a frame.
//!
//! Invariant: a list is one page, so no cursor was ever handed out. A modern client that sends one
//! is told so; a legacy client is given the page, as the official SDK does.

use super::context::Context;
use super::error::RpcError;
use super::params::Params;
use super::reply::{Freshness, Reply};
use super::version::Era;

const LIST_TTL_MS: u32 = 300_000;

/// Answers with the JSON array `items` under `name`.
pub(super) fn list(
    name: &str,
    items: &str,
    params: &Params<'_>,
    context: &Context<'_>,
    reply: Reply<'_>,
) -> Result<Vec<u8>, RpcError> {
    if context.era() == Era::Modern {
        check_cursor(params)?;
    }
    Ok(reply
        .json(name, items)
        .complete(Freshness::Milliseconds(LIST_TTL_MS)))
}

/// An empty cursor is harmless: it asks for the beginning.
fn check_cursor(params: &Params<'_>) -> Result<(), RpcError> {
    let Some(cursor) = params.get("cursor") else {
        return Ok(());
    };
    if cursor.text().is_some_and(|cursor| cursor.is_empty()) {
        return Ok(());
    }
    Err(RpcError::invalid_params(
        "cursor is not valid: this list has one page; leave cursor out",
    ))
}
