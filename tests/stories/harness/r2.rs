//! R2 as workerd reaches a bucket: an HTTP service that is told in JSON, before the bytes, what to do. Only
//! what uploads in parts and deleting take; as strict as R2 about the size of parts. It can be down.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::put;
use serde_json::{Value, json};

use super::server::Server;

/// The least that R2 takes as a part that is not the last.
const LEAST_PART: usize = 5 * 1024 * 1024;
const SIZE: &str = "cf-r2-metadata-size";

/// A bucket; dropped = gone.
pub(crate) struct R2 {
    pub(crate) address: SocketAddr,
    store: Arc<Mutex<Store>>,
    _server: Server,
}

#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: Vec<Upload>,
    is_down: bool,
    refused: usize,
}

#[derive(Default)]
struct Upload {
    object: String,
    parts: BTreeMap<u64, Bytes>,
    is_over: bool,
}

impl R2 {
    pub(crate) async fn start() -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let router = Router::new()
            .route("/", put(take))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&store));
        let server = Server::start(router).await;
        Self {
            address: server.address,
            store,
            _server: server,
        }
    }

    /// Everything in it, by key.
    pub(crate) fn objects(&self) -> Vec<(String, Vec<u8>)> {
        let store = self.store.lock().unwrap();
        let objects = store.objects.iter();
        objects
            .map(|(key, bytes)| (key.clone(), bytes.clone()))
            .collect()
    }

    /// From now on it refuses everything, or nothing.
    pub(crate) fn is_down(&self, is_down: bool) {
        self.store.lock().unwrap().is_down = is_down;
    }

    /// How many requests it has refused.
    pub(crate) fn refused(&self) -> usize {
        self.store.lock().unwrap().refused
    }
}

async fn take(
    State(store): State<Arc<Mutex<Store>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let size = headers
        .get(SIZE)
        .and_then(|size| size.to_str().ok()?.parse().ok());
    let size: usize = size.expect("the size of what is said before the bytes");
    let asked: Value = serde_json::from_slice(&body[..size]).expect("it is said in JSON");
    let mut store = store.lock().unwrap();
    let answer = if store.is_down {
        Err("the bucket is down")
    } else {
        store.act(&asked, body.slice(size..))
    };
    let (status, name, said) = match answer {
        Ok(said) => (StatusCode::OK, SIZE, said.to_string()),
        Err(why) => {
            store.refused += 1;
            let error = json!({ "version": 0, "v4code": 10001, "message": why });
            (StatusCode::BAD_REQUEST, "cf-r2-error", error.to_string())
        }
    };
    let header = if status == StatusCode::OK {
        said.len().to_string()
    } else {
        said.clone()
    };
    let answer = Response::builder().status(status).header(name, header);
    answer.body(Body::from(said)).expect("an answer")
}

impl Store {
    fn act(&mut self, asked: &Value, bytes: Bytes) -> Result<Value, &'static str> {
        let object = asked["object"].as_str().unwrap_or_default().to_owned();
        let upload = || asked["uploadId"].as_str()?.parse::<usize>().ok();
        match asked["method"].as_str().unwrap_or_default() {
            "createMultipartUpload" => {
                self.uploads.push(Upload {
                    object,
                    ..Upload::default()
                });
                Ok(json!({ "uploadId": (self.uploads.len() - 1).to_string() }))
            }
            "uploadPart" => {
                let upload = self.uploads.get_mut(upload().ok_or("no upload")?);
                let upload = upload.filter(|it| !it.is_over).ok_or("no such upload")?;
                let number = asked["partNumber"].as_u64().ok_or("no number")?;
                upload.parts.insert(number, bytes);
                Ok(json!({ "etag": format!("part-{number}") }))
            }
            "completeMultipartUpload" => {
                let upload = self.uploads.get_mut(upload().ok_or("no upload")?);
                let upload = upload.filter(|it| !it.is_over).ok_or("no such upload")?;
                let parts: Vec<&Bytes> = upload.parts.values().collect();
                let (_, others) = parts.split_last().ok_or("no parts")?;
                let is_even = others.windows(2).all(|two| two[0].len() == two[1].len());
                if !is_even || others.iter().any(|part| part.len() < LEAST_PART) {
                    return Err("your proposed upload is smaller than the minimum, or uneven");
                }
                let whole: Vec<u8> = parts.into_iter().flatten().copied().collect();
                let size = whole.len();
                upload.is_over = true;
                let name = upload.object.clone();
                self.objects.insert(name.clone(), whole);
                Ok(json!({
                    "name": name, "version": "1", "size": size, "etag": "whole", "uploaded": 0,
                    "httpFields": {}, "customFields": [], "checksums": {},
                }))
            }
            "abortMultipartUpload" => {
                let upload = self.uploads.get_mut(upload().ok_or("no upload")?);
                upload.ok_or("no such upload")?.is_over = true;
                Ok(Value::Null)
            }
            "delete" => {
                self.objects.remove(&object);
                Ok(Value::Null)
            }
            _ => Err("this bucket knows no such thing"),
        }
    }
}
