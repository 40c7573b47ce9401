//! Connections, and how a fate is played on an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::Frame;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::carrier::Shared;
use crate::fate::Fate;
use crate::messages;

const PAGE: &str = "<!DOCTYPE html><html><body><h1>Please wait</h1></body></html>";

/// Serves until it is aborted; its connections end with it.
pub(crate) async fn serve(listener: TcpListener, shared: Shared) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(|request| answer(shared.clone(), request));
            // An error here is a client that left, or a fate doing its work.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(shared: Shared, request: Request<Incoming>) -> io::Result<Response<Pieces>> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let request = messages::Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        authorization: header("authorization"),
        content_type: header("content-type"),
        body: body
            .collect()
            .await
            .map_err(io::Error::other)?
            .to_bytes()
            .to_vec(),
    };
    let outcome = shared.take(&request).await;
    let json =
        |(status, document): Answer| response(status, "application/json", document.to_string());
    let Some(fate) = outcome.fate else {
        return Ok(json(outcome.answer));
    };
    match fate {
        Fate::Refuse(_) => Ok(json(outcome.answer)),
        Fate::Failure(status) | Fate::FailureAfter(status) => {
            Ok(response(status, "text/html", PAGE.to_owned()))
        }
        Fate::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ok(json(outcome.answer))
        }
        Fate::Hang { ms } | Fate::HangAfter { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Err(closed())
        }
        Fate::Reset | Fate::ResetAfter => Err(closed()),
        Fate::Truncate => {
            let mut whole = json(outcome.answer);
            whole.body_mut().is_cut = true;
            Ok(whole)
        }
        Fate::Garble => Ok(response(201, "text/html", PAGE.to_owned())),
        Fate::Empty => Ok(response(201, "application/json", String::new())),
    }
}

fn closed() -> io::Error {
    io::Error::other("fate: connection closed")
}

fn response(status: u16, content_type: &str, body: String) -> Response<Pieces> {
    let builder = Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("content-length", body.len());
    let body = Pieces {
        whole: Full::new(body.into()),
        is_cut: false,
        is_begun: false,
    };
    builder.body(body).expect("a status and two headers")
}

/// A body that comes whole, or breaks off in the middle.
struct Pieces {
    whole: Full<Bytes>,
    is_cut: bool,
    is_begun: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.is_cut {
            let whole = Pin::new(&mut self.whole);
            return whole.poll_frame(context).map_err(|never| match never {});
        }
        if self.is_begun {
            return Poll::Ready(Some(Err(closed())));
        }
        self.is_begun = true;
        let whole = Pin::new(&mut self.whole);
        let half = |frame: Frame<Bytes>| {
            let bytes = frame.into_data().unwrap_or_default();
            Ok(Frame::data(bytes.slice(..bytes.len() / 2)))
        };
        whole
            .poll_frame(context)
            .map(|frame| frame.and_then(Result::ok).map(half))
    }
}
