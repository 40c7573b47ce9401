//! When something panics after all.
//!
//! The panic is named in the log, and worker-build gives the next request a fresh WebAssembly instance. But
//! the Durable Object of the isolate is left behind in JavaScript: its socket stays open and calls into
//! memory that is gone, and whoever waits for it would wait for ever. So the object is ended, which
//! closes its sockets and tells the waiting ones; the next request or alarm starts it anew.
//!
//! It is ended at once where it panicked itself, else by the first request or alarm that finds another
//! instance than the one it began with. What was asked of it may be asked again: commands are carried out
//! without a pause, so one that is not answered was not begun, or only waits.

use std::cell::RefCell;

use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{State, js_sys};

/// Whoever waits for the object is told this.
const REASON: &str = "the object was reset after a panic";
/// The JavaScript property of the object's state that says that it has begun.
const BEGUN: &str = "__begun";

thread_local! {
    /// Ends the object of this isolate.
    static END: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Set once for each WebAssembly instance.
pub(super) fn watch() {
    console_error_panic_hook::set_once();
    let name_it = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        name_it(info);
        end_object("queueMicrotask");
    }));
}

/// The object begins; if it did so before on this state, its WebAssembly instance is gone.
pub(super) fn begin(state: &State) {
    let state: &JsValue = state.as_raw().as_ref();
    let end = member(state, "abort")
        .dyn_into::<js_sys::Function>()
        .map(|abort| abort.bind1(state, &REASON.into()).into());
    END.set(end.ok());
    if member(state, BEGUN).is_undefined() {
        let _ = js_sys::Reflect::set(state, &BEGUN.into(), &JsValue::TRUE);
    } else {
        // As a task of its own: what is queued at the moment of ending is lost, and with it the queue of
        // all futures of this instance.
        end_object("setTimeout");
    }
}

/// Whether the object was ended while it was asked.
pub(super) fn is_reset(error: &worker::Error) -> bool {
    error.to_string().contains(REASON)
}

/// Not from here, where something is still running, but soon.
fn end_object(by: &str) {
    let end = END.try_with(|end| end.try_borrow_mut().ok().and_then(|mut end| end.take()));
    if let Ok(Some(end)) = end
        && let Ok(soon) = member(&js_sys::global(), by).dyn_into::<js_sys::Function>()
    {
        let _ = soon.call1(&JsValue::UNDEFINED, &end);
    }
}

fn member(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
