//! Worker to worker: what `entry.mjs` offers to bound Workers as methods.
//!
//! One request of the protocol, by the same way as over HTTP from the moment on where the caller is known:
//! the same checks, the same audit. No key: a binding cannot be reached from outside, and its props name
//! the caller.

use worker::wasm_bindgen::prelude::*;
use worker::worker_sys;
use worker::{Context, Env};

use super::{Isolate, serve};
use crate::auth::{Caller, bound_caller};
use crate::desk::{Code, ToolError};
use crate::edge::session_client;
use crate::mcp;

/// Carries out `method` of the protocol with `params` (JSON) for whoever `props` (JSON) name; the JSON-RPC
/// answer.
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, js_sys = worker::js_sys)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
pub async fn rpc(
    props: String,
    method: String,
    params: String,
    env: Env,
    context: worker_sys::Context,
) -> String {
    let answer = match bound_caller(props.as_bytes()) {
        Ok(caller) if caller.scopes.is_empty() && method != "tools/call" => {
            let problem = format!("the binding `{}` has no scopes", caller.name);
            forbidden(&problem)
        }
        Ok(caller) => answered(&caller, &method, &params, &env).await,
        Err(problem) => forbidden(&problem),
    };
    session_client::flush_later(env, &Context::new(context));
    answer
}

async fn answered(caller: &Caller, method: &str, params: &str, env: &Env) -> String {
    let isolate = Isolate::of(env);
    let body = format!(r#"{{"jsonrpc":"2.0","id":0,"method":"{method}","params":{params}}}"#);
    let request = mcp::HttpRequest {
        method: "POST",
        content_type: Some("application/json"),
        accept: None,
        protocol_version: None,
        mcp_method: None,
        mcp_name: None,
        body: body.as_bytes(),
    };
    let access = isolate.settings.access.as_ref().ok();
    let public_url = access.and_then(|access| access.public_url.as_deref());
    let answer = serve(
        env,
        &isolate,
        caller,
        "",
        public_url.unwrap_or_default(),
        request,
    )
    .await;
    let body = answer.body.unwrap_or_default();
    String::from_utf8(body).unwrap_or_default()
}

/// Nothing may be done over this binding.
fn forbidden(problem: &str) -> String {
    let error = ToolError::new(Code::Forbidden, problem)
        .hint("give it props such as {\"name\":\"masterlinc\",\"scopes\":[\"read\"]}");
    format!(r#"{{"result":{}}}"#, error.structured())
}
