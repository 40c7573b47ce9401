//! The routes of OAuth: HTTP to the core and back. Decisions are made in `auth::oauth`.
//!
//! Documents, `/token`, `/revoke` and `/register` may be read by any web page: they know no cookies, and
//! what they answer belongs to whoever holds the code or token. `/authorize` is for people only.
//!
//! Not here: how often somebody may be wrong (`door`), and who a token lets in (`auth::authenticate`).

use std::rc::Rc;

use serde_json::{Value, json};
use worker::{Env, Headers, Method, Request, Response, Result};

use super::client_document;
use crate::auth::Origin;
use crate::auth::oauth::{
    self, Answer, Asked, Client, ClientId, Command, Form, NotAClient, Refusal, SigningKey, Site,
    TokenError, Trouble,
};
use crate::edge::address::Address;
use crate::edge::body::read_body;
use crate::edge::door::{self, Wait};
use crate::edge::isolate::Isolate;
use crate::edge::session_client::exchange;
use crate::edge::{clock, log, reply};
use crate::json;
use crate::pages::{CONTENT_SECURITY_POLICY, Language, consent_page, problem_page};
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

    /// `GET /authorize`: the page that asks a person.
    async fn ask(&self, request: &Request) -> Result<Response> {
        let query = Form::parse(self.url.query().as_bytes());
        let accepted = request.headers().get("accept-language")?;
        let language = Language::choose(query.first("ui_locales"), accepted.as_deref());
        let client = match self.client(&query).await? {
            Ok(client) => client,
            Err(problem) => return page(400, &problem_page(language, Some(&problem))),
        };
        match oauth::consider(&self.site, &client, &query) {
            Ok(asked) => {
                let sealed = asked.seal(self.key, clock::now());
                page(
                    200,
                    &consent_page(language, &asked, &sealed, Some(&query), None),
                )
            }
            Err(Refusal::Show(problem)) => page(400, &problem_page(language, Some(&problem))),
            Err(Refusal::Redirect(location)) => redirect(&location),
        }
    }

    /// The client that a request names, or what is wrong with it.
    async fn client(&self, query: &Form) -> Result<std::result::Result<Client, String>> {
        let Some(id) = query.first("client_id").filter(|id| !id.is_empty()) else {
            return Ok(Err("client_id is missing".to_owned()));
        };
        Ok(match ClientId::read(&self.site, id) {
            Err(NotAClient { problem, .. }) => Err(problem),
            Ok(ClientId::Registered) => {
                Client::of_record(id, &self.store(&Command::client(id)).await?).ok_or_else(|| {
                    "this client_id is not known here: the client must register again".to_owned()
                })
            }
            Ok(ClientId::Document { host }) => match client_document::fetch(id).await {
                None => Err("the client's document could not be read at its client_id".to_owned()),
                Some(document) => Client::from_document(id, &host, &document)
                    .map_err(|NotAClient { problem, .. }| problem),
            },
        })
    }

    /// `POST /authorize`: what the person said.
    async fn decide(&self, headers: &Headers, form: &Form) -> Result<Response> {
        let language = Language::choose(form.first("language"), None);
        if !is_own_page(headers, &[self.site.issuer(), self.url.origin()])? {
            let problem = "this answer was not sent from this server's own page";
            return page(403, &problem_page(language, Some(problem)));
        }
        let sealed = form.first("request").unwrap_or_default();
        let Some(asked) = Asked::open(self.key, &self.site, clock::now(), sealed) else {
            return page(400, &problem_page(language, None));
        };
        let keys = &self.access.auth.keys;
        match asked.answered(&self.site, keys, form, &random()?) {
            Answer::Denied { location } => redirect(&location),
            Answer::Again(trouble) => {
                if trouble == Trouble::WrongKey
                    && let Some(wait) = self.failed(headers).await?
                {
                    return Self::shut(Route::Authorize, &wait);
                }
                log::info("sign_in_refused", json!({ "why": format!("{trouble:?}") }));
                page(
                    403,
                    &consent_page(language, &asked, sealed, None, Some((trouble, form))),
                )
            }
            Answer::Granted(consent) => {
                let (location, told) = (consent.location.clone(), consent.told());
                self.store(&Command::keep(consent)).await?;
                log::info("access_granted", told);
                redirect(&location)
            }
        }
    }

    /// `POST /token`.
    async fn token(&self, headers: &Headers, form: &Form) -> Result<Response> {
        let random = [random()?, random()?];
        let [first, second] = &random;
        let exchange = match oauth::exchange(&self.site, self.key, form, [first, second]) {
            Ok(exchange) => exchange,
            Err(error) => return self.refused(headers, error, true).await,
        };
        let stored = self.store(&exchange.command).await?;
        let keys = &self.access.auth.keys;
        match oauth::issue(&exchange, &stored, self.key, keys, clock::now()) {
            Ok(tokens) => reply::json(200, &tokens),
            Err((error, revoke)) => {
                if let Some(revoke) = revoke {
                    self.store(&revoke).await?;
                }
                // A refresh token got here only if we made it: it has ended, and is no guess.
                let is_code = form.first("grant_type") == Some("authorization_code");
                self.refused(headers, error, is_code).await
            }
        }
    }

    /// Somebody was wrong; if that closes their address, for how long.
    async fn failed(&self, headers: &Headers) -> Result<Option<Wait>> {
        let address = door::address(headers)?;
        Ok(door::failed(self.env, self.isolate, address.as_deref()).await)
    }

    /// A token request that is refused; a guess, if what it brought was wrong and could be one.
    async fn refused(
        &self,
        headers: &Headers,
        error: TokenError,
        may_be_guess: bool,
    ) -> Result<Response> {
        if may_be_guess
            && error.error == "invalid_grant"
            && let Some(wait) = self.failed(headers).await?
        {
            return Self::shut(Route::Token, &wait);
        }
        log::info(
            "token_refused",
            json!({ "error": error.error, "why": error.description }),
        );
        reply::json(error.status(), &error.body())
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

    /// `POST /revoke`: also for what is not ours the answer is that it is no longer good.
    async fn revoke(&self, form: &Form) -> Result<Response> {
        if let Some(command) = oauth::revocation(self.key, form) {
            self.store(&command).await?;
        }
        reply::json(200, &json!({}))
    }

    /// `POST /register`.
    async fn register(&self, body: &[u8]) -> Result<Response> {
        match Client::from_registration(body, &random()?) {
            Ok(client) => {
                self.store(&Command::register(&client)).await?;
                reply::json(201, &client.registration(clock::now().div_euclid(1000)))
            }
            Err(NotAClient { code, problem }) => failure(400, code, &problem),
        }
    }

    async fn store(&self, command: &Command) -> Result<Value> {
        let answer = exchange(self.env, BINDING, NAME, &command.to_bytes()).await?;
        Ok(json::any(&answer)?)
    }
}

/// Whether a form comes from a page of this server. Browsers say so; nobody else fills it in.
pub(super) fn is_own_page(headers: &Headers, own: &[&str]) -> Result<bool> {
    let from = headers
        .get("origin")?
        .and_then(|origin| Origin::parse(&origin).ok());
    let is_own = from.is_some_and(|from| {
        own.iter()
            .any(|own| Origin::parse(own).is_ok_and(|own| own == from))
    });
    let site = headers.get("sec-fetch-site")?;
    Ok(is_own && matches!(site.as_deref(), None | Some("same-origin")))
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

fn page(status: u16, html: &str) -> Result<Response> {
    reply::page(status, html.to_owned())
}

fn redirect(location: &str) -> Result<Response> {
    // 303: whatever came here by POST goes on by GET, and leaves its body behind.
    let mut response = reply::empty(303)?;
    response.headers_mut().set("location", location)?;
    Ok(response)
}
