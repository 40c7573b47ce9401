//! Drills: the Worker is broken on purpose, and shows its memory.
//!
//! In the build of feature `drill` only, which tests run and nobody deploys; `npm test` looks whether
//! the real one knows these paths.
//!
//! | path | what happens |
//! |---|---|
//! | `/drill/worker/panic` | this request panics |
//! | `/drill/worker/instance` | which WebAssembly instance this is: a higher number after each panic |
//! | `/drill/worker/memory` | bytes of its memory, which never shrinks |
//! | `/drill/object/panic` | the Durable Object panics in this request |
//! | `/drill/object/panic-later` | it panics a little later, in a task, while others ask |
//!
//! The object is in the isolate of the Worker that was started first.

#![allow(clippy::panic, reason = "what a drill is for")]

use std::time::Duration;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, Env, Request, Response, Result, js_sys};

use crate::edge::session_client;

/// So that the answer is out before.
const LATER: Duration = Duration::from_millis(15);
/// Of WebAssembly.
const PAGE: usize = 65_536;

/// What the stateless Worker answers, if the request is for a drill.
pub(super) async fn in_worker(request: &Request, env: &Env) -> Option<Result<Response>> {
    let path = request.path();
    match path.strip_prefix("/drill/")? {
        "worker/panic" => panic!("a drill: the Worker panics"),
        "worker/instance" => Some(Response::ok(instance().to_string())),
        "worker/memory" => Some(Response::ok(memory().to_string())),
        _ => Some(ask_object(env, &path).await),
    }
}

/// What the Durable Object answers, if the request is for a drill.
pub(super) fn in_object(request: &Request) -> Option<Result<Response>> {
    match request.path().strip_prefix("/drill/object/")? {
        "panic" => panic!("a drill: the object panics"),
        "panic-later" => {
            spawn_local(async {
                Delay::from(LATER).await;
                panic!("a drill: a task of the object panics");
            });
            Some(Response::empty())
        }
        _ => Some(Response::error("no such drill", 404)),
    }
}

async fn ask_object(env: &Env, path: &str) -> Result<Response> {
    let url = format!("https://session{path}");
    env.durable_object(session_client::BINDING)?
        .get_by_name(session_client::NAME)?
        .fetch_with_str(&url)
        .await
}

/// worker-build counts them.
fn instance() -> f64 {
    let member = |of: &JsValue, name: &str| {
        js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
    };
    let state = member(&js_sys::global(), "__worker_init_state");
    member(&state, "instanceId").as_f64().unwrap_or_default()
}

fn memory() -> usize {
    core::arch::wasm32::memory_size::<0>().saturating_mul(PAGE)
}
