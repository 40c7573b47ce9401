//! `/sms/3cx`: 3CX hands over an SMS that somebody wrote there (provider "Generic" of a trunk).
//!
//! Its key is looked at before anything else of the request, and wrong ones are counted at the door.

use worker::{Env, Method, Request, Response, Result};

use super::no_days::NoDays;
use crate::auth::{Bearer, Caller};
use crate::desk::{Code, Errand, hand_over};
use crate::edge::address::Address;
use crate::edge::body::read_body;
use crate::edge::desk::Ways;
use crate::edge::isolate::Isolate;
use crate::edge::{door, reply};
use crate::messaging::{Handed, NotHanded, accepted, refused};

/// A post is a few kilobytes.
const MOST_BYTES: usize = 64 * 1024;

/// Takes a post of 3CX.
pub(super) async fn answer(
    mut request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    if request.method() != Method::Post {
        return reply::post_only();
    }
    let address = door::address(request.headers())?;
    if let Some(wait) = door::too_many(isolate, address.as_deref()) {
        return wait.refusal();
    }
    let body = read_body(&mut request, MOST_BYTES).await?;
    let settings = &isolate.settings;
    let key = match &settings.messages {
        Err(fault) => {
            return refusal(
                503,
                "not_configured",
                &format!("this server is set up wrong: {fault}"),
            );
        }
        Ok(messages) => messages.gateway_key.as_ref(),
    };
    let Some(key) = key else {
        let message = "this server is no SMS provider: an administrator must set SMS_GATEWAY_KEY";
        return refusal(404, "not_configured", message);
    };
    let authorization = request.headers().get("authorization")?;
    let presented = Bearer::read(authorization.as_deref());
    if !matches!(presented, Bearer::Token(token) if key.is(token)) {
        if !matches!(presented, Bearer::Missing)
            && let Some(wait) = door::failed(env, isolate, address.as_deref()).await
        {
            return wait.refusal();
        }
        return refusal(
            401,
            "unauthorized",
            "the API key of the trunk must be SMS_GATEWAY_KEY",
        );
    }
    let Some(body) = body else {
        let message = format!("the body is larger than {MOST_BYTES} bytes");
        return refusal(413, "too_large", &message);
    };
    let handed = match Handed::read(&body) {
        Ok(handed) => handed,
        Err(NotHanded(problem)) => return refusal(400, "invalid_argument", problem),
    };
    let ways = Ways::of(env, isolate);
    let caller = Caller::pbx();
    let access = settings.access.as_ref().ok();
    let public = access.and_then(|access| access.public_url.as_deref());
    let public = public.unwrap_or(url.origin());
    let desk = ways.desk(&caller, Errand::default(), &NoDays, public);
    match hand_over(&desk, &handed).await {
        Ok(id) => reply::json(200, &accepted(&id)),
        Err(error) => refusal(status(error.code), error.code.as_str(), &error.text()),
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Result<Response> {
    reply::json(status, &refused(code, message))
}

/// What a failure is in HTTP. What may have been sent is none: see [`hand_over`].
const fn status(code: Code) -> u16 {
    match code {
        Code::InvalidArgument | Code::NotFound => 422,
        Code::Forbidden | Code::ForbiddenDestination => 403,
        Code::LimitReached => 429,
        Code::ProviderFailed => 502,
        _ => 503,
    }
}
