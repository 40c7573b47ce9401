//! The routes of OAuth: HTTP to the core and back. Decisions are made in `auth::oauth`.
//!
//! Documents, `/token`, `/revoke` and `/register` may be read by any web page: they know no cookies, and
//! what they answer belongs to whoever holds the code or token. `/authorize` is for people only.
//!
//! Not here: the answers, to people (`authorize`) and to programs (`token`); how often somebody may be
//! wrong (`door`), and who a token lets in (`auth::authenticate`).

mod authorize;
mod token;

use std::rc::Rc;

use serde_json::{Value, json};
use worker::{Env, Headers, Method, Request, Response, Result};

use crate::auth::oauth::{self, Command, Form, SigningKey, Site};
use crate::edge::address::Address;
use crate::edge::body::read_body;
use crate::edge::door::{self, Wait};
use crate::edge::isolate::Isolate;
use crate::edge::object::exchange;
use crate::edge::reply;
use crate::json;
use crate::pages::CONTENT_SECURITY_POLICY;
use crate::settings::Access;

/// Binding of the object that keeps codes and grants.
const BINDING: &str = "AUTH_STORE";
/// There is one.
const NAME: &str = "auth";
/// Forms and registrations are far below.
const MOST_BYTES: usize = 32 * 1024;

/// Every answer carries these; on what is no page they do no harm.
const HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    // Not `no-referrer`: browsers would hide from our own form where it comes from.
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// A route of OAuth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    ProtectedResource,
    AuthorizationServer,
    Authorize,
    Token,
    Revoke,
    Register,
}

impl Route {
    /// The route at a path, if it is one of these.
    pub(super) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/.well-known/oauth-protected-resource"
            | "/.well-known/oauth-protected-resource/mcp" => Self::ProtectedResource,
            "/.well-known/oauth-authorization-server" => Self::AuthorizationServer,
            "/authorize" => Self::Authorize,
            "/token" => Self::Token,
            "/revoke" => Self::Revoke,
            "/register" => Self::Register,
            _ => return None,
        })
    }

    const fn methods(self) -> &'static str {
        match self {
            Self::ProtectedResource | Self::AuthorizationServer => "GET, OPTIONS",
            Self::Authorize => "GET, POST",
            Self::Token | Self::Revoke | Self::Register => "POST, OPTIONS",
        }
    }
}

/// What a request is answered with.
struct Desk<'a> {
    key: &'a SigningKey,
    access: &'a Access,
    site: Rc<Site>,
    url: &'a Address,
    env: &'a Env,
    isolate: &'a Isolate,
}

/// Answers a request.
pub(super) async fn answer(
    route: Route,
    request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    let mut response = match desk(url, env, isolate) {
        Ok(desk) => desk.answer(route, request).await?,
        Err(refused) => refused?,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.set(name, value)?;
    }
    if route != Route::Authorize {
        reply::open_to_all(headers, route.methods())?;
    }
    Ok(response)
}

/// Everything that is needed, or the answer that says what is missing.
fn desk<'a>(
    url: &'a Address,
    env: &'a Env,
    isolate: &'a Isolate,
) -> std::result::Result<Desk<'a>, Result<Response>> {
    let settings = &isolate.settings;
    let (access, key) = match (&settings.access, &settings.oauth) {
        (Err(fault), _) | (_, Err(fault)) => {
            return Err(failure(
                503,
                "server_error",
                &format!("this server is set up wrong: {fault}"),
            ));
        }
        (Ok(access), Ok(key)) => (access, key),
    };
    let off = |problem| Err(failure(404, "not_found", problem));
    let Some(key) = key else {
        return off("OAuth is not set up here: an administrator must set OAUTH_SIGNING_KEY");
    };
    let Some(site) = isolate.site(access, url) else {
        return off("OAuth needs https");
    };
    Ok(Desk {
        key,
        access,
        site,
        url,
        env,
        isolate,
    })
}

impl Desk<'_> {
    async fn answer(&self, route: Route, request: Request) -> Result<Response> {
        let is_document = matches!(route, Route::ProtectedResource | Route::AuthorizationServer);
        if !is_document
            && request.method() != Method::Options
            && let Some(wait) =
                door::too_many(self.isolate, door::address(request.headers())?.as_deref())
        {
            return Self::shut(route, &wait);
        }
        match (route, request.method()) {
            (Route::ProtectedResource, Method::Get) => {
                reply::json_text(200, oauth::protected_resource(&self.site))
            }
            (Route::AuthorizationServer, Method::Get) => {
                reply::json_text(200, oauth::authorization_server(&self.site))
            }
            (Route::Authorize, Method::Get) => self.ask(&request).await,
            (_, Method::Options) if route != Route::Authorize => reply::empty(204),
            (_, Method::Post) if route.methods().contains("POST") => {
                self.posted(route, request).await
            }
            _ => {
                let mut response =
                    failure(405, "invalid_request", "this method does not fit here")?;
                response.headers_mut().set("allow", route.methods())?;
                Ok(response)
            }
        }
    }

    async fn posted(&self, route: Route, mut request: Request) -> Result<Response> {
        let kind = request.headers().get("content-type")?.unwrap_or_default();
        let expected = match route {
            Route::Register => "application/json",
            _ => "application/x-www-form-urlencoded",
        };
        if !kind.to_ascii_lowercase().starts_with(expected) {
            return failure(415, "invalid_request", &format!("send {expected}"));
        }
        let Some(body) = read_body(&mut request, MOST_BYTES).await? else {
            return failure(413, "invalid_request", "the body is too large");
        };
        match route {
            Route::Register => self.register(&body).await,
            Route::Authorize => self.decide(request.headers(), &Form::parse(&body)).await,
            Route::Token => self.token(request.headers(), &Form::parse(&body)).await,
            _ => self.revoke(&Form::parse(&body)).await,
        }
    }

    /// Somebody was wrong; if that closes their address, for how long.
    async fn failed(&self, headers: &Headers) -> Result<Option<Wait>> {
        let address = door::address(headers)?;
        Ok(door::failed(self.env, self.isolate, address.as_deref()).await)
    }

    /// The address is closed.
    fn shut(route: Route, wait: &Wait) -> Result<Response> {
        if route == Route::Authorize {
            return wait.page();
        }
        let mut response = failure(429, "temporarily_unavailable", &wait.message())?;
        response.headers_mut().set("retry-after", &wait.seconds())?;
        Ok(response)
    }

    async fn store(&self, command: &Command) -> Result<Value> {
        let answer = exchange(self.env, BINDING, NAME, &command.to_bytes()).await?;
        Ok(json::any(&answer)?)
    }
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| worker::Error::from(error.to_string()))?;
    Ok(bytes)
}

fn failure(status: u16, error: &str, description: &str) -> Result<Response> {
    reply::json(
        status,
        &json!({ "error": error, "error_description": description }),
    )
}
