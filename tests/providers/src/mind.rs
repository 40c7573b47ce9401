//! `POST /v1/messages`: Claude's Messages API, streamed.

mod check;
mod events;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use crate::answer::{answer, refuse};
use crate::book::{Provider, Shared};
use crate::script::Trouble;
use crate::server::{ANTHROPIC_KEY, is_json, named};

/// A block of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Words.
    Text(String),
    /// A tool is to be used.
    Tool {
        /// Its name.
        name: String,
        /// Its arguments.
        input: Value,
    },
}

/// What the mind answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// In their order.
    pub parts: Vec<Part>,
}

impl Reply {
    /// Only words.
    pub fn text(text: &str) -> Self {
        Self::default().say(text)
    }

    /// And words.
    #[must_use]
    pub fn say(mut self, text: &str) -> Self {
        self.parts.push(Part::Text(text.to_owned()));
        self
    }

    /// And a tool.
    #[must_use]
    pub fn with_tool(mut self, name: &str, input: Value) -> Self {
        let name = name.to_owned();
        self.parts.push(Part::Tool { name, input });
        self
    }
}

pub(crate) async fn post(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if named(&headers, "x-api-key") != ANTHROPIC_KEY {
        return refused(&shared, 401, "messages: x-api-key is not the key");
    }
    let version = named(&headers, "anthropic-version");
    if version != "2023-06-01" {
        return refused(
            &shared,
            400,
            &format!("messages: anthropic-version {version:?}"),
        );
    }
    if !is_json(&headers) {
        return refused(
            &shared,
            400,
            "messages: the content type is not application/json",
        );
    }
    let body = match check::read(&body) {
        Ok(body) => body,
        Err(why) => return refused(&shared, 400, &format!("messages: {why}")),
    };
    let asking = shared.begin(Provider::Mind, body.clone(), Vec::new());
    let is_broken = asking.trouble == Some(Trouble::ErrorInside);
    answer(asking, "text/event-stream; charset=utf-8", |asking| {
        let (reply, splits) = asking.script(|script| {
            let next = script.replies.pop_front();
            let reply = next.unwrap_or_else(|| (script.reply)(&body));
            (reply, script.splits)
        });
        let model = body["model"].as_str().unwrap_or_default();
        events::pieces(&events::of(&reply, model, is_broken), splits)
    })
    .await
}

fn refused(shared: &Shared, status: u16, why: &str) -> Response {
    shared.lock().faults.push(why.to_owned());
    refuse(Provider::Mind, status)
}
