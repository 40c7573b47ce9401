//! Bodies of requests, each with its limit.

use futures::StreamExt;
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Method, Request, Result, web_sys};

use crate::mcp;

/// Above this a body is not even read to its end: whoever sends it may see the connection break.
const MOST_DISCARDED: usize = 8 * mcp::MAX_BODY_BYTES;

/// The body, or `None` where it is larger than `limit`.
pub(super) async fn read_body(request: &mut Request, limit: usize) -> Result<Option<Vec<u8>>> {
    if request.method() != Method::Post {
        return Ok(Some(Vec::new()));
    }
    let announced = request.headers().get("content-length")?;
    let announced = announced.and_then(|length| length.parse().ok());
    read_announced(request.inner(), announced, limit).await
}

/// The same for a body whose length was announced, or not. One that announces a fitting length is read at
/// once, which is the fast way; any other is kept no further than the limit, and what is beyond is read
/// and dropped, so that the client gets to read the answer.
pub(super) async fn read_announced(
    request: &web_sys::Request,
    announced: Option<usize>,
    limit: usize,
) -> Result<Option<Vec<u8>>> {
    if announced.is_some_and(|length| length <= limit) {
        let buffer = JsFuture::from(request.array_buffer()?).await?;
        return Ok(Some(Uint8Array::new(&buffer).to_vec()));
    }
    // No stream is no body.
    let Ok(mut chunks) = Request::from(Clone::clone(request)).stream() else {
        return Ok(Some(Vec::new()));
    };
    let mut body = Vec::new();
    let mut size = 0_usize;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        size = size.saturating_add(chunk.len());
        if size > MOST_DISCARDED {
            return Ok(None);
        }
        if size <= limit {
            body.extend(chunk);
        }
    }
    Ok((size <= limit).then_some(body))
}
