//! The event socket `/callcontrol/ws`.
//!
//! The token is checked at the handshake only: its later death leaves an open socket alone.
//! No subscription is needed. Every socket numbers its frames from 1 without holes.
//! Request frames are answered by events of type 4. Source: 3cx/call-control-examples.

use axum::extract::State;
use axum::extract::ws::{
    Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use crate::shared::Shared;
use crate::sign_in::{Caller, Need};
use crate::world::Event;

/// Replies to request frames that may wait for each other.
const REPLY_BACKLOG: usize = 64;

/// The event type of a reply to a request frame.
const RESPONSE: u8 = 4;

/// Checks the token, then upgrades.
pub(crate) async fn connect(
    State(shared): State<Shared>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let caller = match shared.with(|world| world.admit(&headers, Need::CallControl)) {
        Ok(caller) => caller,
        Err(denial) => return denial.into_response(),
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    shared.with(|world| world.counters.sockets_opened += 1);
    // Subscribed before the answer, so that nothing after the handshake is missed.
    let events = shared.subscribe();
    upgrade.on_upgrade(move |socket| serve(shared, caller, socket, events))
}

async fn serve(
    shared: Shared,
    caller: Caller,
    mut socket: WebSocket,
    mut events: broadcast::Receiver<Event>,
) {
    let (replies, mut finished) = mpsc::channel::<Value>(REPLY_BACKLOG);
    let mut sequence = 0;
    loop {
        let event = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => event,
                Err(broadcast::error::RecvError::Lagged(missed)) => Event::Gap(missed),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            Some(reply) = finished.recv() => {
                let entity = reply["Path"].as_str().unwrap_or_default().to_owned();
                let dn = caller.own_dn.clone();
                Event::Entity { dn, event_type: RESPONSE, entity, attached_data: reply }
            }
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => {
                    answer_later(&shared, &caller, text.to_string(), replies.clone());
                    continue;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                // Pings are answered by the library.
                Some(Ok(_)) => continue,
            },
        };
        let frame = match event {
            Event::Close => {
                let _ = socket.send(Message::Close(None)).await;
                return;
            }
            Event::Raw(text) => text,
            Event::Gap(missing) => {
                sequence += missing;
                continue;
            }
            Event::Entity {
                dn,
                event_type,
                entity,
                attached_data,
            } => {
                let visible = event_type == RESPONSE || shared.with(|it| it.visible(&caller, &dn));
                if !visible {
                    continue;
                }
                sequence += 1;
                let event = json!({
                    "event_type": event_type, "entity": entity, "attached_data": attached_data,
                });
                json!({ "sequence": sequence, "event": event }).to_string()
            }
        };
        if socket.send(Message::Text(frame.into())).await.is_err() {
            return;
        }
    }
}

/// Carries out a request frame; the socket goes on meanwhile. Unreadable frames are ignored.
fn answer_later(shared: &Shared, caller: &Caller, text: String, replies: mpsc::Sender<Value>) {
    let (shared, caller) = (shared.clone(), caller.clone());
    tokio::spawn(async move {
        let Ok(frame) = serde_json::from_str::<Value>(&text) else {
            return;
        };
        let path = frame["Path"].as_str().unwrap_or_default();
        let (status, body) =
            super::from_frame(&shared, &caller, path, frame.get("RequestData")).await;
        let reply = json!({
            "RequestID": frame["RequestID"], "Path": path, "StatusCode": status.as_u16(),
            "Response": body,
        });
        let _ = replies.send(reply).await;
    });
}
