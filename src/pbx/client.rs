//! The way of every request to the PBX: a token, the exchange, one renewal after a 401.
//!
//! Two kinds of requests: *reads*, whose failure is a failure; and *actions*, after whose failure
//! nobody knows what happened ([`PbxError::OutcomeUnknown`]) unless the PBX said so with a status.

use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::PbxError;
use super::sign_in::SignInError;
use super::token::Token;
use super::transport::{Body, HttpRequest, HttpResponse, Method, Transport, TransportError};
use crate::json;
use crate::time::Millis;

/// For a read: 3CX answers these in well under a second when it is healthy.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Hands out the one token of the PBX.
pub trait TokenSource {
    /// A token that works.
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>>;

    /// Another token than `refused`, which the PBX answered with 401.
    fn replace<'a>(&'a self, refused: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>>;

    /// Who signs in, for messages: a client id or user name.
    fn client(&self) -> &str;
}

/// The PBX, reached through the ports.
#[derive(Clone, Copy)]
pub struct Pbx<'a> {
    transport: &'a dyn Transport,
    tokens: &'a dyn TokenSource,
}

impl<'a> Pbx<'a> {
    /// A PBX behind these ports.
    pub fn new(transport: &'a dyn Transport, tokens: &'a dyn TokenSource) -> Self {
        Self { transport, tokens }
    }

    /// Reads `path` as JSON.
    pub(super) async fn read<T: DeserializeOwned>(&self, path: String) -> Result<T, PbxError> {
        read_answer(&self.get(path, READ_TIMEOUT).await?)
    }

    /// The same with the time at which the PBX says it answered.
    pub(super) async fn read_dated<T: DeserializeOwned>(
        &self,
        path: String,
    ) -> Result<(T, Option<Millis>), PbxError> {
        let response = self.get(path, READ_TIMEOUT).await?;
        Ok((read_answer(&response)?, response.date))
    }

    /// Reads `path` with more, or less, patience. Boxed, because reading waits in the same way whatever
    /// the type.
    pub(super) fn get(
        &self,
        path: String,
        timeout: Duration,
    ) -> LocalBoxFuture<'a, Result<HttpResponse, PbxError>> {
        let pbx = *self;
        async move {
            let request = HttpRequest {
                method: Method::Get,
                path,
                bearer: None,
                body: None,
                timeout,
            };
            let response = pbx.authorized(&request, PbxError::Unreachable).await?;
            if response.is_success() {
                Ok(response)
            } else {
                Err(refusal(&response, &request))
            }
        }
        .boxed_local()
    }

    /// Posts an action once. Only a 401 is repeated: it certainly did nothing.
    pub(super) async fn act(
        &self,
        path: String,
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<HttpResponse, PbxError> {
        self.send_once(Method::Post, path, body, timeout).await
    }

    /// Changes a setting, once.
    pub(super) async fn change(&self, path: String, body: Vec<u8>) -> Result<(), PbxError> {
        self.send_once(Method::Patch, path, body, READ_TIMEOUT)
            .await
            .map(|_| ())
    }

    async fn send_once(
        &self,
        method: Method,
        path: String,
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<HttpResponse, PbxError> {
        let request = HttpRequest {
            method,
            path,
            bearer: None,
            body: Some(Body::Json(body)),
            timeout,
        };
        let unclear = |error: TransportError| PbxError::OutcomeUnknown(error.to_string());
        let response = self.authorized(&request, unclear).await?;
        match response.status {
            200..=299 => Ok(response),
            // Said by a proxy in between, or by a server that stopped waiting: it may be under way.
            300..=499 if !matches!(response.status, 408 | 499) => Err(refusal(&response, &request)),
            status => Err(PbxError::OutcomeUnknown(format!("it answered {status}"))),
        }
    }

    /// Sends a request that needs no token, once.
    pub(super) async fn once(&self, request: HttpRequest) -> Result<HttpResponse, PbxError> {
        let lost = |error: TransportError| PbxError::OutcomeUnknown(error.to_string());
        self.transport.send(request).await.map_err(lost)
    }

    /// Sends with a token; after a 401 once more with another one.
    fn authorized<'b>(
        &'b self,
        request: &'b HttpRequest,
        lost: fn(TransportError) -> PbxError,
    ) -> LocalBoxFuture<'b, Result<HttpResponse, PbxError>> {
        let with = |token: &Token| HttpRequest {
            bearer: Some(token.value.clone()),
            ..request.clone()
        };
        async move {
            let token = self.tokens.token().await?;
            let response = self.transport.send(with(&token)).await.map_err(lost)?;
            if response.status != 401 {
                return Ok(response);
            }
            let token = self.tokens.replace(&token).await?;
            let response = self.transport.send(with(&token)).await.map_err(lost)?;
            if response.status == 401 {
                return Err(PbxError::TokenRefused {
                    client: self.tokens.client().to_owned(),
                });
            }
            Ok(response)
        }
        .boxed_local()
    }
}

/// What a status other than 2xx means.
fn refusal(response: &HttpResponse, request: &HttpRequest) -> PbxError {
    let message = complaint(&response.body);
    let path = request.path.split('?').next().unwrap_or_default();
    match response.status {
        300..=399 => PbxError::Garbled(format!("a redirect ({})", response.status)),
        403 => PbxError::Forbidden {
            what: format!("{} {path}", request.method.name()),
        },
        404 => PbxError::NotFound {
            what: path.to_owned(),
        },
        422 => PbxError::Unprocessable { message },
        424 => PbxError::NoDevice { message },
        status @ 500.. => PbxError::Failed { status, message },
        status => PbxError::Rejected { status, message },
    }
}

#[derive(Deserialize)]
struct ODataError {
    error: ODataErrorBody,
}

#[derive(Deserialize)]
struct ODataErrorBody {
    message: Option<String>,
}

#[derive(Deserialize)]
struct ActionError {
    reasontext: Option<String>,
    reason: Option<String>,
}

/// The PBX's own words: OData's `error.message`, or Call Control's `reasontext`.
fn complaint(body: &[u8]) -> String {
    let from_odata = || {
        json::read::<ODataError>(body)
            .ok()
            .and_then(|body| body.error.message)
    };
    let from_action = || {
        json::read::<ActionError>(body)
            .ok()
            .and_then(|body| body.reasontext.or(body.reason))
    };
    from_odata()
        .or_else(from_action)
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}

/// What came instead of the JSON that the API sends.
fn garbled(response: &HttpResponse, error: &json::Error) -> PbxError {
    let begins_with_tag = response
        .body
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        == Some(&b'<');
    PbxError::Garbled(
        match (response.body.is_empty(), begins_with_tag, error.is_eof()) {
            (true, _, _) => format!("an empty answer ({})", response.status),
            (_, true, _) => format!("an HTML page ({})", response.status),
            (_, _, true) => "an answer that ends in the middle".to_owned(),
            _ => format!("JSON of another shape ({error})"),
        },
    )
}

/// Reads the answer of a read.
pub(super) fn read_answer<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, PbxError> {
    json::read(&response.body).map_err(|error| garbled(response, &error))
}

/// Reads the answer of an action that was carried out; an unreadable one leaves it unclear.
pub(super) fn read_outcome<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, PbxError> {
    json::read(&response.body).map_err(|error| {
        PbxError::OutcomeUnknown(format!(
            "it answered with {}",
            match garbled(response, &error) {
                PbxError::Garbled(what) => what,
                other => other.to_string(),
            }
        ))
    })
}
