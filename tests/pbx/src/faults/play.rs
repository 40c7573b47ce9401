//! How a fault is played on one request, and bodies that break off or trickle.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use http_body::Frame;
use tokio::time::Sleep;

use super::Fault;

/// An answer, or an error that makes the server close the connection without one.
pub(crate) type Answer = io::Result<Response<Body>>;

/// The login page a reverse proxy or the web client gives to anything it does not know.
const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>3CX</title></head>\
    <body><div id=\"app\">Sign in</div></body></html>";

/// Largest answer that `truncate` and `slow_body` take apart.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Answers a request through a fault; `real` carries the request out when it is awaited.
pub(crate) async fn play(fault: Fault, real: impl Future<Output = Response<Body>>) -> Answer {
    match fault {
        Fault::Status {
            status,
            body,
            content_type,
            headers,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut answer = (status, body).into_response();
            answer.headers_mut().remove(header::CONTENT_TYPE);
            let content_type = content_type.map(|value| ("content-type".to_owned(), value));
            for (name, value) in headers.into_iter().chain(content_type) {
                let name = HeaderName::from_bytes(name.as_bytes());
                if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                    answer.headers_mut().insert(name, value);
                }
            }
            Ok(answer)
        }
        Fault::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ok(real.await)
        }
        Fault::Hang { seconds } => {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Err(closed())
        }
        Fault::Reset => Err(closed()),
        Fault::ResetAfter => {
            let _ = real.await;
            Err(closed())
        }
        Fault::Truncate => {
            take_apart(real.await, |bytes| {
                let half = bytes.slice(..bytes.len() / 2);
                Pieces::new(
                    VecDeque::from([Piece::Data(half), Piece::Cut]),
                    Duration::ZERO,
                )
            })
            .await
        }
        Fault::Html => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            Ok((kind, LOGIN_PAGE).into_response())
        }
        Fault::Empty => Ok(StatusCode::OK.into_response()),
        Fault::LoseToken => Ok(real.await),
        Fault::SlowBody {
            chunk_bytes,
            chunk_ms,
        } => {
            take_apart(real.await, |bytes| {
                let chunks = bytes.chunks(chunk_bytes.max(1));
                let pieces = chunks.map(|chunk| Piece::Data(Bytes::copy_from_slice(chunk)));
                Pieces::new(pieces.collect(), Duration::from_millis(chunk_ms))
            })
            .await
        }
    }
}

fn closed() -> io::Error {
    io::Error::other("fault: connection closed")
}

/// The same answer with its length announced and its body cut into pieces.
async fn take_apart(answer: Response<Body>, cut: impl FnOnce(Bytes) -> Pieces) -> Answer {
    let (mut head, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, BODY_LIMIT)
        .await
        .map_err(io::Error::other)?;
    head.headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Ok(Response::from_parts(head, Body::new(cut(bytes))))
}

enum Piece {
    Data(Bytes),
    /// The connection breaks here.
    Cut,
}

/// A body that comes in pieces, each after a pause.
struct Pieces {
    left: VecDeque<Piece>,
    pause: Duration,
    sleeping: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn new(left: VecDeque<Piece>, pause: Duration) -> Self {
        Self {
            left,
            pause,
            sleeping: None,
        }
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let pause = self.pause.max(Duration::from_millis(1));
        let sleeping = self
            .sleeping
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        if sleeping.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.sleeping = None;
        Poll::Ready(self.left.pop_front().map(|piece| match piece {
            Piece::Data(bytes) => Ok(Frame::data(bytes)),
            Piece::Cut => Err(closed()),
        }))
    }
}
