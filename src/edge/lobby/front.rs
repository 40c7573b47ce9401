//! What anyone may ask: `/health` for programs, `/` for people.

use serde_json::json;
use worker::{Env, Request, Response, Result};

use crate::edge::address::Address;
use crate::edge::isolate::Isolate;
use crate::edge::session_client::SessionClient;
use crate::edge::{log, reply};
use crate::pages::{CONTENT_SECURITY_POLICY, Front, Health, Language, Problem};
use crate::server::VERSION;

/// `/health`.
pub(super) async fn health(env: &Env, isolate: &Isolate) -> Result<Response> {
    reply::json(200, &look(env, isolate).await.json(VERSION))
}

/// `/`.
pub(super) async fn page(
    request: &Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    let mut pairs = url.query().split('&');
    let asked = pairs.find_map(|pair| pair.strip_prefix("lang="));
    let accepted = request.headers().get("accept-language")?;
    let access = isolate.settings.access.as_ref().ok();
    let public = access.and_then(|access| access.public_url.as_deref());
    let html = Front {
        language: Language::choose(asked, accepted.as_deref()),
        origin: public.unwrap_or(url.origin()),
        health: &look(env, isolate).await,
        signs_in: matches!(isolate.settings.oauth, Ok(Some(_)))
            && access.is_some_and(|access| isolate.site(access, url).is_some()),
    }
    .html();
    let mut response = reply::page(200, html)?;
    let headers = response.headers_mut();
    headers.set("content-security-policy", CONTENT_SECURITY_POLICY)?;
    headers.set(
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    )?;
    headers.append("vary", "Accept-Language")?;
    Ok(response)
}

/// How things are. The session is asked only where there is something to ask it for.
async fn look(env: &Env, isolate: &Isolate) -> Health {
    let mut health = Health::of_settings(&isolate.settings);
    if health.is_configured() {
        match SessionClient::new(env, isolate).status().await {
            Ok(status) => health.0.extend(status.trouble.map(Problem::from)),
            Err(error) => {
                log::error("session_unavailable", json!({ "error": error }));
                health.0.push(Problem::Silent);
            }
        }
    }
    health
}
