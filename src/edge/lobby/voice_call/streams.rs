//! Bodies that stream, in both directions. A body is read and written in order, one await at a time.

use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Result, web_sys};

#[wasm_bindgen(
    wasm_bindgen = worker::wasm_bindgen,
    module = "/src/edge/lobby/voice_call/streams.mjs"
)]
extern "C" {
    fn pipe() -> JsValue;

    fn body(pipe: &JsValue) -> JsValue;

    fn write(pipe: &JsValue, bytes: &[u8]) -> Promise;

    fn close(pipe: &JsValue);

    fn reader(response: &web_sys::Response) -> JsValue;

    fn next(reader: &JsValue) -> Promise;
}

/// A request body that is written while it is sent.
#[derive(Clone)]
pub(super) struct Pipe(JsValue);

impl Pipe {
    /// A new one.
    pub(super) fn new() -> Self {
        Self(pipe())
    }

    /// What the request is given.
    pub(super) fn body(&self) -> JsValue {
        body(&self.0)
    }

    /// Writes; ready when the connection has taken it.
    pub(super) async fn write(&self, bytes: &[u8]) -> Result<()> {
        JsFuture::from(write(&self.0, bytes)).await?;
        Ok(())
    }

    /// The end of the body.
    pub(super) fn close(&self) {
        close(&self.0);
    }
}

/// The body of an answer as it comes.
pub(super) struct Chunks(JsValue);

impl Chunks {
    /// Of this answer.
    pub(super) fn of(response: &web_sys::Response) -> Self {
        Self(reader(response))
    }

    /// More of it; `None` at its end.
    pub(super) async fn next(&self) -> Result<Option<Vec<u8>>> {
        if self.0.is_undefined() {
            return Ok(None);
        }
        let chunk = JsFuture::from(next(&self.0)).await?;
        Ok(chunk.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
    }
}
