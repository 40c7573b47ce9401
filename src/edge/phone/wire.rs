//! How a request of the telephone comes in and its answer goes out: in one piece each.
//!
//! `worker`'s own types read method, address and headers one by one, and each of them is a way to
//! JavaScript and back; where an answer is ready at once, that was a fifth of its time.

use worker::wasm_bindgen::prelude::*;
use worker::{Headers, Result, web_sys};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/phone/wire.mjs")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;

    #[wasm_bindgen(catch)]
    fn answer(
        status: u16,
        headers: &web_sys::Headers,
        bytes: &[u8],
    ) -> std::result::Result<web_sys::Response, JsValue>;
}

/// What `wire.mjs` read of a request, to be taken apart by [`Head`].
pub(super) fn read_head(request: &web_sys::Request) -> String {
    head(request)
}

/// Method, address, and the headers that a request is judged by.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// Who Cloudflare says it comes from.
    pub(super) visitor: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
    pub(super) authorization: Option<&'a str>,
    pub(super) content_length: Option<&'a str>,
    pub(super) content_type: Option<&'a str>,
    pub(super) accept: Option<&'a str>,
    pub(super) protocol_version: Option<&'a str>,
    pub(super) mcp_method: Option<&'a str>,
    pub(super) mcp_name: Option<&'a str>,
    pub(super) user_agent: Option<&'a str>,
    pub(super) last_event_id: Option<&'a str>,
}

impl<'a> Head<'a> {
    /// Takes the lines apart, in the order of `wire.mjs`.
    pub(super) fn of(lines: &'a str) -> Self {
        let mut lines = lines.split('\n');
        let method = lines.next().unwrap_or_default();
        let url = lines.next().unwrap_or_default();
        let mut header = || lines.next().filter(|value| *value != "\0");
        Self {
            method,
            url,
            visitor: header(),
            origin: header(),
            authorization: header(),
            content_length: header(),
            content_type: header(),
            accept: header(),
            protocol_version: header(),
            mcp_method: header(),
            mcp_name: header(),
            user_agent: header(),
            last_event_id: header(),
        }
    }
}

/// An answer with a body.
pub(super) fn respond(status: u16, headers: &Headers, body: &[u8]) -> Result<web_sys::Response> {
    Ok(answer(status, &headers.0, body)?)
}
