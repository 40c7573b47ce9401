//! The body of a POST: one message, or an array of them.
//!
//! Owns the bound on the length of an array.
//!
//! Invariant: all or nothing; an element that is no message refuses the array before any runs.
//! Not here: what a message is (`message`), how an array is answered (`batch`).

use super::error::RpcError;
use super::message::Message;
use super::raw::{self, Raw, Walk};
use super::refusal::Refusal;

/// More messages than this in one array are refused: each may cost a tool call.
const MAX_MESSAGES: usize = 50;

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
            Some(b'[') => batch(text).map(Self::Batch),
            _ => Err(RpcError::invalid_request("the body must be a JSON-RPC object").into()),
        }
    }
}

/// Reads an array into its messages. It is known to be JSON.
fn batch(text: &str) -> Result<Vec<Message<'_>>, Refusal<'_>> {
    let elements = elements(text);
    if elements.is_empty() {
        return Err(RpcError::invalid_request("the batch is empty").into());
    }
    if elements.len() > MAX_MESSAGES {
        let reason = format!("a batch may have {MAX_MESSAGES} messages at most; send several");
        return Err(RpcError::invalid_request(reason).into());
    }
    elements.into_iter().map(element).collect()
}

/// An error in one element concerns the array, which has no id.
fn element(raw: Raw<'_>) -> Result<Message<'_>, Refusal<'_>> {
    if !raw.is_object() {
        let reason = "each element of a batch must be a JSON-RPC object";
        return Err(RpcError::invalid_request(reason).into());
    }
    Message::parse(raw.get()).map_err(|refusal| refusal.error.into())
}

/// The elements of an array: enough of them to see that there are too many, so that an array of a million
/// zeros costs no memory.
pub(super) fn elements(text: &str) -> Vec<Raw<'_>> {
    let mut walk = Walk::along(text);
    let mut elements = Vec::new();
    let mut goes_on = walk.pass('[');
    while goes_on && elements.len() <= MAX_MESSAGES {
        elements.extend(walk.value());
        goes_on = walk.pass(',');
    }
    elements
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
