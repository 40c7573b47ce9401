//! Fetching the document that a client is described in, at an address that a stranger chose.
//!
//! The address was checked before (`auth::oauth::ClientId`). Here: no redirects, no credentials, a limit
//! on time and size, and nothing but JSON; one answer for whatever goes wrong, so that nobody learns
//! what is behind an address.

use std::time::Duration;

use futures::StreamExt;
use worker::js_sys::global;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Headers, RequestInit, RequestRedirect};
use worker::{AbortController, AbortSignal, Response, Result};

use crate::edge::fetch::{self, Fetches};
use crate::edge::upstream::within;

const PATIENCE: Duration = Duration::from_secs(5);
/// Real ones have less than one KB.
const MOST_BYTES: usize = 5 * 1024;

/// The document, or `None`.
pub(super) async fn fetch(url: &str) -> Option<Vec<u8>> {
    let abort = AbortController::default();
    let signal = abort.signal();
    let document = within(read(url, &signal), PATIENCE).await;
    // Whatever is still on its way is not wanted any more.
    abort.abort();
    document?.ok()?
}

async fn read(url: &str, signal: &AbortSignal) -> Result<Option<Vec<u8>>> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(signal));
    let network: JsValue = global().into();
    let mut response: Response = fetch::fetch(network.unchecked_ref::<Fetches>(), url, &init)
        .await?
        .into();
    if response.status_code() != 200 || !is_json(&response)? {
        return Ok(None);
    }
    let mut document = Vec::new();
    let mut chunks = response.stream()?;
    while let Some(chunk) = chunks.next().await {
        document.extend(chunk?);
        if document.len() > MOST_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(document))
}

fn is_json(response: &Response) -> Result<bool> {
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    Ok(kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")))
}
