//! The port through which HTTP leaves: one request, one answer read to its end.
//!
//! Implemented by `edge` with `fetch`, by tests with a script. The transport knows the base URL;
//! requests carry a path, so that nothing in this room can reach another host.

use std::time::Duration;

use futures::future::LocalBoxFuture;

use crate::auth::Secret;
use crate::time::Millis;

/// Sends one request to the PBX.
pub trait Transport {
    /// Sends `request` and reads the whole answer, both within `request.timeout`.
    fn send(
        &self,
        request: HttpRequest,
    ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>>;
}

/// HTTP methods that 3CX's APIs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Signs in, or acts.
    Post,
    /// Changes a setting.
    Patch,
}

impl Method {
    /// As HTTP writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// A request body and how it is written.
#[derive(Debug, Clone)]
pub enum Body {
    /// `application/json; charset=utf-8`, as 3CX's own sample sends it.
    Json(Vec<u8>),
    /// `application/octet-stream` under a session of MyPhone.
    MyPhone {
        /// Its key.
        session: Secret<String>,
        /// Protobuf.
        bytes: Vec<u8>,
    },
    /// `application/x-www-form-urlencoded`; holds secrets, so it does not print.
    Form(Secret<String>),
}

/// One request to the PBX.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query, percent-encoded, beginning with `/`.
    pub path: String,
    /// Goes into `Authorization: Bearer`.
    pub bearer: Option<Secret<String>>,
    /// The body, if any.
    pub body: Option<Body>,
    /// For the answer as a whole, its body included.
    pub timeout: Duration,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
    /// The `Date` header: what the PBX takes the time to be.
    pub date: Option<Millis>,
}

impl HttpResponse {
    /// A 2xx status.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no (whole) answer. In each case the PBX may have received the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing, or not everything, came within the time.
    #[error("no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// No connection, or it broke before the whole answer had come.
    #[error("the connection failed: {0}")]
    Broken(String),
}
