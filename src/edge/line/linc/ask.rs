//! One question to MasterLinc: over the service binding `MASTERLINC` if it is bound, else by HTTP.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use futures::StreamExt;
use futures::channel::oneshot;
use serde_json::json;
use worker::js_sys::{Uint8Array, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Headers, RequestInit, RequestRedirect};
use worker::{AbortController, AbortSignal, Response};

use super::super::Inner;
use crate::edge::fetch::{Fetches, fetch};
use crate::edge::upstream::within;
use crate::edge::{clock, log};
use crate::linc::{Fault, MOST_BYTES, PATIENCE, ROUTE, Wish, read_reply};

/// The service binding.
pub(super) const BINDING: &str = "MASTERLINC";
/// The host that a bound Worker is asked under; it is never looked up.
const BOUND: &str = "https://masterlinc";

impl Inner {
    /// What it says, within its time; or why it says nothing.
    pub(super) async fn ask_masterlinc(&self, body: &str) -> Result<Wish, Fault> {
        let Some(linc) = &self.linc else {
            return Err(Fault::Down);
        };
        let is_trial = {
            let mut breaker = linc.breaker.borrow_mut();
            let was_open = breaker.is_open();
            if !breaker.admits(clock::now()) {
                return Err(Fault::Paused);
            }
            was_open
        };
        let abort = AbortController::default();
        let signal = abort.signal();
        let had_turn = Cell::new(false);
        let asked = async {
            let _turn = linc.asking.take().await;
            had_turn.set(true);
            // It may have been found dead while this one waited.
            if !is_trial && linc.breaker.borrow().is_open() {
                return Err(Fault::Paused);
            }
            read_reply(&self.exchange(body, &signal).await?)
        };
        let reply = within(asked, PATIENCE).await.unwrap_or(Err(Fault::Slow));
        // Whatever is still on its way is not wanted any more.
        abort.abort();
        let mut breaker = linc.breaker.borrow_mut();
        match &reply {
            Err(Fault::Paused) => {}
            // It was busy with others: those will say how it is.
            Err(_) if !had_turn.get() => {}
            Err(fault) if fault.is_breakdown() => {
                let was_open = breaker.is_open();
                if breaker.failed(clock::now()) && !was_open {
                    log::error("masterlinc_failing", json!({ "last": fault.as_str() }));
                }
            }
            _ => breaker.succeeded(),
        }
        reply
    }

    async fn exchange(&self, body: &str, signal: &AbortSignal) -> Result<Vec<u8>, Fault> {
        let lost = |_: worker::Error| Fault::Down;
        let sent = self.send(body, signal).await.map_err(lost)?;
        if !(200..300).contains(&sent.status_code()) {
            return Err(Fault::Refused);
        }
        let mut sent = sent;
        let mut reply = Vec::new();
        let mut chunks = sent.stream().map_err(lost)?;
        while let Some(chunk) = chunks.next().await {
            reply.extend(chunk.map_err(lost)?);
            if reply.len() > MOST_BYTES {
                return Err(Fault::TooLarge);
            }
        }
        Ok(reply)
    }

    async fn send(&self, body: &str, signal: &AbortSignal) -> worker::Result<Response> {
        let settings = self.linc.as_ref().map(|linc| &linc.masterlinc);
        let headers = Headers::new()?;
        headers.set("accept", "application/json")?;
        headers.set("content-type", "application/json")?;
        if let Some(token) = settings.and_then(|settings| settings.token.as_ref()) {
            headers.set("authorization", &format!("Bearer {}", token.expose()))?;
        }
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_headers(&headers);
        // A redirect would lead somewhere else with our token.
        init.set_redirect(RequestRedirect::Manual);
        init.set_body(&Uint8Array::from(body.as_bytes()));
        init.set_signal(Some(signal));
        let bound = self.env.service(BINDING).ok();
        let base = match &bound {
            Some(_) => Some(BOUND),
            None => settings.and_then(|settings| settings.base_url.as_deref()),
        };
        let way: JsValue = bound.map_or_else(|| global().into(), JsValue::from);
        let address = format!("{}{ROUTE}", base.unwrap_or_default());
        let response = fetch(way.unchecked_ref::<Fetches>(), &address, &init).await?;
        Ok(response.into())
    }
}

/// So many at once; the others wait in the order in which they came.
pub(super) struct Turns {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<oneshot::Sender<()>>>,
}

/// A turn; dropped, it is the next one's.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    pub(super) fn new(most: usize) -> Self {
        Self {
            free: Cell::new(most),
            waiting: RefCell::default(),
        }
    }

    /// Waits for a turn.
    pub(super) async fn take(&self) -> Turn<'_> {
        if let Some(left) = self.free.get().checked_sub(1) {
            self.free.set(left);
        } else {
            let (give, wait) = oneshot::channel();
            self.waiting.borrow_mut().push_back(give);
            // Given by whoever had it before; nobody drops it otherwise.
            let _ = wait.await;
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let turns = self.0;
        loop {
            let next = turns.waiting.borrow_mut().pop_front();
            match next.map(|next| next.send(())) {
                Some(Ok(())) => return,
                // That one has stopped waiting.
                Some(Err(())) => {}
                None => break,
            }
        }
        turns.free.set(turns.free.get().saturating_add(1));
    }
}
