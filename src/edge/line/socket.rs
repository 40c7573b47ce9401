//! The WebSocket to `/callcontrol/ws`: opened by an upgrade that carries the token, and read to its
//! end.
//!
//! Not here: what becomes of it after a panic (`edge/panics.rs`).

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, select};
use worker::{AbortController, Delay, WebSocket, WebsocketEvent, web_sys};

use crate::edge::upstream::Upstream;
use crate::pbx::Token;
use crate::pbx::live::Epoch;

/// A PBX that has not answered the handshake by then is not there. Shorter than the machine's own limit,
/// which includes getting the token.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why there is no socket.
pub(super) enum ConnectError {
    /// The PBX answered the handshake with a status.
    Refused(u16),
    /// It did not answer, or there is no connection.
    Failed(String),
}

/// The socket that is open now, if one is, and the token that the last handshake carried.
#[derive(Default)]
pub(super) struct Line {
    open: RefCell<Option<(Epoch, WebSocket)>>,
    generation: Cell<u64>,
}

impl Line {
    /// Keeps a socket, and closes the one before. A handshake that ends
    /// after a newer one is too late: its socket is closed, and `false` says so.
    pub(super) fn hold(&self, epoch: Epoch, socket: &Socket) -> bool {
        if self
            .open
            .borrow()
            .as_ref()
            .is_some_and(|(held, _)| *held > epoch)
        {
            let _ = socket.0.close::<&str>(None, None);
            return false;
        }
        let before = self.open.borrow_mut().replace((epoch, socket.0.clone()));
        if let Some((_, before)) = before {
            let _ = before.close::<&str>(None, None);
        }
        true
    }

    /// Closes the socket of `epoch`.
    pub(super) fn close(&self, epoch: Epoch) {
        let socket = self.take(epoch);
        if let Some(socket) = socket {
            let _ = socket.close::<&str>(None, None);
        }
    }

    /// The socket of `epoch` has ended by itself.
    pub(super) fn forget(&self, epoch: Epoch) {
        let _ = self.take(epoch);
    }

    fn take(&self, epoch: Epoch) -> Option<WebSocket> {
        let mut open = self.open.borrow_mut();
        if open.as_ref().is_some_and(|(held, _)| *held == epoch) {
            open.take().map(|(_, socket)| socket)
        } else {
            None
        }
    }

    /// The generation of the token that the last handshake carried.
    pub(super) fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Notes the token of a handshake.
    pub(super) fn note_generation(&self, generation: u64) {
        self.generation.set(generation);
    }
}

/// An open socket that is not being read yet.
pub(super) struct Socket(WebSocket);

impl Socket {
    /// Opens one; a WebSocket of the runtime's own could not carry the token.
    pub(super) async fn open(upstream: &Upstream<'_>, token: &Token) -> Result<Self, ConnectError> {
        let abort = AbortController::default();
        let signal = abort.signal();
        let handshake = upstream.upgrade("/callcontrol/ws", token, &signal);
        let response = match select(pin!(handshake), Delay::from(HANDSHAKE)).await {
            Either::Left((response, _)) => {
                response.map_err(|error| ConnectError::Failed(error.to_string()))?
            }
            Either::Right(((), _)) => {
                abort.abort();
                return Err(ConnectError::Failed(
                    "no answer to the handshake".to_owned(),
                ));
            }
        };
        let status = response.status_code();
        let socket = response.websocket().ok_or(ConnectError::Refused(status))?;
        // Frames as bytes, whatever the runtime's default is.
        let raw: &web_sys::WebSocket = socket.as_ref();
        raw.set_binary_type(web_sys::BinaryType::Arraybuffer);
        Ok(Self(socket))
    }

    /// Reads to the end. Listeners first, then the socket is accepted: no frame is missed.
    pub(super) async fn read(self, on_frame: impl Fn(Vec<u8>)) {
        let Ok(mut events) = self.0.events() else {
            return;
        };
        if self.0.accept().is_err() {
            return;
        }
        while let Some(event) = events.next().await {
            match event {
                Ok(WebsocketEvent::Message(message)) => {
                    let bytes = message
                        .text()
                        .map(String::into_bytes)
                        .or_else(|| message.bytes());
                    on_frame(bytes.unwrap_or_default());
                }
                // After an error there may be no close: it is the end, too.
                Ok(WebsocketEvent::Close(_)) | Err(_) => return,
            }
        }
    }
}
