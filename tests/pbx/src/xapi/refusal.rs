//! How XAPI says no: OData's error document, or an empty body.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::sign_in::Denial;

/// Why a request was turned away.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Token or role.
    Auth(Denial),
    /// No such path.
    NotFound,
    /// The path is right, the key is not.
    NoSuchEntity,
    /// The path is right, the method is not.
    MethodNotAllowed,
    /// A query option that cannot be understood, with what is wrong.
    Query(String),
    /// A body that cannot be understood.
    Body(String),
    /// 500 with nothing in it: what reports say to values they do not like.
    Silent500,
    /// A status with nothing in it.
    Bare(u16),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Auth(denial) => return denial.into_response(),
            Self::NotFound => return StatusCode::NOT_FOUND.into_response(),
            Self::MethodNotAllowed => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
            Self::Silent500 => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Self::Bare(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
                return status.into_response();
            }
            Self::NoSuchEntity => (StatusCode::NOT_FOUND, "Not Found".to_owned()),
            Self::Query(what) => (
                StatusCode::BAD_REQUEST,
                format!("The query specified in the URI is not valid. {what}"),
            ),
            Self::Body(what) => (StatusCode::BAD_REQUEST, what),
        };
        let body = json!({ "error": {
            "code": "", "message": message, "details": [], "innerError": null, "target": null,
        }});
        (status, axum::Json(body)).into_response()
    }
}
