//! Every request passes here: blacklist, record, faults, then the routes.
//!
//! Connections are served by hyper directly, because a service error is the one way to close a
//! connection without an answer. Control requests (`/_sim`) skip everything.

use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode, header, request::Parts};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use crate::audio::Broken;
use crate::clock;
use crate::faults::{self, Answer, Fault};
use crate::percent;
use crate::record::{Entry, fingerprint};
use crate::shared::Shared;

/// Largest request body that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Form fields and JSON keys whose values never reach the record.
const SECRET_FIELDS: [&str; 4] = ["client_secret", "password", "Password", "SecurityCode"];

/// Answers one request, or fails so that the connection closes.
pub(crate) async fn answer(shared: Shared, router: Router, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    if parts.uri.path().starts_with("/_sim") {
        return Ok(route(router, parts, Body::new(body)).await);
    }
    // An upgrade has no body, and its connection must stay in one piece; sound has no end.
    let (bytes, body) = if parts.headers.contains_key(header::UPGRADE) {
        (Bytes::new(), Body::empty())
    } else if parts.uri.path().ends_with("/stream") {
        (Bytes::new(), Body::new(body))
    } else {
        match axum::body::to_bytes(Body::new(body), BODY_LIMIT).await {
            Ok(bytes) => (bytes.clone(), Body::from(bytes)),
            Err(_) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        }
    };
    let started = Instant::now();
    let (sequence, fault, blacklisted) = shared.with(|world| {
        world.counters.requests += 1;
        let mut entry = entry(world.next_entry(), &parts, &bytes);
        let fault = world.due_fault(&entry.method, &entry.path);
        entry.fault = fault.as_ref().map(|fault| fault.name().to_owned());
        let sequence = entry.sequence;
        world.record.push(entry);
        if fault == Some(Fault::LoseToken) {
            world.sessions.clear();
        }
        (sequence, fault, world.blacklisted)
    });
    let line = format!("{} {}", parts.method, parts.uri.path());
    let real = async {
        if blacklisted {
            return StatusCode::FORBIDDEN.into_response();
        }
        route(router, parts, body).await
    };
    let answer = match fault {
        Some(fault) => faults::play(fault, real).await,
        None => Ok(real.await),
    };
    let answer = answer.and_then(|answer| match answer.extensions().get::<Broken>() {
        Some(Broken) => Err(std::io::Error::other("fault: reset")),
        None => Ok(answer),
    });
    let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let log = shared.with(|world| {
        if let Some(entry) = world
            .record
            .iter_mut()
            .find(|entry| entry.sequence == sequence)
        {
            entry.status = status;
            entry.duration_ms = Some(duration_ms);
        }
        world.settings.log_requests
    });
    if log {
        let status = status.map_or("closed".to_owned(), |status| status.to_string());
        eprintln!("{line} -> {status} in {duration_ms} ms");
    }
    answer
}

async fn route(router: Router, parts: Parts, body: Body) -> Response<Body> {
    match router.oneshot(Request::from_parts(parts, body)).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

fn entry(sequence: u64, parts: &Parts, bytes: &[u8]) -> Entry {
    let header = |name: header::HeaderName| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let bearer = header(header::AUTHORIZATION);
    let bearer = bearer
        .split_once(' ')
        .map_or(String::new(), |(_, token)| fingerprint(token));
    Entry {
        sequence,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        content_type: header(header::CONTENT_TYPE),
        user_agent: header(header::USER_AGENT),
        bearer,
        body: without_secrets(&header(header::CONTENT_TYPE), bytes),
        status: None,
        fault: None,
        at_ms: clock::now_ms(),
        duration_ms: None,
    }
}

/// The body as text; of forms and sign-ins everything but the secrets.
fn without_secrets(content_type: &str, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let shown = percent::pairs(&text).into_iter().map(|(name, value)| {
            let secret = SECRET_FIELDS.contains(&name.as_str());
            format!("{name}={}", if secret { "***" } else { value.as_str() })
        });
        return shown.collect::<Vec<_>>().join("&");
    }
    if content_type.starts_with("multipart/") {
        return "(multipart form)".to_owned();
    }
    let mut json = match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) if SECRET_FIELDS.iter().any(|field| json.get(field).is_some()) => json,
        _ => return text.into_owned(),
    };
    for field in SECRET_FIELDS {
        if let Some(value) = json.get_mut(field) {
            *value = serde_json::json!("***");
        }
    }
    json.to_string()
}
