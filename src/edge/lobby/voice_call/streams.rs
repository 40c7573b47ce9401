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

    fn write(pipe: &JsValue, bytes: &[u8]) -> f64;

    fn close(pipe: &JsValue);

    fn reader(response: &web_sys::Response) -> JsValue;

    fn next(reader: &JsValue) -> Promise;

    fn listen(
        response: &web_sys::Response,
        least: u32,
        take: &Closure<dyn FnMut(Vec<u8>) -> bool>,
    ) -> Promise;

    fn every(milliseconds: u32, tick: &Closure<dyn FnMut() -> bool>) -> Promise;
}

/// Nothing can be written any more.
pub(super) struct Broken;

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

    /// Writes behind what waits already; how many bytes wait now for the connection to take them.
    pub(super) fn write(&self, bytes: &[u8]) -> std::result::Result<usize, Broken> {
        let waiting = write(&self.0, bytes);
        if waiting < 0.0 {
            return Err(Broken);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of bytes"
        )]
        let waiting = waiting as usize;
        Ok(waiting)
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

/// Reads a body, `least` bytes at least at a time, to its end or until `take` has had enough. What comes goes
/// straight to `take`: a task that is woken for it would cost more than all that is done with it.
pub(super) async fn listen_to(
    response: &web_sys::Response,
    least: u32,
    take: impl FnMut(Vec<u8>) -> bool + 'static,
) {
    let take = Closure::new(take);
    // However it ended, it did.
    let _ = JsFuture::from(listen(response, least, &take)).await;
}

/// Does something again and again, as long as it says so.
pub(super) async fn again(milliseconds: u32, tick: impl FnMut() -> bool + 'static) {
    let tick = Closure::new(tick);
    let _ = JsFuture::from(every(milliseconds, &tick)).await;
}
