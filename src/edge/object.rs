//! A letter to a Durable Object, and its answer.
//!
//! Not here: what is in the letter (`session_client`, `lobby::oauth`), and asking again.

use serde_json::Value;
use worker::Env;
use worker::js_sys::Uint8Array;
use worker::web_sys::{self, RequestInit};

use super::fetch::{Fetches, body, fetch};
use crate::json;

/// Binding of the objects of calls that Basma answers.
const VOICE_BINDING: &str = "VOICE_CALL";
/// Near the PBX and its people; best effort, and only for an object's first start.
const LOCATION: &str = "me";

/// Sends a command to an object; its answer, whole.
pub(super) async fn exchange(
    env: &Env,
    binding: &str,
    name: &str,
    command: &[u8],
) -> worker::Result<Vec<u8>> {
    let response = send(env, binding, name, command).await?;
    if response.status() != 200 {
        return Err(format!("status {}", response.status()).into());
    }
    body(&response).await
}

/// Asks the object of a call that Basma answers, in JSON.
pub(super) async fn ask_voice(env: &Env, name: &str, command: &str) -> worker::Result<Value> {
    let answer = exchange(env, VOICE_BINDING, name, command.as_bytes()).await?;
    json::any(&answer).map_err(|error| error.to_string().into())
}

/// Sends a command to an object; its answer, as it begins.
pub(super) async fn send(
    env: &Env,
    binding: &str,
    name: &str,
    command: &[u8],
) -> worker::Result<web_sys::Response> {
    let object: Fetches = env
        .durable_object(binding)?
        .get_by_name_with_location_hint(name, LOCATION)?
        .into_rpc();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(command));
    fetch(&object, "https://object/command", &init).await
}
