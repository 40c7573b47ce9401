//! What all three have in common: delays, troubles, refusals in the provider's own words.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::book::{Asking, Provider};
use crate::pieces::{Ending, Pieces};
use crate::script::Trouble;

/// What a proxy says that does not know the way.
const PAGE: &str = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>";

/// A refusal of the provider: status, kind, words, and what belongs to it.
fn refusal(provider: Provider, status: u16, kind: &str, code: Option<&str>) -> (StatusCode, Value) {
    let words = format!("{kind}, says the stand-in");
    let body = match provider {
        Provider::Mind => {
            let mut error = json!({ "type": kind, "message": words });
            if let Some(code) = code {
                error["details"] = json!({ "error_code": code });
            }
            json!({ "type": "error", "error": error, "request_id": "req_stand_in" })
        }
        Provider::Hearing | Provider::Speech => {
            json!({ "error": { "message": words, "type": kind, "param": null, "code": code } })
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, body)
}

/// What a status is called.
fn kind_of(status: u16) -> &'static str {
    match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    }
}

/// Refuses a request that the real service would refuse.
pub(crate) fn refuse(provider: Provider, status: u16) -> Response {
    let (status, body) = refusal(provider, status, kind_of(status), None);
    (status, axum::Json(body)).into_response()
}

/// The answer, or the trouble that is due; `make` gives the pieces of a good one.
pub(crate) async fn answer(
    mut asking: Asking,
    content_type: &'static str,
    make: impl FnOnce(&Asking) -> Vec<Bytes>,
) -> Response {
    let provider = asking.provider();
    let pace = asking.script(|script| script.pace(provider));
    let late = match asking.trouble {
        Some(Trouble::Late(ms)) => ms,
        _ => 0,
    };
    tokio::time::sleep(Duration::from_millis(pace.head_ms + late)).await;
    let (share, ending) = match asking.trouble.clone() {
        Some(Trouble::RateLimited(after)) => {
            let mut answer = staged(&mut asking, 429, None);
            if let Some(after) = after {
                let headers = answer.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(after));
            }
            return answer;
        }
        Some(Trouble::SpendLimit) => {
            let code = match provider {
                Provider::Mind => "enforced_spend_limit_reached",
                Provider::Hearing | Provider::Speech => "insufficient_quota",
            };
            return staged(&mut asking, 429, Some(code));
        }
        Some(Trouble::Status(status)) => return staged(&mut asking, status, None),
        Some(Trouble::ErrorInside) if provider != Provider::Mind => {
            return staged(&mut asking, 500, None);
        }
        Some(Trouble::OddBytes) if provider != Provider::Speech => {
            return staged(&mut asking, 500, None);
        }
        Some(Trouble::Garbage) => {
            asking.head(200);
            asking.finish();
            return ([(header::CONTENT_TYPE, "text/html")], PAGE).into_response();
        }
        Some(Trouble::Empty) => {
            asking.head(200);
            asking.finish();
            return ([(header::CONTENT_TYPE, content_type)], "").into_response();
        }
        Some(Trouble::Hang) => {
            // The client's patience ends it.
            std::future::pending::<()>().await;
            (0, Ending::Stall)
        }
        Some(Trouble::Cut(share)) => (share, Ending::Cut),
        Some(Trouble::Stall(share)) => (share, Ending::Stall),
        Some(Trouble::Late(_) | Trouble::ErrorInside | Trouble::OddBytes) | None => {
            (100, Ending::Good)
        }
    };
    let mut pieces = make(&asking);
    if ending != Ending::Good {
        // Of few pieces, halves.
        pieces = pieces.into_iter().flat_map(halves).collect();
        pieces.truncate(pieces.len() * usize::from(share) / 100);
    }
    asking.head(200);
    let body = Pieces::new(pieces, pace.piece_ms, ending, asking);
    ([(header::CONTENT_TYPE, content_type)], Body::new(body)).into_response()
}

fn staged(asking: &mut Asking, status: u16, code: Option<&str>) -> Response {
    asking.head(status);
    asking.finish();
    let (status, body) = refusal(asking.provider(), status, kind_of(status), code);
    (status, axum::Json(body)).into_response()
}

fn halves(piece: Bytes) -> [Bytes; 2] {
    let half = piece.len() / 2;
    [piece.slice(..half), piece.slice(half..)]
}
