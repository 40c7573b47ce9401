//! Cloudflare: the only room that knows the `worker` crate.
//!
//! Thin on purpose. It turns HTTP into the core's types and back, runs `fetch`, keeps the Durable
//! Object, and hands the core its clock. Decisions live in the other rooms, where the host tests
//! them.

mod address;
mod approve;
mod auth_store;
mod body;
mod client_document;
mod clock;
mod day_cache;
mod door;
#[cfg(feature = "drill")]
mod drill;
mod fetch;
mod front;
mod isolate;
mod log;
mod oauth;
mod panics;
mod pbx_session;
mod reply;
mod router;
mod session_client;
mod sql;
mod upstream;
mod variables;

use worker::{Context, Env, Request, Response, Result, event};

/// Runs at every instantiation, so again after a panic has reset the isolate.
#[event(start)]
fn start() {
    panics::watch();
}

/// Every HTTP request.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    #[cfg(feature = "drill")]
    if let Some(answer) = drill::in_worker(&request, &env).await {
        return answer;
    }
    let response = router::route(request, &env).await;
    session_client::flush_later(env, &context);
    response
}
