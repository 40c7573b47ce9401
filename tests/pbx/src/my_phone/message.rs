//! `GenericMessage`: its id in field 1, the message itself in the field of that number.
//!
//! Known here: 100 Login, 101 Logout, 110 SendChatMessage, answered by 200 LoginInfo and 207 Acknowledge.
//! Numbers of fields are those of the generated classes of 3CX's public web chat widget.

use super::wire::{Value, fields, push_bytes, push_number};

/// Error codes of an acknowledgement.
pub(crate) mod code {
    pub(crate) const NO_SUCH_REQUEST: u64 = 1;
    pub(crate) const EXCEPTION: u64 = 2;
    pub(crate) const EXTENSION_NOT_FOUND: u64 = 8;
    pub(crate) const REQUIRED_FIELD_IS_EMPTY: u64 = 34;
}

/// What a client asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Login,
    Logout,
    /// A chat message and who gets it.
    Chat {
        text: String,
        to: Vec<String>,
    },
    /// Something else.
    Other,
}

/// Reads a request; a field that is not known is as wrong as a broken one.
pub(super) fn read(bytes: &[u8]) -> Option<Request> {
    let all = fields(bytes)?;
    let (Some((1, Value::Number(id))), payload) = (all.first(), all.get(1)) else {
        return None;
    };
    let own = payload.filter(|(field, _)| field == id && all.len() == 2);
    match id {
        100 => own.map(|_| Request::Login),
        101 => own.map(|_| Request::Logout),
        110 => own.and_then(|(_, value)| chat(*value)),
        _ => Some(Request::Other),
    }
}

fn chat(value: Value<'_>) -> Option<Request> {
    let (mut text, mut to) = (String::new(), Vec::new());
    for (field, value) in value.fields()? {
        match field {
            1 => text = value.text()?,
            2 => to.push(recipient(value)?),
            3 => drop(value.text()?),
            _ => return None,
        }
    }
    Some(Request::Chat { text, to })
}

/// ExtNumber; Name and BridgeNumber say nothing here.
fn recipient(value: Value<'_>) -> Option<String> {
    let mut number = None;
    for (field, value) in value.fields()? {
        match field {
            1 => number = Some(value.text()?),
            2 | 3 => drop(value.text()?),
            _ => return None,
        }
    }
    number
}

fn generic(id: u64, payload: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    push_number(&mut whole, 1, id);
    push_bytes(&mut whole, id, payload);
    whole
}

/// 207: done, or not done and why (0: done).
pub(super) fn acknowledge(error: u64) -> Vec<u8> {
    let mut payload = Vec::new();
    push_number(&mut payload, 1, u64::from(error == 0));
    push_number(&mut payload, 2, error);
    if error != 0 {
        push_bytes(&mut payload, 3, format!("error {error}").as_bytes());
    }
    generic(207, &payload)
}

/// 200: who is signed in.
pub(super) fn login_info(session: &str) -> Vec<u8> {
    let mut payload = Vec::new();
    push_number(&mut payload, 2, 1);
    push_bytes(&mut payload, 5, session.as_bytes());
    generic(200, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: u64, payload: &[u8]) -> Vec<u8> {
        generic(id, payload)
    }

    #[test]
    fn a_chat_message_byte_by_byte() {
        // 110: "hi" to 101.
        let bytes = [
            0x08, 110, 0xf2, 0x06, 11, 0x0a, 2, b'h', b'i', 0x12, 5, 0x0a, 3, b'1', b'0', b'1',
        ];
        let expected = Request::Chat {
            text: "hi".to_owned(),
            to: vec!["101".to_owned()],
        };
        assert_eq!(read(&bytes), Some(expected));
    }

    #[test]
    fn other_requests_and_no_requests() {
        assert_eq!(read(&message(100, b"")), Some(Request::Login));
        assert_eq!(read(&message(102, b"")), Some(Request::Other));
        assert_eq!(read(b""), None);
        // The payload stands in another field; a field nobody knows; a recipient without a number.
        assert_eq!(read(&[0x08, 110, 0x0a, 0]), None);
        assert_eq!(read(&message(110, &[0x22, 0])), None);
        assert_eq!(read(&message(110, &[0x12, 0])), None);
    }

    #[test]
    fn acknowledgements() {
        let done = [0x08, 0xcf, 0x01, 0xfa, 0x0c, 4, 0x08, 1, 0x10, 0];
        assert_eq!(acknowledge(0), done);
        assert!(acknowledge(8).ends_with(b"error 8"));
    }
}
