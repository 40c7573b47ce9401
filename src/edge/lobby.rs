//! The WebAssembly module of the lobby: everything that people, and services other than assistants, come
//! to: the front page, health, signing in, saying yes or no, messages that come in, calls that Basma answers.
//!
//! A module of its own, because a telephone has no need of pages: an isolate that only serves assistants
//! never starts this one, and each stays small.

mod approve;
mod auth_store;
mod client_document;
mod front;
mod no_days;
mod oauth;
mod own_page;
mod sms_gateway;
mod voice_call;
mod webhooks;

use serde_json::json;
use worker::{Context, Env, Method, Request, Response, Result, event};

use self::oauth::Route;
use super::address::Address;
use super::body::read_body;
use super::isolate::Isolate;
use super::{reply, session_client};

/// Before the name of what waits for a person.
const APPROVE: &str = "/approve/";
/// Of what only shows something.
const MOST_BYTES: usize = 64 * 1024;

/// Every request that the entry sends here.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    let isolate = Isolate::of(&env);
    let url = Address::of(request.inner().url());
    let response = match route(request, &url, &env, &isolate).await {
        Ok(response) => response,
        Err(error) => reply::failed(&error, &url)?,
    };
    if url.is_https() {
        reply::https_only(response.headers())?;
    }
    session_client::flush_later(env, &context);
    Ok(response)
}

async fn route(request: Request, url: &Address, env: &Env, isolate: &Isolate) -> Result<Response> {
    let path = url.path();
    if let Some(route) = Route::of(path) {
        return oauth::answer(route, request, url, env, isolate).await;
    }
    if let Some(id) = path.strip_prefix(APPROVE) {
        return approve::answer(id, request, url, env, isolate).await;
    }
    match path {
        "/webhooks/twilio" => webhooks::answer(request, url, env, isolate).await,
        "/sms/3cx" => sms_gateway::answer(request, url, env, isolate).await,
        _ => shown(request, url, env, isolate).await,
    }
}

/// What anyone may look at. Nothing here takes a body; one that is too large is dropped and refused.
async fn shown(
    mut request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    if read_body(&mut request, MOST_BYTES).await?.is_none() {
        return reply::too_large(MOST_BYTES);
    }
    match (url.path(), request.method()) {
        ("/health", Method::Get | Method::Head) => front::health(env, isolate).await,
        ("/", Method::Get | Method::Head) => front::page(&request, url, env, isolate).await,
        ("/health" | "/", _) => {
            let mut response = reply::json(405, &json!({ "error": "this can only be read" }))?;
            response.headers_mut().set("allow", "GET, HEAD")?;
            Ok(response)
        }
        _ => reply::not_found(),
    }
}
