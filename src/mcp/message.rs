//! A JSON-RPC message, read without copying.
//!
//! Owns what an object is: a request, a notification or a response (JSON-RPC 2.0 §4–5).
//!
//! Not here: members as text (`members`, `raw`), what `params` contains (`params`), the id (`request_id`),
//! bodies (`body`).

use std::borrow::Cow;

use super::error::RpcError;
use super::members::Members;
use super::params::Params;
use super::raw::Raw;
use super::refusal::Refusal;
use super::request_id::RequestId;

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
