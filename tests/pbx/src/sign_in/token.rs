//! `POST /connect/token`: client credentials, and refresh tokens of web-client users.
//!
//! Source: 3CX page "configuration-rest-api-endpoints"; field reports for the web client.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::settings::{ExpiresIn, Settings};
use crate::shared::Shared;
use crate::world::World;

use super::form;
use super::jwt::opaque;
use super::refuse::bearer;
use super::{Session, Subject};

/// Name of the cookie that holds a person's refresh token.
const REFRESH_COOKIE: &str = "RefreshTokenCookie";

/// Handles a token request.
pub(crate) async fn post(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let content_type = text(&headers, header::CONTENT_TYPE.as_str());
    shared.with(|world| {
        world.counters.token_requests += 1;
        let Some(fields) = form::fields(content_type, &body) else {
            return bad_request();
        };
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        match field("grant_type") {
            "client_credentials" => {
                client_credentials(world, field("client_id"), field("client_secret"))
            }
            "refresh_token" => refresh(world, &headers, field("client_id"), field("impersonate")),
            "password" if world.settings.password_grant => {
                password(world, field("username"), field("password"))
            }
            _ => bad_request(),
        }
    })
}

fn client_credentials(world: &mut World, id: &str, secret: &str) -> Response {
    let known = |client: &&super::ApiClient| client.id == id && client.secret == secret;
    if !world.clients.iter().any(|client| known(&client)) {
        world.note_failed_sign_in();
        return unauthorized(&world.settings);
    }
    let session = world.mint(Subject::Client(id.to_owned()), None);
    axum::Json(token_json(&world.settings, &session)).into_response()
}

fn password(world: &mut World, number: &str, password: &str) -> Response {
    let known = |login: &super::Login| login.number == number && login.password == password;
    if !world.logins.iter().any(known) {
        world.note_failed_sign_in();
        return unauthorized(&world.settings);
    }
    let session = world.mint(Subject::User(number.to_owned()), None);
    axum::Json(token_json(&world.settings, &session)).into_response()
}

/// A person's refresh token comes as a cookie; an Authorization header spoils the request.
fn refresh(world: &mut World, headers: &HeaderMap, client: &str, impersonate: &str) -> Response {
    let cookie = refresh_cookie(headers);
    let known = |session: &&Session| session.refresh_token == cookie && cookie.is_some();
    let owner = world
        .sessions
        .iter()
        .find(known)
        .map(|session| session.subject.clone());
    let (Some(Subject::User(number)), false, true) = (
        owner,
        bearer(headers).is_some() || headers.contains_key(header::AUTHORIZATION),
        client.eq_ignore_ascii_case("webclient"),
    ) else {
        world.note_failed_sign_in();
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if !impersonate.is_empty() {
        return impersonated(world, &number, impersonate);
    }
    world
        .sessions
        .retain(|session| session.refresh_token != cookie);
    let session = world.mint(Subject::User(number), Some(opaque(32)));
    with_cookie(
        axum::Json(token_json(&world.settings, &session)).into_response(),
        &session,
    )
}

/// An administrator acts as somebody else, never as himself.
fn impersonated(world: &mut World, admin: &str, other: &str) -> Response {
    let role = |number: &str| {
        let login = world.logins.iter().find(|login| login.number == number);
        login.map(|login| login.role.clone())
    };
    let is_admin = matches!(
        role(admin).as_deref(),
        Some("system_owners" | "system_admins")
    );
    if admin == other || !is_admin || role(other).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let session = world.mint(Subject::User(other.to_owned()), None);
    axum::Json(token_json(&world.settings, &session)).into_response()
}

/// The token document, in the unit that the settings name.
pub(super) fn token_json(settings: &Settings, session: &Session) -> Value {
    let expires_in = match settings.expires_in {
        ExpiresIn::Seconds => settings.token_lifetime_s,
        ExpiresIn::Minutes => settings.token_lifetime_s.div_ceil(60),
    };
    json!({
        "token_type": "Bearer",
        "expires_in": expires_in,
        "access_token": session.access_token,
        "refresh_token": session.refresh_token,
    })
}

/// Adds the refresh token as the cookie that scripts cannot read.
pub(super) fn with_cookie(mut response: Response, session: &Session) -> Response {
    let token = session.refresh_token.as_deref().unwrap_or_default();
    let cookie = format!("{REFRESH_COOKIE}={token}; Path=/; HttpOnly; Secure; SameSite=Strict");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

pub(super) fn refresh_cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = text(headers, header::COOKIE.as_str());
    let named = |cookie: &str| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == REFRESH_COOKIE && !value.is_empty()).then(|| value.to_owned())
    };
    cookies.split(';').find_map(named)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// 400 with nothing in it: what the real PBX says to grants it does not know.
fn bad_request() -> Response {
    (StatusCode::BAD_REQUEST, Body::empty()).into_response()
}

fn unauthorized(settings: &Settings) -> Response {
    if !settings.unauthorized_body {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body = json!({
        "error": "unauthorized",
        "error_description": "The request requires valid user authentication.",
    });
    (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response()
}
