//! Workers KV as workerd reaches it: an HTTP service with a path for each key. It counts, and can be
//! told to hand out rubbish.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;

use super::server::Server;

/// A namespace; dropped = gone.
pub(crate) struct Kv {
    pub(crate) address: SocketAddr,
    store: Arc<Mutex<Store>>,
    _server: Server,
}

#[derive(Default)]
struct Store {
    values: BTreeMap<String, Bytes>,
    writes: usize,
}

impl Kv {
    pub(crate) async fn start() -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let router = Router::new()
            .route("/{*key}", get(read).put(write))
            .with_state(Arc::clone(&store));
        let server = Server::start(router).await;
        Self {
            address: server.address,
            store,
            _server: server,
        }
    }

    /// How often something was written.
    pub(crate) fn writes(&self) -> usize {
        self.store.lock().unwrap().writes
    }

    /// Changes every value.
    pub(crate) fn spoil(&self, change: impl Fn(&[u8]) -> Vec<u8>) {
        for value in self.store.lock().unwrap().values.values_mut() {
            *value = change(value).into();
        }
    }
}

async fn read(
    State(store): State<Arc<Mutex<Store>>>,
    Path(key): Path<String>,
) -> Result<Bytes, StatusCode> {
    let store = store.lock().unwrap();
    store.values.get(&key).cloned().ok_or(StatusCode::NOT_FOUND)
}

async fn write(State(store): State<Arc<Mutex<Store>>>, Path(key): Path<String>, value: Bytes) {
    let mut store = store.lock().unwrap();
    store.writes += 1;
    store.values.insert(key, value);
}
