//! `/webhooks/twilio`: messages that come in, and what becomes of those that went out.
//!
//! Whoever cannot sign for this very address gets one refusal, whatever is wrong. A webhook that comes twice
//! changes nothing the second time: the log knows messages by the carrier's name for them, and a status only
//! goes on.

use worker::{Env, Method, Request, Response, Result};

use crate::auth::oauth::Form;
use crate::edge::address::Address;
use crate::edge::body::read_body;
use crate::edge::isolate::Isolate;
use crate::edge::session_client::SessionClient;
use crate::edge::{clock, log, reply};
use crate::messaging::{
    Entry, Event, NotAnEvent, Origin, RECEIVED, Report, addresses, is_signed, read_event,
};
use crate::session::Session;

/// A webhook is a few kilobytes.
const MOST_BYTES: usize = 64 * 1024;

/// Takes a webhook.
pub(super) async fn answer(
    mut request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    if request.method() != Method::Post {
        return reply::post_only();
    }
    let Some(body) = read_body(&mut request, MOST_BYTES).await? else {
        return reply::too_large(MOST_BYTES);
    };
    let twilio = match &isolate.settings.messages {
        Err(fault) => {
            return reply::refusal(503, &format!("this server is set up wrong: {fault}"));
        }
        Ok(messages) => messages.twilio.as_ref(),
    };
    let Some(twilio) = twilio else {
        return reply::refusal(
            404,
            "there is no carrier here: an administrator must set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
        );
    };
    let Some(form) = Form::strict(&body) else {
        return reply::refusal(400, "the form is no UTF-8");
    };
    let signature = request.headers().get("x-twilio-signature")?;
    let signature = signature.unwrap_or_default();
    let known = reached_by(url, isolate);
    if !is_signed(twilio.token.expose(), &known, form.pairs(), &signature) {
        // Forged, or the carrier knows this server by an address that MCP_PUBLIC_URL does not name.
        log::error("webhook_not_signed", serde_json::json!({}));
        return reply::refusal(403, "this was not signed by the carrier for this address");
    }
    let event = match read_event(&form) {
        Ok(event) => event,
        Err(NotAnEvent(missing)) => {
            return reply::refusal(400, &format!("{missing} is missing or cannot be right"));
        }
    };
    let session = SessionClient::new(env, isolate);
    let (outcome, is_message) = match event {
        Event::Message {
            sid,
            channel,
            from,
            to,
            body,
        } => {
            let entry = Entry {
                place: 0,
                id: session.new_id(),
                at: clock::now(),
                channel,
                origin: Origin::Outside,
                from,
                to,
                extension: String::new(),
                body,
                sid,
                status: RECEIVED.to_owned(),
                error: String::new(),
            };
            (session.log(&entry).await, true)
        }
        Event::Status { sid, status, error } => {
            let query = Form::parse(url.query().as_bytes());
            let report = Report {
                id: query.first("m").unwrap_or_default().to_owned(),
                sid,
                status,
                error,
            };
            (session.settle(&report).await, false)
        }
    };
    match outcome {
        Ok(_) if is_message => reply::twiml(),
        Ok(_) => reply::empty(204),
        // The carrier's fallback address is tried next, where one is set.
        Err(down) => {
            log::error(
                "webhook_not_kept",
                serde_json::json!({ "error": down.to_string() }),
            );
            reply::refusal(503, "this could not be kept: try again")
        }
    }
}

/// The addresses that may have been signed.
fn reached_by(url: &Address, isolate: &Isolate) -> Vec<String> {
    let rest = match url.query() {
        "" => url.path().to_owned(),
        query => format!("{}?{query}", url.path()),
    };
    let access = isolate.settings.access.as_ref().ok();
    let public = access.and_then(|access| access.public_url.as_deref());
    let mut all = addresses(public.unwrap_or(url.origin()), &rest);
    if public.is_some_and(|public| public != url.origin()) {
        all.extend(addresses(url.origin(), &rest));
    }
    all
}
