//! The event socket `/callcontrol/ws`.
//!
//! The token is checked at the handshake only: its later death leaves an open socket alone.
//! No subscription is needed. Every socket numbers its frames from 1, without holes unless the
//! control interface makes some.
//! Request frames are answered by events of type 4. Source: 3cx/call-control-examples.

mod line;

use axum::extract::State;
use axum::extract::ws::{
    CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade,
    rejection::WebSocketUpgradeRejection,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use crate::shared::Shared;
use crate::sign_in::{Caller, Denial, Need, bearer};
use crate::world::{Event, World};

use line::Line;

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
    let caller = match shared.with(|world| world.shake_hands(&headers)) {
        Ok(caller) => caller,
        Err(denial) => return denial.into_response(),
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    shared.with(|world| world.counters.sockets_opened += 1);
    // Subscribed and counted before the answer, so that nothing after the handshake is missed;
    // under the lock, so that no change of hearing falls in between.
    let (events, deaf) = shared.with(|world| (shared.subscribe(), world.deaf));
    let open = shared.open_socket();
    upgrade.on_upgrade(async move |socket| {
        serve(shared, caller, socket, events, deaf).await;
        drop(open);
    })
}

impl World {
    /// Refuses what is to be refused; a token is spent where only fresh ones are taken.
    fn shake_hands(&mut self, headers: &HeaderMap) -> Result<Caller, Denial> {
        let admitted = self.admit_socket(headers);
        if admitted.is_err() {
            self.counters.handshakes_refused += 1;
        }
        admitted
    }

    fn admit_socket(&mut self, headers: &HeaderMap) -> Result<Caller, Denial> {
        let (left, status) = self.refuse_handshakes;
        if left > 0 {
            self.refuse_handshakes.0 -= 1;
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            return Err(Denial::Staged(status));
        }
        let caller = self.admit(headers, Need::CallControl)?;
        let token = bearer(headers).unwrap_or_default();
        let mut sessions = self.sessions.iter_mut();
        if let Some(session) = sessions.find(|session| session.access_token == token) {
            if session.opened_socket && self.settings.socket_fresh_token {
                return Err(Denial::NoToken);
            }
            session.opened_socket = true;
        }
        Ok(caller)
    }
}

async fn serve(
    shared: Shared,
    caller: Caller,
    mut socket: WebSocket,
    mut events: broadcast::Receiver<Event>,
    mut deaf: bool,
) {
    let (replies, mut finished) = mpsc::channel::<Value>(REPLY_BACKLOG);
    let mut line = Line::default();
    loop {
        let event = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => event,
                Err(broadcast::error::RecvError::Lagged(missed)) => Event::Gap(missed),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            Some(reply) = finished.recv(), if !deaf => {
                let entity = reply["Path"].as_str().unwrap_or_default().to_owned();
                let dn = caller.own_dn.clone();
                Event::Entity { dn, event_type: RESPONSE, entity, attached_data: reply }
            }
            frame = socket.recv(), if !deaf => match frame {
                Some(Ok(Message::Text(text))) => {
                    answer_later(&shared, &caller, text.to_string(), replies.clone());
                    continue;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                // Pings are answered by the library.
                Some(Ok(_)) => continue,
            },
        };
        let frames = match event {
            Event::Close(code) => {
                let reason = Utf8Bytes::default();
                let frame = code.map(|code| CloseFrame { code, reason });
                let _ = socket.send(Message::Close(frame)).await;
                return;
            }
            Event::Raw(text) => vec![text],
            Event::Gap(missing) => {
                line.skip(missing);
                continue;
            }
            Event::Ail(ailment) => {
                line.ail(ailment);
                continue;
            }
            Event::Deaf(now) => {
                deaf = now;
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
                line.frames(&json!({
                    "event_type": event_type, "entity": entity, "attached_data": attached_data,
                }))
            }
        };
        for frame in frames.into_iter().filter(|_| !deaf) {
            if socket.send(Message::Text(frame.into())).await.is_err() {
                return;
            }
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
