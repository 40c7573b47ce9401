//! HTTP to the PBX: `fetch`, or the service binding `PBX` where one is bound; and to other services, always by
//! `fetch`.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, FutureExt, LocalBoxFuture, select};
use worker::js_sys::{Date, Uint8Array, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Headers, RequestInit, RequestRedirect, Response};
use worker::{AbortController, AbortSignal, Delay, Env};

use super::fetch::{Fetches, body, fetch};
use crate::auth::Secret;
use crate::pbx::{Body, HttpRequest, HttpResponse, Token, Transport, TransportError};
use crate::settings::Settings;
use crate::time::Millis;

/// Larger answers are cut off: no request of ours has one.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The way to the PBX, or to another service.
pub(super) struct Upstream<'a> {
    base_url: &'a str,
    /// Set where the way leads to the PBX, which may be behind a tunnel.
    env: Option<&'a Env>,
    /// `Authorization` of every request.
    authorization: Option<&'a Secret<String>>,
}

impl<'a> Upstream<'a> {
    /// A way to `base_url`, through the binding `PBX` if there is one.
    pub(super) fn new(base_url: &'a str, env: &'a Env) -> Self {
        Self {
            base_url,
            env: Some(env),
            authorization: None,
        }
    }

    /// A way to a service on the internet.
    pub(super) fn outside(base_url: &'a str, authorization: Option<&'a Secret<String>>) -> Self {
        Self {
            base_url,
            env: None,
            authorization,
        }
    }

    /// The way to the carrier of messages. Without a carrier nobody takes it.
    pub(super) fn carrier(settings: &'a Settings) -> Self {
        let messages = settings.messages.as_ref().ok();
        match messages.and_then(|messages| messages.twilio.as_ref()) {
            Some(twilio) => Self::outside(&twilio.base_url, Some(&twilio.authorization)),
            None => Self::outside("", None),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let timeout = request.timeout;
        let abort = AbortController::default();
        let signal = abort.signal();
        let answer = async {
            let init = init(&request, self.authorization)?;
            let response = self.fetch(&request.path, &init, &signal).await?;
            read(&response).await
        };
        if let Some(outcome) = within(answer, timeout).await {
            return outcome.map_err(broken);
        }
        // Dropping the future would leave the request running.
        abort.abort();
        Err(TransportError::Timeout(timeout))
    }

    /// Asks for a WebSocket at `path`.
    pub(super) async fn upgrade(
        &self,
        path: &str,
        token: &Token,
        signal: &AbortSignal,
    ) -> worker::Result<worker::Response> {
        let headers = Headers::new()?;
        headers.set("upgrade", "websocket")?;
        headers.set("authorization", &format!("Bearer {}", token.value.expose()))?;
        let init = RequestInit::new();
        init.set_headers(&headers);
        Ok(self.fetch(path, &init, signal).await?.into())
    }

    /// Opens a way of sound: what comes if there is no `body`, what goes if there is one.
    #[cfg(feature = "lobby")]
    pub(super) async fn sound(
        &self,
        path: &str,
        token: &Token,
        body: Option<&JsValue>,
        signal: &AbortSignal,
    ) -> worker::Result<Response> {
        let headers = Headers::new()?;
        headers.set("authorization", &format!("Bearer {}", token.value.expose()))?;
        let init = RequestInit::new();
        if let Some(body) = body {
            headers.set("content-type", "application/octet-stream")?;
            init.set_method("POST");
            init.set_body(body);
        }
        init.set_headers(&headers);
        self.fetch(path, &init, signal).await
    }

    async fn fetch(
        &self,
        path: &str,
        init: &RequestInit,
        signal: &AbortSignal,
    ) -> worker::Result<Response> {
        init.set_signal(Some(signal));
        let tunnel = self.env.and_then(|env| env.service("PBX").ok());
        let way: JsValue = tunnel.map_or_else(|| global().into(), Into::into);
        let address = format!("{}{path}", self.base_url);
        fetch(way.unchecked_ref::<Fetches>(), &address, init).await
    }
}

fn init(
    request: &HttpRequest,
    authorization: Option<&Secret<String>>,
) -> worker::Result<RequestInit> {
    let init = RequestInit::new();
    init.set_method(request.method.name());
    // A redirect would lead to a sign-in page, or somewhere else with our token.
    init.set_redirect(RequestRedirect::Manual);
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    if let Some(bearer) = &request.bearer {
        headers.set("authorization", &format!("Bearer {}", bearer.expose()))?;
    }
    if let Some(authorization) = authorization {
        headers.set("authorization", authorization.expose())?;
    }
    if let Some(body) = &request.body {
        let (kind, bytes) = match body {
            Body::Json(bytes) => ("application/json; charset=utf-8", bytes.as_slice()),
            Body::MyPhone { session, bytes } => {
                headers.set("myphonesession", session.expose())?;
                headers.set("accept", "application/octet-stream")?;
                ("application/octet-stream", bytes.as_slice())
            }
            Body::Form(form) => (
                "application/x-www-form-urlencoded",
                form.expose().as_bytes(),
            ),
        };
        headers.set("content-type", kind)?;
        init.set_body(&Uint8Array::from(bytes));
    }
    init.set_headers(&headers);
    Ok(init)
}

impl Transport for Upstream<'_> {
    fn send(
        &self,
        request: HttpRequest,
    ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.exchange(request).boxed_local()
    }
}

async fn read(response: &Response) -> worker::Result<HttpResponse> {
    let date = response.headers().get("date")?;
    let body = body(response).await?;
    if body.len() > MAX_ANSWER_BYTES {
        return Err("the answer is larger than 32 MiB".into());
    }
    Ok(HttpResponse {
        status: response.status(),
        body,
        date: date.and_then(|text| moment(&text)),
    })
}

/// The outcome, or `None` after `timeout`.
pub(super) async fn within<T>(work: impl Future<Output = T>, timeout: Duration) -> Option<T> {
    match select(pin!(work), Delay::from(timeout)).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(((), _)) => None,
    }
}

/// An HTTP date (RFC 9110 §5.6.7), by the runtime's own parser.
fn moment(text: &str) -> Option<Millis> {
    let millis = Date::parse(text);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a Date holds whole milliseconds"
    )]
    millis.is_finite().then_some(millis as Millis)
}

/// What the runtime said, without the address that it tends to repeat.
#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function in map_err"
)]
fn broken(error: worker::Error) -> TransportError {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    TransportError::Broken(text.chars().take(160).collect())
}
