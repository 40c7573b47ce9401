//! `CallControlResult`: the document that says whether a 200 was a success.
//!
//! `finalstatus` is text in the documentation and a number in 3CX's TypeScript
//! (Failed -1, Rejected 0, Success 1); a setting chooses.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::calls::Failure;
use crate::world::World;

use super::Reply;

/// Text and number of a final status.
type Final = (&'static str, i8);

const SUCCESS: Final = ("Success", 1);
const REJECTED: Final = ("Rejected", 0);
const FAILED: Final = ("Failed", -1);

/// It worked; `result` is a hint whose meaning depends on the request.
pub(super) fn success(world: &World, result: Value) -> Reply {
    document(world, SUCCESS, "NotSpecified", "", result)
}

/// It did not, although the HTTP status says 200.
pub(super) fn failure(world: &World, failure: &Failure) -> Reply {
    document(
        world,
        final_status(failure),
        &failure.name(),
        &failure.text,
        Value::Null,
    )
}

/// Result of `Users/Pbx.MakeCall`: the same, in XAPI's words.
pub(crate) fn xapi(outcome: Result<Value, Failure>) -> Value {
    let (status, reason, text, result) = match outcome {
        Ok(result) => ("Success", "NotSpecified".to_owned(), String::new(), result),
        Err(failure) => (
            final_status(&failure).0,
            failure.name(),
            failure.text,
            Value::Null,
        ),
    };
    json!({
        "FinalStatus": status, "Reason": reason, "ReasonText": text, "Result": result,
        "VttId": null,
    })
}

fn final_status(failure: &Failure) -> Final {
    if failure.is_rejection() {
        REJECTED
    } else {
        FAILED
    }
}

fn document(world: &World, (text, number): Final, reason: &str, why: &str, result: Value) -> Reply {
    let settings = &world.settings;
    let finalstatus = if settings.finalstatus_numbers {
        json!(number)
    } else {
        json!(text)
    };
    let status = if settings.accepted_202 {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let body = json!({
        "finalstatus": finalstatus, "reason": reason, "reasontext": why, "result": result,
    });
    (status, Some(body))
}
