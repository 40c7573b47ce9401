//! MyPhone: what 3CX's web client speaks. Undocumented; here only signing in and sending a chat message.
//!
//! A session by JSON and bearer, then protobuf under the session's key. Attested: the session request
//! (3cx/xapi-tutorial), the fields of the messages (3CX's web chat widget), and that a success may be a
//! lie. Guessed: the status for an extension that may not be acted for.

mod message;
mod wire;

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::chats::{Chat, Sender};
use crate::directory::Kind;
use crate::shared::Shared;
use crate::sign_in::{Need, opaque};
use crate::world::World;

use message::{Request, acknowledge, code, login_info};

/// What the next chat message meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatFault {
    /// Refused with this error code: 8 ExtensionNotFound, 9 NoPermission, 32 ChatIsDisabled ...
    Refuse(u64),
    /// Acknowledged as done; nothing is done.
    Lie,
    /// The session is over.
    SessionOver,
}

/// Whose sessions there are, and what goes wrong next.
#[derive(Debug, Default)]
pub(crate) struct MyPhone {
    sessions: Vec<Session>,
    pub(crate) faults: VecDeque<ChatFault>,
}

#[derive(Debug)]
struct Session {
    key: String,
    /// Whom it acts for.
    extension: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SessionRequest {
    name: String,
    version: String,
    #[serde(rename = "isHuman")]
    _is_human: bool,
    impersonate: Option<String>,
}

/// `POST /webclient/api/MyPhone/session`.
pub(crate) async fn session(
    State(shared): State<Shared>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if content_type(&headers) != "application/json" {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    shared.with(|world| {
        let caller = match world.admit(&headers, Need::MyPhone) {
            Ok(caller) => caller,
            Err(denial) => return denial.into_response(),
        };
        let request = serde_json::from_slice::<SessionRequest>(&bytes).ok();
        let Some(request) = request.filter(|it| !it.name.is_empty() && !it.version.is_empty())
        else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let extension = match request.impersonate {
            None if caller.is_user => caller.own_dn.clone(),
            // An API client is nobody by itself.
            None => return StatusCode::BAD_REQUEST.into_response(),
            Some(extension) => extension,
        };
        let is_own = caller.own_dn == extension;
        if !is_extension(world, &extension) || !(is_own || caller.monitored.contains(&extension)) {
            return StatusCode::FORBIDDEN.into_response();
        }
        let key = opaque(32);
        let answer = json!({ "sessionKey": key, "pass": opaque(16) });
        world.my_phone.sessions.push(Session { key, extension });
        axum::Json(answer).into_response()
    })
}

/// `POST /MyPhone/MPWebService.asmx`.
pub(crate) async fn service(
    State(shared): State<Shared>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if content_type(&headers) != "application/octet-stream" {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let key = headers
        .get("myphonesession")
        .and_then(|key| key.to_str().ok())
        .unwrap_or_default();
    let (answer, chat, wait) = shared.with(|world| {
        let (answer, chat) = answer(world, key, &bytes);
        (answer, chat, world.settings.chat_recorded_after_ms)
    });
    if let Some(chat) = chat {
        // The history is written a little later than the message is sent.
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            shared.with(|world| world.chats.push(chat));
        });
    }
    match answer {
        Some(bytes) => {
            ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
        }
        None => "NOT AUTH".into_response(),
    }
}

/// What is answered (nothing: not signed in), and what was said to whom.
fn answer(world: &mut World, key: &str, bytes: &[u8]) -> (Option<Vec<u8>>, Option<Chat>) {
    let session = world
        .my_phone
        .sessions
        .iter()
        .find(|session| session.key == key);
    let Some(from) = session.map(|session| session.extension.clone()) else {
        return (None, None);
    };
    let (text, to) = match message::read(bytes) {
        Some(Request::Login) => return (Some(login_info(key)), None),
        Some(Request::Logout) => {
            world.my_phone.sessions.retain(|session| session.key != key);
            return (Some(acknowledge(0)), None);
        }
        Some(Request::Other) => return (Some(acknowledge(code::NO_SUCH_REQUEST)), None),
        None => return (Some(acknowledge(code::EXCEPTION)), None),
        Some(Request::Chat { text, to }) => (text, to),
    };
    match world.my_phone.faults.pop_front() {
        Some(ChatFault::Refuse(error)) => return (Some(acknowledge(error)), None),
        Some(ChatFault::Lie) => return (Some(acknowledge(0)), None),
        Some(ChatFault::SessionOver) => {
            world.my_phone.sessions.clear();
            return (None, None);
        }
        None => {}
    }
    if text.is_empty() || to.is_empty() {
        return (Some(acknowledge(code::REQUIRED_FIELD_IS_EMPTY)), None);
    }
    if !to.iter().all(|number| is_extension(world, number)) {
        return (Some(acknowledge(code::EXTENSION_NOT_FOUND)), None);
    }
    let name = world
        .dns
        .get(&from)
        .map(|dn| dn.text("DisplayName").to_owned());
    let sender = Sender {
        number: from,
        name: name.unwrap_or_default(),
        ..Sender::default()
    };
    let conversation = world.next_id();
    let chat = Chat {
        conversation,
        from: sender,
        to,
        text,
        ..Chat::default()
    };
    (Some(acknowledge(0)), Some(chat))
}

fn is_extension(world: &World, number: &str) -> bool {
    world
        .dns
        .get(number)
        .is_some_and(|dn| dn.kind == Kind::Extension)
}

fn content_type(headers: &HeaderMap) -> &str {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
}
