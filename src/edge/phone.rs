//! The WebAssembly module of the telephone: `/mcp` and `/events`.
//!
//! The way in: origin, closed addresses, then who is calling, then the protocol.

mod day_cache;
mod events;
mod rpc;
mod wire;

use worker::{Context, Env, Headers, Result, event, web_sys};

use self::day_cache::KvDays;
use self::wire::{Head, read_head, respond};
use super::address::Address;
use super::body::read_announced;
use super::desk::Ways;
#[cfg(feature = "drill")]
use super::drill;
use super::isolate::Isolate;
use super::session_client;
use super::{clock, door, reply};
use crate::auth::{AuthRequest, Caller, Challenge, Decision, OAuth, authenticate, is_guess};
use crate::desk::Errand;
use crate::mcp;
use crate::server::Server;
use crate::settings::Access;

/// Live events.
const EVENTS: &str = "/events";

/// Every request that the entry sends here.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    #[cfg(feature = "drill")]
    if let Some(answer) = drill::in_worker(&Clone::clone(&request).into(), &env).await {
        return answer.map(Into::into);
    }
    let isolate = Isolate::of(&env);
    let lines = read_head(&request);
    let head = Head::of(&lines);
    let url = Address::of(head.url.to_owned());
    let visit = Visit {
        request: &request,
        head,
        url: &url,
        env: &env,
        isolate: &isolate,
    };
    let answer = match url.path() {
        "/mcp" | "/mcp/" | EVENTS => visit.endpoint().await,
        _ => reply::not_found().map(Into::into),
    };
    let response = match answer {
        Ok(response) => response,
        Err(error) => reply::failed(&error, &url)?.into(),
    };
    if url.is_https() {
        reply::https_only(&Headers(response.headers()))?;
    }
    session_client::flush_later(env, &context);
    Ok(response)
}

/// One request, and what it is answered with.
struct Visit<'a> {
    request: &'a web_sys::Request,
    head: Head<'a>,
    url: &'a Address,
    env: &'a Env,
    isolate: &'a Isolate,
}

impl Visit<'_> {
    /// Whatever needs a key.
    async fn endpoint(&self) -> Result<web_sys::Response> {
        let access = match &self.isolate.settings.access {
            Ok(access) => access,
            Err(fault) => return refusal(503, &format!("this server is set up wrong: {fault}")),
        };
        let Some(origin) = self.head.origin else {
            // The common case: a client that is no browser.
            return self.admitted(access).await;
        };
        let own = [Some(self.url.origin()), access.public_url.as_deref()];
        let own: Vec<&str> = own.into_iter().flatten().collect();
        if let Err(foreign) = access.origins.check(Some(origin), &own) {
            let message = format!("{foreign}; an administrator can list it in MCP_ALLOWED_ORIGINS");
            return refusal(403, &message);
        }
        let response = match self.head.method {
            "OPTIONS" => reply::empty(204)?.into(),
            _ => self.admitted(access).await?,
        };
        reply::allow_origin(&Headers(response.headers()), origin)?;
        Ok(response)
    }

    async fn admitted(&self, access: &Access) -> Result<web_sys::Response> {
        let isolate = self.isolate;
        if let Some(wait) = door::too_many(isolate, self.head.visitor) {
            return wait.refusal().map(Into::into);
        }
        let key = isolate.settings.oauth.as_ref().ok();
        let key = key.and_then(Option::as_ref);
        let site = key.and_then(|_| isolate.site(access, self.url));
        let asked = AuthRequest {
            host: self.url.host(),
            authorization: self.head.authorization,
            oauth: key.zip(site.as_deref()).map(|(key, site)| OAuth {
                key,
                site,
                now: clock::now(),
            }),
        };
        match authenticate(&access.auth, &asked) {
            Decision::Allow(caller) if self.url.path() == EVENTS => {
                self.events(&caller, asked.oauth).await
            }
            Decision::Allow(caller) => self.protocol(access, &caller, asked.oauth).await,
            Decision::NotConfigured => refusal(
                503,
                "nobody may use this server yet: an administrator must set MCP_API_KEYS (see README)",
            ),
            Decision::Challenge(challenge) => {
                if is_guess(&asked)
                    && let Some(wait) = door::failed(self.env, isolate, self.head.visitor).await
                {
                    return wait.refusal().map(Into::into);
                }
                let message = "a key is needed: send `Authorization: Bearer <key>`";
                challenged(refusal(challenge.status(), message)?, &challenge)
            }
        }
    }

    async fn protocol(
        &self,
        access: &Access,
        caller: &Caller,
        oauth: Option<OAuth<'_>>,
    ) -> Result<web_sys::Response> {
        let Self {
            head, isolate, env, ..
        } = *self;
        let body = match head.method {
            "POST" => {
                let announced = head.content_length.and_then(|length| length.parse().ok());
                match read_announced(self.request, announced, mcp::MAX_BODY_BYTES).await? {
                    Some(body) => body,
                    None => return reply::too_large(mcp::MAX_BODY_BYTES).map(Into::into),
                }
            }
            _ => Vec::new(),
        };

        let request = mcp::HttpRequest {
            method: head.method,
            content_type: head.content_type,
            accept: head.accept,
            protocol_version: head.protocol_version,
            mcp_method: head.mcp_method,
            mcp_name: head.mcp_name,
            body: &body,
        };
        let client = head.user_agent.unwrap_or_default();
        let public_url = access.public_url.as_deref().unwrap_or(self.url.origin());
        let mut answer = serve(env, isolate, caller, client, public_url, request).await;
        if let Some(listening) = answer.listening.take() {
            return self.listening(*listening, caller).await;
        }
        let needs = answer.needs.as_deref().zip(oauth);
        let challenge = needs.and_then(|(needs, oauth)| oauth.step_up(needs));
        let response = said(answer)?;
        match challenge {
            Some(challenge) => challenged(response, &challenge),
            None => Ok(response),
        }
    }
}

/// One request of the protocol, for a caller who is known; `client` is the program, in its own words.
async fn serve(
    env: &Env,
    isolate: &Isolate,
    caller: &Caller,
    client: &str,
    public_url: &str,
    request: mcp::HttpRequest<'_>,
) -> mcp::HttpResponse {
    let ways = Ways::of(env, isolate);
    let days = KvDays::of(env);
    let errand = Errand {
        client,
        ..Errand::default()
    };
    let server = Server::new(ways.desk(caller, errand, &days, public_url));
    mcp::serve(&server, request).await
}

/// What the protocol answered.
fn said(answer: mcp::HttpResponse) -> Result<web_sys::Response> {
    let response = match answer.body {
        Some(body) => reply::with_json(|headers| respond(answer.status, headers, &body))?,
        None => reply::empty(answer.status)?.into(),
    };
    if answer.allow_post {
        response.headers().set("allow", "POST")?;
    }
    Ok(response)
}

fn refusal(status: u16, message: &str) -> Result<web_sys::Response> {
    reply::refusal(status, message).map(Into::into)
}

fn challenged(response: web_sys::Response, challenge: &Challenge) -> Result<web_sys::Response> {
    let value = challenge.header_value();
    response.headers().set("www-authenticate", &value)?;
    Ok(response)
}
