//! The 3CX Call Control API: `/callcontrol` and everything below it.
//!
//! One dispatch for HTTP and for request frames of the event socket. Order of refusals: token
//! (401), licence or role (403), number unknown (404), number not monitored (403), then the rest.
//! There is no hold, resume, mute, park, record, join or dtmf action, so those paths are 404.

mod act;
mod body;
mod make_call;
mod outcome;
pub(crate) mod socket;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::audio;
use crate::percent;
use crate::shared::Shared;
use crate::sign_in::{Caller, Need};
use crate::world::World;

pub(crate) use body::Request;
pub(crate) use make_call::{can_place, for_xapi as make_call_for_xapi};
pub(crate) use outcome::xapi as xapi_outcome;

/// A status and, where there is one, a JSON body.
pub(crate) type Reply = (StatusCode, Option<Value>);

/// Handles `/callcontrol` and `/callcontrol/...` over HTTP.
pub(crate) async fn handle(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let caller = match shared.with(|world| world.admit(&headers, Need::CallControl)) {
        Ok(caller) => caller,
        Err(denial) => return denial.into_response(),
    };
    let Some(segments) = segments(uri.path()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let [dn, "participants", id, "stream"] = segments[..] {
        if let Err(status) = shared.with(|world| reachable(world, &caller, dn)) {
            return status.into_response();
        }
        return audio::handle(shared, &caller, &method, (dn, id), &headers, body).await;
    }
    // What is larger was refused before it came here.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let reply = match method {
        Method::GET => shared.with(|world| read(world, &caller, &segments)),
        Method::POST => match post_body(&shared, &caller, &segments, &headers, &bytes) {
            Ok(request) => write(&shared, &segments, request).await,
            Err(status) => (status, None),
        },
        _ => (StatusCode::METHOD_NOT_ALLOWED, None),
    };
    into_response(reply)
}

fn into_response((status, body): Reply) -> Response {
    match body {
        Some(body) => (status, axum::Json(body)).into_response(),
        None => status.into_response(),
    }
}

/// The path below `/callcontrol`, every segment percent-decoded once.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix("/callcontrol")?;
    rest.split('/')
        .filter(|segment| !segment.is_empty())
        .map(percent::decode)
        .collect()
}

/// Refuses unknown and foreign numbers before it looks at the body.
fn post_body(
    shared: &Shared,
    caller: &Caller,
    segments: &[&str],
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<Request, StatusCode> {
    if let Some(dn) = segments.first() {
        shared.with(|world| reachable(world, caller, dn))?;
    }
    Request::from_http(headers, bytes)
}

/// 404 for a number that does not exist, 403 for one the caller may not control.
fn reachable(world: &World, caller: &Caller, dn: &str) -> Result<(), StatusCode> {
    if !world.dns.contains_key(dn) {
        return Err(StatusCode::NOT_FOUND);
    }
    if world.visible(caller, dn) {
        Ok(())
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

/// Everything that only looks.
fn read(world: &World, caller: &Caller, segments: &[&str]) -> Reply {
    let found = match segments {
        [] => {
            let visible = world
                .dns
                .values()
                .filter(|dn| world.visible(caller, &dn.number));
            Some(visible.map(|dn| world.dn_json(dn)).collect())
        }
        [number, rest @ ..] => {
            if let Err(status) = reachable(world, caller, number) {
                return (status, None);
            }
            world.dns.get(*number).and_then(|dn| match rest {
                [] => Some(world.dn_json(dn)),
                ["devices"] => Some(dn.devices_json()),
                ["devices", wanted] => {
                    let device = dn
                        .live_devices()
                        .iter()
                        .find(|it| it.device_id == *wanted)?;
                    Some(dn.device_json(device))
                }
                ["participants"] => Some(world.participants_json(number)),
                ["participants", id] => {
                    let (call, leg) = world.participant(number, id.parse().ok()?)?;
                    Some(call.participant_json(leg))
                }
                _ => None,
            })
        }
    };
    found.map_or((StatusCode::NOT_FOUND, None), |body| {
        (StatusCode::OK, Some(body))
    })
}

/// Everything that acts. `segments` has passed [`reachable`].
pub(crate) async fn write(shared: &Shared, segments: &[&str], request: Request) -> Reply {
    match segments {
        [dn, "makecall"] => make_call::from_number(shared, dn, &request),
        [dn, "devices", device, "makecall"] => make_call::from_device(shared, dn, device, &request),
        // Sound does not go over the event socket.
        [_, "participants", _, "stream"] => (StatusCode::NOT_FOUND, None),
        [dn, "participants", id, action] => {
            let id = id.parse().unwrap_or_default();
            act::act(shared, dn, id, action, request).await
        }
        _ => (StatusCode::NOT_FOUND, None),
    }
}

/// The same check for a request frame of the event socket.
pub(crate) async fn from_frame(
    shared: &Shared,
    caller: &Caller,
    path: &str,
    data: Option<&Value>,
) -> Reply {
    let Some(segments) = segments(path) else {
        return (StatusCode::NOT_FOUND, None);
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let allowed = match segments.first() {
        Some(dn) => shared.with(|world| reachable(world, caller, dn)),
        None => Err(StatusCode::NOT_FOUND),
    };
    let request = allowed.and_then(|()| Request::from_frame(data));
    match request {
        Ok(request) => write(shared, &segments, request).await,
        Err(status) => (status, None),
    }
}
