//! The event socket's levers, one to a request.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::control::Control;
use crate::shared::Shared;

/// One lever of the event socket.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum SocketLever {
    Frame(String),
    Event {
        dn: String,
        event_type: u8,
        entity: String,
        attached_data: Value,
    },
    SkipSequence(u64),
    Garbage(bool),
    Drop(u64),
    Swallow(u64),
    Repeat(u64),
    Cut(u64),
    Deaf(bool),
    Refuse {
        times: u32,
        status: u16,
    },
    Close(Closing),
}

/// `true`, or a close code.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Closing {
    Plain(bool),
    Code(u16),
}

/// Pulls one lever.
pub(super) async fn pull(
    State(shared): State<Shared>,
    Json(lever): Json<SocketLever>,
) -> StatusCode {
    let it = Control::new(shared);
    match lever {
        SocketLever::Frame(text) => it.send_frame(&text),
        SocketLever::Event {
            dn,
            event_type,
            entity,
            attached_data,
        } => {
            it.send_event(&dn, event_type, &entity, attached_data);
        }
        SocketLever::SkipSequence(missing) => it.skip_sequence(missing),
        SocketLever::Garbage(true) => it.send_garbage(),
        SocketLever::Drop(events) => it.drop_events(events),
        SocketLever::Swallow(events) => it.swallow_events(events),
        SocketLever::Repeat(frames) => it.repeat_frames(frames),
        SocketLever::Cut(frames) => it.cut_frames(frames),
        SocketLever::Deaf(deaf) => it.set_deaf(deaf),
        SocketLever::Refuse { times, status } => it.refuse_handshakes(times, status),
        SocketLever::Close(Closing::Plain(true)) => it.close_sockets(),
        SocketLever::Close(Closing::Code(code)) => it.close_sockets_with(code),
        SocketLever::Garbage(false) | SocketLever::Close(Closing::Plain(false)) => {}
    }
    StatusCode::NO_CONTENT
}
