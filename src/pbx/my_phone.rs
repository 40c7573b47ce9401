//! MyPhone: what 3CX's web client speaks. Undocumented, and may break with any update; used for one thing, a
//! chat message, which no official API can send.
//!
//! A session as an extension (JSON, with our token), then protobuf under the session's key: a
//! `GenericMessage` has its id in field 1 and the message itself in the field of that number. An
//! acknowledgement alone proves nothing: see whether the message is in the history.

use std::time::Duration;

use prost::Message;
use serde::Deserialize;
use serde_json::json;

use super::client::{Pbx, read_answer};
use super::error::PbxError;
use super::transport::{Body, HttpRequest, Method};
use crate::auth::Secret;

/// 3CX's web client gets its answers in well under a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// Says that the session is over.
const SIGNED_OUT: [&str; 2] = ["NOT AUTH", "Login is required"];

const SEND_CHAT: i32 = 110;
const ACKNOWLEDGE: i32 = 207;

/// Numbers of fields: the generated classes of 3CX's public web chat widget.
/// One type a direction: what is only written needs no reader.
#[derive(Clone, PartialEq, Message)]
struct Question {
    #[prost(int32, tag = "1")]
    id: i32,
    #[prost(message, optional, tag = "110")]
    send_chat: Option<SendChat>,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(int32, tag = "1")]
    id: i32,
    #[prost(message, optional, tag = "207")]
    acknowledge: Option<Acknowledge>,
}

#[derive(Clone, PartialEq, Message)]
struct SendChat {
    #[prost(string, tag = "1")]
    text: String,
    /// There may be several.
    #[prost(message, optional, tag = "2")]
    to: Option<Recipient>,
}

#[derive(Clone, PartialEq, Message)]
struct Recipient {
    #[prost(string, tag = "1")]
    extension: String,
}

#[derive(Clone, PartialEq, Message)]
struct Acknowledge {
    #[prost(bool, tag = "1")]
    success: bool,
    #[prost(int32, tag = "2")]
    error: i32,
    #[prost(string, tag = "3")]
    message: String,
}

/// What MyPhone said to a chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledged {
    /// It says that it was sent.
    Done,
    /// It was not, with its code and words.
    Refused(i32, String),
    /// The session is over: nothing was done.
    SignedOut,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_key: Option<String>,
}

impl Pbx<'_> {
    /// A session of MyPhone as an extension.
    pub async fn my_phone(&self, extension: &str) -> Result<Secret<String>, PbxError> {
        let request = json!({
            "name": "3CX MCP Server", "version": "1.0", "isHuman": false, "impersonate": extension,
        });
        let path = "/webclient/api/MyPhone/session".to_owned();
        let body = request.to_string().into_bytes();
        let session: Session = read_answer(&self.act(path, body, PATIENCE).await?)?;
        let key = session.session_key.filter(|key| !key.is_empty());
        key.map(Secret::new)
            .ok_or_else(|| PbxError::Garbled("a MyPhone session without a key".to_owned()))
    }

    /// Sends a chat message to an extension, once.
    pub async fn send_chat(
        &self,
        session: &Secret<String>,
        to: &str,
        text: &str,
    ) -> Result<Acknowledged, PbxError> {
        let request = HttpRequest {
            method: Method::Post,
            path: "/MyPhone/MPWebService.asmx".to_owned(),
            bearer: None,
            body: Some(Body::MyPhone {
                session: session.clone(),
                bytes: chat(to, text),
            }),
            timeout: PATIENCE,
        };
        let response = self.once(request).await?;
        match response.status {
            401 | 403 => Ok(Acknowledged::SignedOut),
            200..=299 => acknowledged(&response.body),
            status @ 300..=499 if !matches!(status, 408 | 499) => Err(PbxError::Rejected {
                status,
                message: "MyPhone does not take it".to_owned(),
            }),
            status => Err(PbxError::OutcomeUnknown(format!("it answered {status}"))),
        }
    }
}

fn chat(to: &str, text: &str) -> Vec<u8> {
    Question {
        id: SEND_CHAT,
        send_chat: Some(SendChat {
            text: text.to_owned(),
            to: Some(Recipient {
                extension: to.to_owned(),
            }),
        }),
    }
    .encode_to_vec()
}

fn acknowledged(body: &[u8]) -> Result<Acknowledged, PbxError> {
    let is_said = |words: &&str| {
        let start = body.get(..words.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(words.as_bytes()))
    };
    if SIGNED_OUT.iter().any(is_said) {
        return Ok(Acknowledged::SignedOut);
    }
    let answer = Answer::decode(body)
        .ok()
        .filter(|answer| answer.id == ACKNOWLEDGE)
        .and_then(|answer| answer.acknowledge);
    match answer {
        Some(answer) if answer.success => Ok(Acknowledged::Done),
        Some(answer) => Ok(Acknowledged::Refused(answer.error, answer.message)),
        None => Err(PbxError::OutcomeUnknown(
            "it answered with something that is no acknowledgement".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_message_byte_by_byte() {
        let expected = [
            0x08, 110, 0xf2, 0x06, 11, 0x0a, 2, b'h', b'i', 0x12, 5, 0x0a, 3, b'1', b'0', b'1',
        ];
        assert_eq!(chat("101", "hi"), expected);
    }

    #[test]
    fn acknowledgements() {
        let check = |bytes: &[u8], expected| assert_eq!(acknowledged(bytes).unwrap(), expected);
        // 207 with success; an unknown field is passed over.
        check(
            &[0x08, 0xcf, 0x01, 0xfa, 0x0c, 6, 0x08, 1, 0x10, 0, 0x38, 1],
            Acknowledged::Done,
        );
        check(
            &[
                0x08, 0xcf, 0x01, 0xfa, 0x0c, 6, 0x10, 32, 0x1a, 2, b'n', b'o',
            ],
            Acknowledged::Refused(32, "no".into()),
        );
        check(b"NOT AUTH", Acknowledged::SignedOut);
        check(b"Login is required.", Acknowledged::SignedOut);
        for unclear in [
            &b""[..],
            b"<html>",
            &[0x08, 0xc8, 0x01, 0xc2, 0x0c, 0],
            &[0x08, 0xcf, 0x01],
            &[0x08, 0xcf, 0x01, 0xfa, 0x0c, 9, 1],
        ] {
            assert!(
                matches!(acknowledged(unclear), Err(PbxError::OutcomeUnknown(_))),
                "{unclear:?}"
            );
        }
    }
}
