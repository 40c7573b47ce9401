//! The WebAssembly module of the telephone: `/mcp`, and the object that holds the line to the PBX.
//!
//! The way into `/mcp`: origin, closed addresses, then who is calling, then the protocol.

mod day_cache;
#[cfg(feature = "drill")]
mod drill;
mod pbx_session;

use worker::{Context, Env, Method, Request, Response, Result, event};

use self::day_cache::KvDays;
use super::address::Address;
use super::body::read_body;
use super::isolate::Isolate;
use super::session_client::{self, SessionClient};
use super::upstream::Upstream;
use super::{clock, door, reply};
use crate::auth::{AuthRequest, Caller, Challenge, Decision, OAuth, authenticate, is_guess};
use crate::desk::{Archive, Desk, Errand};
use crate::mcp;
use crate::pbx::Pbx;
use crate::server::Server;
use crate::settings::Access;

/// Every request that the entry sends here.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    #[cfg(feature = "drill")]
    if let Some(answer) = drill::in_worker(&request, &env).await {
        return answer;
    }
    let isolate = Isolate::of(&env);
    let url = Address::of(request.inner().url());
    let response = match url.path() {
        "/mcp" | "/mcp/" => endpoint(request, &url, &env, &isolate).await,
        _ => reply::not_found(),
    };
    let response = reply::finished(response, &url);
    session_client::flush_later(env, &context);
    response
}

/// `/mcp`.
async fn endpoint(
    request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    let access = match &isolate.settings.access {
        Ok(access) => access,
        Err(fault) => return reply::refusal(503, &format!("this server is set up wrong: {fault}")),
    };
    let origin = request.headers().get("origin")?;
    if let Err(refused) = check_origin(access, origin.as_deref(), url) {
        return refused;
    }
    let mut response = if request.method() == Method::Options && origin.is_some() {
        reply::empty(204)?
    } else {
        admitted(request, url, env, isolate, access).await?
    };
    if let Some(origin) = origin {
        reply::allow_origin(response.headers_mut(), &origin)?;
    }
    Ok(response)
}

fn check_origin(
    access: &Access,
    origin: Option<&str>,
    url: &Address,
) -> std::result::Result<(), Result<Response>> {
    // The common case: a client that is no browser.
    if origin.is_none() {
        return Ok(());
    }
    let own: Vec<&str> = [Some(url.origin()), access.public_url.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    access.origins.check(origin, &own).map_err(|refusal| {
        reply::refusal(
            403,
            &format!("{refusal}; an administrator can list it in MCP_ALLOWED_ORIGINS"),
        )
    })
}

async fn admitted(
    request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
    access: &Access,
) -> Result<Response> {
    if let Some(wait) = door::too_many(isolate, request.headers())? {
        return wait.refusal();
    }
    let authorization = request.headers().get("authorization")?;
    let key = isolate
        .settings
        .oauth
        .as_ref()
        .ok()
        .and_then(Option::as_ref);
    let site = key.and_then(|_| isolate.site(access, url));
    let asked = AuthRequest {
        host: url.host(),
        authorization: authorization.as_deref(),
        oauth: key.zip(site.as_deref()).map(|(key, site)| OAuth {
            key,
            site,
            now: clock::now(),
        }),
    };
    match authenticate(&access.auth, &asked) {
        Decision::Allow(caller) => {
            protocol(request, url, env, isolate, access, &caller, asked.oauth).await
        }
        Decision::NotConfigured => reply::refusal(
            503,
            "nobody may use this server yet: an administrator must set MCP_API_KEYS (see README)",
        ),
        Decision::Challenge(challenge) => {
            if is_guess(&asked)
                && let Some(wait) = door::failed(env, isolate, request.headers()).await?
            {
                return wait.refusal();
            }
            let message = "a key is needed: send `Authorization: Bearer <key>`";
            challenged(reply::refusal(challenge.status(), message)?, &challenge)
        }
    }
}

fn challenged(mut response: Response, challenge: &Challenge) -> Result<Response> {
    let value = challenge.header_value();
    response.headers_mut().set("www-authenticate", &value)?;
    Ok(response)
}

async fn protocol(
    mut request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
    access: &Access,
    caller: &Caller,
    oauth: Option<OAuth<'_>>,
) -> Result<Response> {
    let method = request.method().to_string();
    let headers = request.headers();
    let header = |name: &str| headers.get(name);
    let content_type = header("content-type")?;
    let accept = header("accept")?;
    let protocol_version = header("mcp-protocol-version")?;
    let mcp_method = header("mcp-method")?;
    let mcp_name = header("mcp-name")?;
    let program = header("user-agent")?;
    let Some(body) = read_body(&mut request, mcp::MAX_BODY_BYTES).await? else {
        return reply::too_large(mcp::MAX_BODY_BYTES);
    };

    let session = SessionClient::new(env, isolate);
    let days = KvDays::of(env);
    let upstream = match &isolate.settings.pbx {
        Ok(Some(pbx)) => Ok(Upstream::new(&pbx.base_url, env)),
        Ok(None) => Err("there is no PBX to drive: PBX_FQDN is not set".to_owned()),
        Err(fault) => Err(format!("the PBX is set up wrong: {fault}")),
    };
    let server = Server::new(Desk {
        pbx: upstream
            .as_ref()
            .map(|upstream| Pbx::new(upstream, &session))
            .map_err(Clone::clone),
        memory: &isolate.memory,
        session: &session,
        archive: Archive {
            days: &days,
            recent: &isolate.history,
        },
        settings: &isolate.settings,
        caller,
        errand: Errand {
            client: program.as_deref().unwrap_or_default(),
            ..Errand::default()
        },
        intent: None,
        public_url: access.public_url.as_deref().unwrap_or(url.origin()),
        now: clock::now(),
        clock: clock::now,
    });
    let answer = mcp::serve(
        &server,
        mcp::HttpRequest {
            method: &method,
            content_type: content_type.as_deref(),
            accept: accept.as_deref(),
            protocol_version: protocol_version.as_deref(),
            mcp_method: mcp_method.as_deref(),
            mcp_name: mcp_name.as_deref(),
            body: &body,
        },
    )
    .await;
    let needs = answer.needs.as_deref().zip(oauth);
    let challenge = needs.and_then(|(needs, oauth)| oauth.step_up(needs));
    let response = reply::mcp(answer)?;
    match challenge {
        Some(challenge) => challenged(response, &challenge),
        None => Ok(response),
    }
}
