//! The web client's own sign-in and sign-out, undocumented by 3CX.
//!
//! Shapes as in captures published by third parties: wrong password 401, second factor missing
//! 200 with `Required2FA` and no token, success with the token and an HttpOnly cookie.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::shared::Shared;

use super::Subject;
use super::jwt::opaque;
use super::token::{refresh_cookie, token_json, with_cookie};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoginRequest {
    username: String,
    password: String,
    #[serde(default)]
    security_code: Option<String>,
}

/// `POST /webclient/api/Login/GetAccessToken`.
pub(crate) async fn login(State(shared): State<Shared>, body: String) -> Response {
    shared.with(|world| {
        if !world.settings.web_client_login {
            return StatusCode::NOT_FOUND.into_response();
        }
        let Ok(request) = serde_json::from_str::<LoginRequest>(&body) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let login = world
            .logins
            .iter()
            .find(|login| login.number == request.username);
        let Some(login) = login.filter(|login| login.password == request.password) else {
            world.note_failed_sign_in();
            return StatusCode::UNAUTHORIZED.into_response();
        };
        let code = request.security_code.unwrap_or_default();
        match &login.security_code {
            Some(_) if code.is_empty() => {
                let body = json!({ "Status": "Required2FA", "Token": null, "TwoFactorAuth": null });
                return axum::Json(body).into_response();
            }
            Some(expected) if *expected != code => {
                world.note_failed_sign_in();
                return StatusCode::UNAUTHORIZED.into_response();
            }
            _ => {}
        }
        let subject = Subject::User(request.username);
        let session = world.mint(subject, Some(opaque(32)));
        let token = token_json(&world.settings, &session);
        let body = json!({ "Status": "AuthSuccess", "Token": token, "TwoFactorAuth": null });
        with_cookie(axum::Json(body).into_response(), &session)
    })
}

/// `POST /webclient/api/Logout`: the session of the cookie ends.
pub(crate) async fn logout(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let cookie = refresh_cookie(&headers);
    shared.with(|world| {
        if !world.settings.web_client_login {
            return StatusCode::NOT_FOUND.into_response();
        }
        let keep = |session: &super::Session| cookie.is_none() || session.refresh_token != cookie;
        world.sessions.retain(keep);
        StatusCode::OK.into_response()
    })
}
