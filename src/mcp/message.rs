//! JSON-RPC messages, read without copying.
//!
//! Owns the shape of a body: one object or an array of them, and of each object whether it is a
//! request, a notification or a response (JSON-RPC 2.0 §4–6).
//!
//! Invariants
//! - A request id is echoed byte for byte, so a number beyond 64 bits survives.
//!
//! Not here: members as text (`members`, `raw`), what `params` contains (`params`), the rules for arrays (`batch`).

use std::borrow::Cow;

use super::batch;
use super::error::RpcError;
use super::members::Members;
use super::params::Params;
use super::raw::{self, Raw};
use super::refusal::Refusal;

/// The body of a POST.
pub(super) enum Body<'a> {
    Single(Message<'a>),
    Batch(Vec<Message<'a>>),
}

impl<'a> Body<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal<'a>> {
        let text = std::str::from_utf8(bytes).map_err(RpcError::parse_error)?;
        raw::check(text).map_err(RpcError::parse_error)?;
        match text.bytes().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Message::parse(text).map(Self::Single),
            Some(b'[') => batch::parse(text).map(Self::Batch),
            _ => Err(RpcError::invalid_request("the body must be a JSON-RPC object").into()),
        }
    }
}

/// One message of the client.
pub(super) enum Message<'a> {
    /// Has a method and an id: wants an answer.
    Request(Box<Request<'a>>),
    /// Has a method and no id: taken note of. Only its era matters.
    Notification {
        /// Whether it carries the envelope of a modern request.
        claims_modern: bool,
    },
    /// Has a result or an error. This server asks clients nothing, so nothing waits for it.
    Response,
}

/// A message that wants an answer.
pub(super) struct Request<'a> {
    pub(super) id: RequestId<'a>,
    pub(super) method: Cow<'a, str>,
    pub(super) params: Params<'a>,
}

impl<'a> Message<'a> {
    /// Reads one object. It is known to be JSON.
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal<'a>> {
        let members = Members::read(text, &MEMBERS).map_err(RpcError::invalid_request)?;
        let has = |name| members.present(name).is_some();
        let is_answer = !has("method") && (has("result") || has("error"));
        let id = members.present("id").map(RequestId::parse);
        let wire = Wire(members);
        if is_answer && wire.says_2_0() {
            return Ok(Self::Response);
        }
        let id = match id {
            Some(None) => {
                let reason = "id must be a string or an integer";
                return Err(RpcError::invalid_request(reason).into());
            }
            Some(Some(id)) => Some(id),
            None => None,
        };
        wire.call(id).map_err(|error| Refusal { id, error })
    }

    /// Whether the message names its protocol version as modern requests do.
    pub(super) fn claims_modern(&self) -> bool {
        match self {
            Self::Request(request) => request.params.claims_modern(),
            Self::Notification { claims_modern } => *claims_modern,
            Self::Response => false,
        }
    }
}

/// The members of a message.
const MEMBERS: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// The message as it came. All members but `params` tell null from absent: a null id is an error, and a
/// null result is still a response.
struct Wire<'a>(Members<'a>);

impl<'a> Wire<'a> {
    fn says_2_0(&self) -> bool {
        self.0
            .present("jsonrpc")
            .and_then(Raw::text)
            .is_some_and(|version| version == "2.0")
    }

    /// A request or, without an id, a notification.
    fn call(&self, id: Option<RequestId<'a>>) -> Result<Message<'a>, RpcError> {
        if !self.says_2_0() {
            return Err(RpcError::invalid_request("jsonrpc must be \"2.0\""));
        }
        let Some(method) = self.0.present("method").and_then(Raw::text) else {
            return Err(RpcError::invalid_request("method must be a string"));
        };
        let params = Params::parse(self.0.get("params"))?;
        Ok(match id {
            Some(id) => Message::Request(Box::new(Request { id, method, params })),
            None => Message::Notification {
                claims_modern: params.claims_modern(),
            },
        })
    }
}

/// The id of a request: the JSON text of a string or an integer (MCP 2026-07-28 §Requests).
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId<'a>(Raw<'a>);

impl<'a> RequestId<'a> {
    fn parse(raw: Raw<'a>) -> Option<Self> {
        let text = raw.get();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_integer || text.starts_with('"')).then_some(Self(raw))
    }

    /// The id as JSON text.
    pub(super) fn as_json(self) -> &'a str {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered_id(body: &str) -> Option<&str> {
        match Body::parse(body.as_bytes()) {
            Ok(Body::Single(Message::Request(request))) => Some(request.id.as_json()),
            _ => None,
        }
    }

    #[test]
    fn ids_are_strings_or_integers_and_keep_their_text() {
        for (id, accepted) in [
            ("1", true),
            ("-7", true),
            ("123456789012345678901234567890", true),
            ("\"\"", true),
            ("\"a\\u0041\"", true),
            ("1.0", false),
            ("1e3", false),
            ("null", false),
            ("true", false),
            ("[1]", false),
            ("{}", false),
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","method":"ping","id":{id}}}"#);
            assert_eq!(answered_id(&body), accepted.then_some(id), "id {id}");
        }
    }

    #[test]
    fn escaped_member_names_are_read_and_repeated_ones_refused() {
        let escaped = r#"{"jsonrpc":"2.0","\u006dethod":"ping","id":1}"#;
        assert_eq!(answered_id(escaped), Some("1"));
        let repeated = r#"{"jsonrpc":"2.0","method":"ping","id":1,"id":2}"#;
        assert_eq!(answered_id(repeated), None);
    }
}
