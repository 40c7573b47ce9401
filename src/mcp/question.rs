//! Asking the person behind the client before a tool goes on (MCP 2026-07-28, multi round-trip requests).
//!
//! The call ends with a question; the client asks its person and sends the call again with the answer and
//! the state it was given. The state is only a name: whoever asked keeps what it stands for, so that
//! tampering with it leads nowhere. Clients that cannot ask get the result in words instead.
//!
//! Not here: what is asked, and what a yes is worth.

use serde_json::{Value, json};

use super::context::ClientCapabilities;
use super::params::Params;
use super::raw::Raw;
use crate::json::Tree;

/// The one question of a call.
const KEY: &str = "confirm";

/// What a tool wants to know from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What a person reads.
    pub message: String,
    /// What comes back with the answer.
    pub state: String,
    /// Where a person answers, if not in the client.
    pub url: Option<String>,
}

/// What a person has said to an earlier question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Answered {
    /// Nothing, or nothing that can be read: ask again.
    #[default]
    Nothing,
    /// Yes, to the question of this state.
    Yes(String),
    /// No, or they closed the question.
    No,
}

impl Question {
    /// `inputRequests`, if the client can ask its person this.
    pub(super) fn requests(&self, capabilities: ClientCapabilities) -> Option<Value> {
        let message = &self.message;
        let params = match &self.url {
            Some(url) if capabilities.elicitation_url => {
                json!({ "mode": "url", "message": message, "url": url })
            }
            None if capabilities.elicitation_form => json!({
                "mode": "form",
                "message": message,
                "requestedSchema": {
                    "type": "object",
                    "properties": { "ok": { "type": "boolean", "title": "Do it", "default": false } },
                    "required": ["ok"],
                },
            }),
            _ => return None,
        };
        Some(json!({ KEY: { "method": "elicitation/create", "params": params } }))
    }
}

impl Answered {
    /// Reads `inputResponses` and `requestState`.
    pub(super) fn read(params: &Params<'_>) -> Self {
        let state = params.get("requestState").and_then(Raw::text);
        let responses = params.get("inputResponses");
        let (Some(state), Some(responses)) = (state, responses) else {
            return Self::Nothing;
        };
        let Ok(responses) = Tree::parse(responses.get().as_bytes()) else {
            return Self::Nothing;
        };
        let Some(response) = responses.member(KEY) else {
            return Self::Nothing;
        };
        // A form brings its content along; an address that was opened does not.
        let ticked = response
            .member("content")
            .map(|content| content.member("ok"));
        match (response.member("action").and_then(Tree::text), ticked) {
            (Some("accept"), None | Some(Some(Tree::Bool(true)))) => Self::Yes(state.into_owned()),
            (Some("accept"), Some(Some(Tree::Bool(false)))) | (Some("decline" | "cancel"), _) => {
                Self::No
            }
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::Body;
    use super::super::message::Message;
    use super::*;

    fn read(params: &str) -> Answered {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        match Body::parse(body.as_bytes()) {
            Ok(Body::Single(Message::Request(request))) => Answered::read(&request.params),
            _ => panic!("{params}"),
        }
    }

    #[test]
    fn answers_are_read_as_they_are_meant() {
        let check = |response: &str, expected: Answered| {
            let params = format!(r#"{{"requestState":"s","inputResponses":{response}}}"#);
            assert_eq!(read(&params), expected, "{response}");
        };
        let yes = || Answered::Yes("s".into());
        check(
            r#"{"confirm":{"action":"accept","content":{"ok":true}}}"#,
            yes(),
        );
        check(r#"{"confirm":{"action":"accept"},"other":5}"#, yes());
        check(
            r#"{"confirm":{"action":"accept","content":{"ok":false}}}"#,
            Answered::No,
        );
        check(r#"{"confirm":{"action":"decline"}}"#, Answered::No);
        check(r#"{"confirm":{"action":"cancel"}}"#, Answered::No);
        for nothing in [
            "{}",
            "5",
            r#"{"confirm":true}"#,
            r#"{"confirm":{"action":"accept","content":{}}}"#,
            r#"{"confirm":{"action":"accept","content":{"ok":"yes"}}}"#,
            r#"{"confirm":{"action":"maybe"}}"#,
            r#"{"other":{"action":"accept"}}"#,
        ] {
            check(nothing, Answered::Nothing);
        }
        assert_eq!(
            read(r#"{"inputResponses":{"confirm":{"action":"accept"}}}"#),
            Answered::Nothing
        );
        assert_eq!(read(r#"{"requestState":"s"}"#), Answered::Nothing);
    }

    #[test]
    fn a_client_is_asked_what_it_can_ask() {
        let question = |url: Option<&str>| Question {
            message: "Really?".into(),
            state: "s".into(),
            url: url.map(str::to_owned),
        };
        let check = |url: Option<&str>, form: bool, by_url: bool, expected: Option<&str>| {
            let capabilities = ClientCapabilities {
                elicitation_form: form,
                elicitation_url: by_url,
            };
            let requests = question(url).requests(capabilities);
            let mode = requests
                .as_ref()
                .and_then(|all| all["confirm"]["params"]["mode"].as_str());
            assert_eq!(mode, expected);
        };
        check(None, true, true, Some("form"));
        check(None, false, true, None);
        check(Some("https://h/approve/1"), true, true, Some("url"));
        check(Some("https://h/approve/1"), true, false, None);
        check(None, false, false, None);
    }
}
