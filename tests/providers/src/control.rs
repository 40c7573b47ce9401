//! The script and the book as JSON over HTTP, below `/_sim`, for programs in other languages.
//!
//! | Route | Body or answer |
//! |---|---|
//! | `PUT /_sim/script` | any of `{"transcript":"…","reply":"…","ms_per_letter":40,"paces":[[150,0],[150,5],[120,5]]}`: ears, mind, voice; ms before the head, ms before each piece |
//! | `GET /_sim/asked` | list of `{"provider":"mind","at_us":1,"head_us":2,"pieces":[[2,"…"]],"ended_us":3,"aborted":false,"status":200,"body":{}}` |
//! | `DELETE /_sim/asked` | forgets them |
//! | `GET /_sim/faults` | requests that the real services would refuse |

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::book::{Asked, Provider, Shared};
use crate::mind::Reply;
use crate::script::Pace;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/script", put(script))
        .route("/_sim/asked", get(asked).delete(forget))
        .route("/_sim/faults", get(faults))
}

async fn script(State(shared): State<Shared>, Json(change): Json<Value>) -> StatusCode {
    let mut book = shared.lock();
    let script = &mut book.script;
    if let Some(text) = change["transcript"].as_str() {
        text.clone_into(&mut script.transcript);
    }
    if let Some(text) = change["reply"].as_str() {
        let reply = Reply::text(text);
        script.reply = Box::new(move |_| reply.clone());
    }
    let small = |value: &Value| value.as_u64().and_then(|it| u32::try_from(it).ok());
    if let Some(length) = small(&change["ms_per_letter"]) {
        script.ms_per_letter = length;
    }
    let paces = change["paces"].as_array().into_iter().flatten();
    for (pace, change) in script.paces.iter_mut().zip(paces) {
        *pace = Pace {
            head_ms: change[0].as_u64().unwrap_or_default(),
            piece_ms: change[1].as_u64().unwrap_or_default(),
        };
    }
    StatusCode::NO_CONTENT
}

async fn asked(State(shared): State<Shared>) -> Json<Value> {
    let row = |asked: &Asked| {
        let provider = match asked.provider {
            Provider::Hearing => "hearing",
            Provider::Mind => "mind",
            Provider::Speech => "speech",
        };
        json!({
            "provider": provider, "at_us": asked.at_us, "head_us": asked.head_us,
            "pieces": asked.pieces, "ended_us": asked.ended_us, "aborted": asked.aborted, "status": asked.status,
            "body": asked.body,
        })
    };
    Json(shared.lock().asked.iter().map(row).collect())
}

/// Those that are under way are looked at no more.
async fn forget(State(shared): State<Shared>) -> StatusCode {
    shared.lock().forget();
    StatusCode::NO_CONTENT
}

async fn faults(State(shared): State<Shared>) -> Json<Vec<String>> {
    Json(shared.lock().faults.clone())
}
