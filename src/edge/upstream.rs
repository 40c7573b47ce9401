//! HTTP to the PBX: `fetch`, or the service binding `PBX` where one is bound.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, FutureExt, LocalBoxFuture, select};
use worker::wasm_bindgen::JsValue;
use worker::{
    AbortController, AbortSignal, Delay, Env, Fetch, Fetcher, Headers, Request, RequestInit,
    RequestRedirect, Response,
};

use crate::pbx::{Body, HttpRequest, HttpResponse, Method, Token, Transport, TransportError};
use crate::time::Millis;

/// Larger answers are cut off: no request of ours has one.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The way to the PBX.
pub(super) struct Upstream {
    base_url: String,
    tunnel: Option<Fetcher>,
}

impl Upstream {
    /// A way to `base_url`, through the binding `PBX` if there is one.
    pub(super) fn new(base_url: &str, env: &Env) -> Self {
        Self {
            base_url: base_url.to_owned(),
            tunnel: env.service("PBX").ok(),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let timeout = request.timeout;
        let abort = AbortController::default();
        let signal = abort.signal();
        let answer = async {
            let request = self.request(request)?;
            let response = match &self.tunnel {
                Some(tunnel) => tunnel.fetch_request(request).await,
                None => Fetch::Request(request).send_with_signal(&signal).await,
            };
            read(response.map_err(broken)?).await
        };
        if let Some(outcome) = within(answer, timeout).await {
            return outcome;
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
    ) -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set("upgrade", "websocket")?;
        headers.set("authorization", &format!("Bearer {}", token.value.expose()))?;
        let mut init = RequestInit::new();
        init.with_headers(headers);
        let request = Request::new_with_init(&format!("{}{path}", self.base_url), &init)?;
        match &self.tunnel {
            Some(tunnel) => tunnel.fetch_request(request).await,
            None => Fetch::Request(request).send_with_signal(signal).await,
        }
    }

    fn request(&self, request: HttpRequest) -> Result<Request, TransportError> {
        let headers = Headers::new();
        headers.set("accept", "application/json").map_err(broken)?;
        if let Some(bearer) = &request.bearer {
            let value = format!("Bearer {}", bearer.expose());
            headers.set("authorization", &value).map_err(broken)?;
        }
        let mut init = RequestInit::new();
        init.with_method(match request.method {
            Method::Get => worker::Method::Get,
            Method::Post => worker::Method::Post,
            Method::Patch => worker::Method::Patch,
        });
        // A redirect would lead to a sign-in page, or somewhere else with our token.
        init.with_redirect(RequestRedirect::Manual);
        if let Some(body) = request.body {
            let (kind, bytes) = match body {
                Body::Json(bytes) => ("application/json; charset=utf-8", bytes),
                Body::Form(form) => (
                    "application/x-www-form-urlencoded",
                    form.expose().clone().into_bytes(),
                ),
            };
            headers.set("content-type", kind).map_err(broken)?;
            let bytes = worker::js_sys::Uint8Array::from(bytes.as_slice());
            init.with_body(Some(JsValue::from(bytes)));
        }
        init.with_headers(headers);
        let url = format!("{}{}", self.base_url, request.path);
        Request::new_with_init(&url, &init).map_err(broken)
    }
}

impl Transport for Upstream {
    fn send(
        &self,
        request: HttpRequest,
    ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.exchange(request).boxed_local()
    }
}

async fn read(mut response: Response) -> Result<HttpResponse, TransportError> {
    let status = response.status_code();
    let date = response
        .headers()
        .get("date")
        .map_err(broken)?
        .and_then(|text| moment(&text));
    let body = response.bytes().await.map_err(broken)?;
    if body.len() > MAX_ANSWER_BYTES {
        return Err(TransportError::Broken(
            "the answer is larger than 32 MiB".to_owned(),
        ));
    }
    Ok(HttpResponse { status, body, date })
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
    let millis = worker::js_sys::Date::parse(text);
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
