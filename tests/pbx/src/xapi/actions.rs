//! The two actions on calls: `Users/Pbx.MakeCall` and `ActiveCalls({Id})/Pbx.DropCall`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call_control::{can_place, make_call_for_xapi, xapi_outcome};
use crate::calls::{Failure, Reason};
use crate::sign_in::Caller;
use crate::world::World;

use super::context;
use super::refusal::Refusal;

#[derive(Deserialize)]
struct MakeCall {
    dn: Option<String>,
    destination: String,
    contact: Option<String>,
    /// A test call is not placed differently here.
    #[serde(rename = "testCall")]
    _test_call: Option<bool>,
}

/// Places a call; without `dn` from the caller's own number.
pub(super) fn make_call(
    world: &mut World,
    caller: &Caller,
    bytes: &[u8],
) -> Result<Response, Refusal> {
    let request: MakeCall = serde_json::from_slice(bytes)
        .map_err(|_| Refusal::Body("The request body is not valid.".to_owned()))?;
    let dn = request.dn.unwrap_or_else(|| caller.own_dn.clone());
    let outcome = if can_place(world, &dn) {
        make_call_for_xapi(world, &dn, request.contact.as_deref(), &request.destination)
    } else {
        Err(Failure::new(
            Reason::SubjectNotFound,
            format!("{dn} cannot place calls"),
        ))
    };
    let mut body = json!({ "@odata.context": context(world, "Pbx.CallControlResultResponse") });
    if let (Some(body), Value::Object(outcome)) = (body.as_object_mut(), xapi_outcome(outcome)) {
        body.extend(outcome);
    }
    Ok(axum::Json(body).into_response())
}

/// Ends a call by its id, which is Call Control's `callid`.
pub(super) fn drop_call(world: &mut World, id: i64) -> Result<Response, Refusal> {
    let id = u32::try_from(id).map_err(|_| Refusal::NoSuchEntity)?;
    let why = Failure::new(Reason::PartyConnectionLost, "dropped");
    if world.end_call(id, &why) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Refusal::NoSuchEntity)
    }
}
