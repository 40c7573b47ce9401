//! Requests to the three providers: sent, read as they come, and let go when nobody wants the answer.
//!
//! No deadlines here: the conversation has them, and says when to let go.

use worker::js_sys::{Uint8Array, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Headers, RequestInit, RequestRedirect, Response};
use worker::{AbortSignal, Result};

use super::streams::Chunks;
use crate::basma::fault::Fault;
use crate::basma::mind::{Reader, Thought};
use crate::basma::protocol::Input;
use crate::basma::words::Language;
use crate::basma::{hearing, speech};
use crate::edge::fetch::{Fetches, body, fetch};
use crate::settings::{BasmaSettings, Provider};

/// Errors are short; more of one is not looked at.
const MOST_ERROR: usize = 4_096;

/// Finds out what was said.
pub(super) async fn hear(
    settings: &BasmaSettings,
    id: u32,
    (wav, language): (Vec<u8>, Option<Language>),
    signal: AbortSignal,
) -> Input {
    let (kind, form) = hearing::request(&settings.hearing_model, &wav, language);
    let to = settings.openai.as_ref();
    let answer = async {
        let path = "/audio/transcriptions";
        let response = ask(settings, to, path, &kind, &form, &signal).await?;
        let answer = body(&response).await.map_err(|_| Fault::Passing)?;
        hearing::answer(&answer).ok_or(Fault::Passing)
    };
    match answer.await {
        Ok(text) => Input::Heard { id, text },
        Err(fault) => Input::NotHeard { id, fault },
    }
}

/// Asks the mind; what it says is told as it comes.
pub(super) async fn think(
    settings: &BasmaSettings,
    id: u32,
    request: Vec<u8>,
    signal: AbortSignal,
    tell: impl Fn(Input),
) {
    let to = settings.anthropic.as_ref();
    let path = "/v1/messages";
    let kind = "application/json";
    let mut reader = Reader::default();
    let tell = |thought| tell(Input::Thought { id, thought });
    match ask(settings, to, path, kind, &request, &signal).await {
        Ok(response) => {
            let chunks = Chunks::of(&response);
            while let Ok(Some(chunk)) = chunks.next().await {
                for thought in reader.push(&chunk) {
                    tell(thought);
                }
            }
            if let Some(thought) = reader.finish() {
                tell(thought);
            }
        }
        Err(fault) => tell(Thought::Failed(fault)),
    }
}

/// What the mind says to one question, whole; `None` where it does not say it to the end.
pub(super) async fn think_once(
    settings: &BasmaSettings,
    request: &[u8],
    signal: &AbortSignal,
) -> Option<String> {
    let to = settings.anthropic.as_ref();
    let path = "/v1/messages";
    let kind = "application/json";
    let response = ask(settings, to, path, kind, request, signal).await.ok()?;
    let answer = body(&response).await.ok()?;
    let mut text = String::new();
    for thought in Reader::default().push(&answer) {
        match thought {
            Thought::Text(more) => text.push_str(&more),
            Thought::Done => return Some(text),
            Thought::Reaching | Thought::Use(_) | Thought::Failed(_) => {}
        }
    }
    None
}

/// Makes sound of words; told as it comes.
pub(super) async fn speak(
    settings: &BasmaSettings,
    id: u32,
    text: String,
    signal: AbortSignal,
    tell: impl Fn(Input),
) {
    let to = settings.openai.as_ref();
    let request = speech::request(&settings.voice, &text);
    let path = "/audio/speech";
    let kind = "application/json";
    let response = match ask(settings, to, path, kind, &request, &signal).await {
        Ok(response) => response,
        Err(fault) => return tell(Input::SoundFailed { id, fault }),
    };
    let kind = response.headers().get("content-type").ok().flatten();
    if kind.is_some_and(|kind| kind.starts_with("text/") || kind.contains("json")) {
        let fault = Fault::Passing;
        return tell(Input::SoundFailed { id, fault });
    }
    let chunks = Chunks::of(&response);
    let mut is_empty = true;
    loop {
        match chunks.next().await {
            Ok(Some(bytes)) => {
                is_empty &= bytes.is_empty();
                tell(Input::Sound { id, bytes });
            }
            Ok(None) if !is_empty => return tell(Input::SoundEnded { id }),
            _ => {
                let fault = Fault::Passing;
                return tell(Input::SoundFailed { id, fault });
            }
        }
    }
}

async fn ask(
    settings: &BasmaSettings,
    to: Option<&Provider>,
    path: &str,
    kind: &str,
    content: &[u8],
    signal: &AbortSignal,
) -> std::result::Result<Response, Fault> {
    let Some(provider) = to else {
        return Err(Fault::Lasting);
    };
    let init = request(settings, provider, path, kind, content, signal);
    let address = format!("{}{path}", provider.base_url);
    let world: JsValue = global().into();
    let sent = match init {
        Ok(init) => fetch(world.unchecked_ref::<Fetches>(), &address, &init).await,
        Err(_) => return Err(Fault::Lasting),
    };
    let response = sent.map_err(|_| Fault::Passing)?;
    if response.ok() {
        return Ok(response);
    }
    let said = body(&response).await.unwrap_or_default();
    let said = said.get(..MOST_ERROR).unwrap_or(&said);
    Err(Fault::of(response.status(), said))
}

fn request(
    settings: &BasmaSettings,
    provider: &Provider,
    path: &str,
    kind: &str,
    content: &[u8],
    signal: &AbortSignal,
) -> Result<RequestInit> {
    let headers = Headers::new()?;
    headers.set("content-type", kind)?;
    let key = provider.key.expose();
    if path.ends_with("/messages") {
        headers.set("x-api-key", key)?;
        headers.set("anthropic-version", "2023-06-01")?;
    } else {
        headers.set("authorization", &format!("Bearer {key}"))?;
    }
    if let Some(token) = &settings.gateway {
        let token = format!("Bearer {}", token.expose());
        headers.set("cf-aig-authorization", &token)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_redirect(RequestRedirect::Manual);
    init.set_headers(&headers);
    init.set_body(&Uint8Array::from(content));
    init.set_signal(Some(signal));
    Ok(init)
}
