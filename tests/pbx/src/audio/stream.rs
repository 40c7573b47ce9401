//! `GET` and `POST …/stream`: bodies that live as long as the call does.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body::{Body as _, Frame};
use tokio::sync::mpsc;

use crate::clock;
use crate::shared::Shared;
use crate::sign_in::Caller;

use super::voice::FRAME_US;
use super::{Admission, Breaking, Chunk, Stream, StreamEnd};

/// Raw samples.
const KIND: &str = "application/octet-stream";

/// How often a stream looks whether its participant is still there.
const LOOK: Duration = Duration::from_millis(20);

/// Frames that a client may leave unread; older ones are lost, as on any telephone.
const UNREAD: usize = 100;

/// In the extensions of an answer: the connection closes without it.
#[derive(Clone)]
pub(crate) struct Broken;

/// A stream that is open: index of the call and of the stream.
struct Open {
    shared: Shared,
    call: u32,
    index: usize,
    /// How it ends where nobody says anything else: the client went away.
    end: StreamEnd,
}

impl Drop for Open {
    fn drop(&mut self) {
        let (call, index, end) = (self.call, self.index, self.end);
        self.shared
            .with(|world| world.close_stream(call, index, end));
    }
}

/// Where an open stream stands.
enum Standing {
    Good,
    Left,
    Fault(Breaking),
}

impl Open {
    fn standing(&self) -> Standing {
        self.shared.with(|world| {
            let log = world.stream(self.call, self.index);
            let Some((leg, fault)) = log.map(|it| (it.participant, it.fault)) else {
                return Standing::Left;
            };
            match fault {
                _ if world.call_of(leg) != Some(self.call) => Standing::Left,
                Some((at_us, how)) if at_us <= clock::now_us() => Standing::Fault(how),
                _ => Standing::Good,
            }
        })
    }
}

/// Answers a request for a stream. The caller was admitted, and may control the number.
pub(crate) async fn handle(
    shared: Shared,
    caller: &Caller,
    method: &Method,
    (dn, id): (&str, &str),
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let stream = match *method {
        Method::GET => Stream::Listening,
        Method::POST => Stream::Talking,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let kind = headers.get(header::CONTENT_TYPE);
    if stream == Stream::Talking && kind.is_none_or(|kind| kind != KIND) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let admission = shared.with(|world| {
        let id = id.parse().ok()?;
        world.participant(dn, id)?;
        // Only calls at the client's own route point have sound.
        (caller.own_dn == dn).then(|| world.open_stream(id, stream))
    });
    let known = shared.with(|world| {
        let id = id.parse().ok();
        id.is_some_and(|id| world.participant(dn, id).is_some())
    });
    let (call, index) = match admission {
        None if known => return StatusCode::FORBIDDEN.into_response(),
        None | Some(Admission::Gone) => return StatusCode::NOT_FOUND.into_response(),
        Some(Admission::NotReady) => return StatusCode::FAILED_DEPENDENCY.into_response(),
        Some(Admission::Taken) => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Some(Admission::Open(call, index)) => (call, index),
    };
    let open = Open {
        shared,
        call,
        index,
        end: StreamEnd::Aborted,
    };
    match stream {
        Stream::Listening => {
            let (frames, body) = mpsc::channel(UNREAD);
            tokio::spawn(speak(open, frames));
            ([(header::CONTENT_TYPE, KIND)], Body::new(Voice(body))).into_response()
        }
        Stream::Talking => hear(open, body).await,
    }
}

/// Sends the caller's voice, frame by frame as it is spoken.
async fn speak(mut open: Open, frames: mpsc::Sender<io::Result<Bytes>>) {
    let mut from_us = clock::now_us();
    loop {
        let spoken_us = from_us + FRAME_US;
        let wait = spoken_us.saturating_sub(clock::now_us());
        tokio::select! {
            () = tokio::time::sleep(Duration::from_micros(wait)) => {}
            // The client does not listen any more.
            () = frames.closed() => return,
        }
        match open.standing() {
            Standing::Good => {}
            Standing::Left => {
                open.end = StreamEnd::Left;
                return;
            }
            Standing::Fault(Breaking::Stall) => {
                open.end = StreamEnd::Broken;
                from_us = spoken_us;
                continue;
            }
            Standing::Fault(how) => {
                open.end = StreamEnd::Broken;
                if how == Breaking::Reset {
                    let _ = frames.send(Err(io::Error::other("fault: reset"))).await;
                }
                return;
            }
        }
        let (call, index) = (open.call, open.index);
        let frame = open.shared.with(|world| {
            let frame = world.audio.calls.get_mut(&call)?.voice.frame(from_us);
            let log = world.stream(call, index)?;
            log.bytes += u64::try_from(frame.len()).unwrap_or_default();
            Some(frame)
        });
        // A frame that finds no room is lost: nobody can listen later.
        let _ = frames.try_send(Ok(Bytes::from(frame.unwrap_or_default())));
        from_us = spoken_us;
    }
}

/// Takes what the caller is to hear, as long as there is a caller.
async fn hear(mut open: Open, mut body: Body) -> Response {
    let mut half: Option<u8> = None;
    let mut stalled = false;
    loop {
        let piece = tokio::select! {
            piece = next(&mut body), if !stalled => piece,
            () = tokio::time::sleep(LOOK) => {
                match open.standing() {
                    Standing::Good => {}
                    Standing::Left => {
                        open.end = StreamEnd::Left;
                        return StatusCode::OK.into_response();
                    }
                    Standing::Fault(how) => {
                        open.end = StreamEnd::Broken;
                        match how {
                            Breaking::Stall => stalled = true,
                            Breaking::Close => return StatusCode::OK.into_response(),
                            Breaking::Reset => return broken(),
                        }
                    }
                }
                continue;
            }
        };
        let bytes = match piece {
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => return broken(),
            None => {
                open.end = StreamEnd::Closed;
                return StatusCode::OK.into_response();
            }
        };
        let (call, index) = (open.call, open.index);
        let chunk = Chunk {
            at_us: clock::now_us(),
            samples: samples(&mut half, &bytes),
        };
        open.shared.with(|world| {
            if let Some(log) = world.stream(call, index) {
                log.bytes += u64::try_from(bytes.len()).unwrap_or_default();
                log.chunks.push(chunk);
            }
        });
        // Also while pieces come without a pause.
        if matches!(open.standing(), Standing::Left) {
            open.end = StreamEnd::Left;
            return StatusCode::OK.into_response();
        }
    }
}

fn broken() -> Response {
    let mut answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    answer.extensions_mut().insert(Broken);
    answer
}

/// The next piece of a body.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
        match frame.await? {
            Ok(frame) => {
                if let Ok(bytes) = frame.into_data() {
                    return Some(Ok(bytes));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

/// The samples of a piece; half a sample waits for the next one.
fn samples(half: &mut Option<u8>, bytes: &[u8]) -> Vec<i16> {
    let whole: Vec<u8> = half
        .take()
        .into_iter()
        .chain(bytes.iter().copied())
        .collect();
    let pairs = whole.chunks_exact(2);
    *half = pairs.remainder().first().copied();
    pairs.map(|it| i16::from_le_bytes([it[0], it[1]])).collect()
}

/// A body whose pieces come from a channel.
struct Voice(mpsc::Receiver<io::Result<Bytes>>);

impl http_body::Body for Voice {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_sample_waits() {
        let mut half = None;
        assert_eq!(samples(&mut half, &[1, 0, 2]), [1]);
        assert_eq!(samples(&mut half, &[0, 3]), [2]);
        assert_eq!(samples(&mut half, &[]), [0_i16; 0]);
        assert_eq!(samples(&mut half, &[0]), [3]);
        assert_eq!(half, None);
    }
}
