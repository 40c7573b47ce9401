//! One HTTP request out of the Worker: to the network, a bound service, or a Durable Object. All of them
//! have the same `fetch`.
//!
//! `worker`'s own `Request` and `RequestInit` know much more, and read it all back for every request.

use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Result, web_sys};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
extern "C" {
    /// Whatever has the method `fetch`.
    pub(super) type Fetches;

    #[wasm_bindgen(method, catch, js_name = fetch)]
    fn start(
        this: &Fetches,
        address: &str,
        init: &web_sys::RequestInit,
    ) -> std::result::Result<Promise, JsValue>;
}

/// Sends a request; the answer's body is still to come.
pub(super) async fn fetch(
    target: &Fetches,
    address: &str,
    init: &web_sys::RequestInit,
) -> Result<web_sys::Response> {
    let response = JsFuture::from(target.start(address, init)?).await?;
    Ok(response.dyn_into()?)
}

/// The whole body of an answer.
pub(super) async fn body(response: &web_sys::Response) -> Result<Vec<u8>> {
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
