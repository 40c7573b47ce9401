//! MasterLinc for the stories: an HTTP server that says what a story wants, as well or as badly as it
//! wants, and keeps what it was told. Its twin, a Worker, is in `tests/clients/masterlinc`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::server::Server;

/// How it behaves.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// It says this.
    Says(Value),
    /// It sends this body with this status.
    Sends(u16, String),
    /// It says it after so long.
    Slow(Duration, Value),
    /// Nothing ever comes.
    Hangs,
    /// The body never ends.
    Floods,
    /// It closes the connection without a word.
    Breaks,
    /// These in turn.
    Turns(Vec<Manner>),
}

/// A question that it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) event: Value,
    pub(crate) authorization: String,
}

/// Running; dropped = gone.
pub(crate) struct MasterLinc {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _server: Server,
}

struct Shared {
    manner: Mutex<Manner>,
    asked: Mutex<Vec<Asked>>,
}

impl MasterLinc {
    /// One that leaves every call alone.
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared {
            manner: Mutex::new(Manner::Says(json!({ "action": "answer" }))),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/api/v1/coordinate", post(coordinate))
            .with_state(Arc::clone(&shared));
        let server = Server::start(router).await;
        Self {
            url: format!("http://{}", server.address),
            shared,
            _server: server,
        }
    }

    /// From now on it behaves so.
    pub(crate) fn is(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// Every question so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// How often it was told of an event.
    pub(crate) fn told(&self, event: &str) -> usize {
        let asked = self.asked();
        asked.iter().filter(|it| it.event["event"] == event).count()
    }
}

async fn coordinate(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get("authorization");
    let count = {
        let mut asked = shared.asked.lock().unwrap();
        asked.push(Asked {
            event: serde_json::from_slice(&body).expect("JSON"),
            authorization: authorization
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
        });
        asked.len()
    };
    let mut manner = shared.manner.lock().unwrap().clone();
    if let Manner::Turns(turns) = &manner {
        manner = turns[count % turns.len()].clone();
    }
    match manner {
        Manner::Says(reply) => text(200, reply.to_string()),
        Manner::Sends(status, body) => text(status, body),
        Manner::Slow(after, reply) => {
            tokio::time::sleep(after).await;
            text(200, reply.to_string())
        }
        Manner::Hangs => std::future::pending().await,
        Manner::Floods => {
            let chunk = || Some((Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536])), ()));
            let body = futures::stream::unfold((), move |()| async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                chunk()
            });
            axum::body::Body::from_stream(body).into_response()
        }
        Manner::Breaks => {
            let broken =
                futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("it broke")) });
            axum::body::Body::from_stream(broken).into_response()
        }
        Manner::Turns(_) => text(500, "turns within turns".to_owned()),
    }
}

fn text(status: u16, body: String) -> Response {
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}
