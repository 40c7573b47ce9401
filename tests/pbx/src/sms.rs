//! A trunk with the SMS provider "Generic": the webhook that the provider calls, and what an agent
//! writes. A message from outside is put into the agents' chat; a report is kept beside its message.
//!
//! Not here: calling the provider. Whoever plays the agent posts what [`AgentSms`] becomes.

mod envelope;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::chats::{Chat, ChatKind, Sender};
use crate::shared::Shared;
use crate::world::World;

use envelope::Told;

/// Something the provider told the PBX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SmsEvent {
    /// Somebody outside wrote.
    Received {
        /// The provider's name for it.
        id: String,
        /// Who wrote.
        from: String,
        /// The trunk's number.
        to: String,
        /// The text.
        text: String,
    },
    /// What became of an agent's message.
    Report {
        /// The provider's name for it.
        id: String,
        /// `sent`, `delivered` or `sending_failed`.
        status: String,
    },
}

/// What an agent writes to somebody outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSms {
    /// Who writes.
    pub extension: String,
    /// The trunk's number.
    pub from: String,
    /// Who gets it.
    pub to: String,
    /// The text.
    pub text: String,
}

/// `POST /sms/generic/{id}`.
pub(crate) async fn webhook(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !content_type
        .unwrap_or_default()
        .starts_with("application/json")
    {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    shared.with(|world| {
        if id != world.settings.sms_webhook {
            return StatusCode::NOT_FOUND.into_response();
        }
        match envelope::read(&bytes) {
            Ok(told) => {
                world.take_sms(told);
                StatusCode::OK.into_response()
            }
            Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
        }
    })
}

impl World {
    fn take_sms(&mut self, told: Told) {
        let event = match told {
            Told::Received { id, from, to, text } => {
                let extension = self.settings.sms_extension.clone();
                self.chats.push(outside(&from, &extension, &text));
                SmsEvent::Received { id, from, to, text }
            }
            Told::Report { id, status } => SmsEvent::Report { id, status },
        };
        self.sms.push(event);
    }

    /// Keeps the message in the chat; what 3CX posts to the provider.
    pub(crate) fn agent_writes(&mut self, sms: &AgentSms) -> Value {
        let name = self
            .dns
            .get(&sms.extension)
            .map(|dn| dn.text("DisplayName").to_owned());
        let from = Sender {
            number: sms.extension.clone(),
            name: name.unwrap_or_default(),
            ..Sender::default()
        };
        let mut chat = outside(&sms.to, &sms.to, &sms.text);
        chat.from = from;
        self.chats.push(chat);
        json!({ "from": sms.from, "to": sms.to, "text": sms.text })
    }
}

/// A message that somebody outside wrote.
fn outside(number: &str, to: &str, text: &str) -> Chat {
    let sender = Sender {
        number: number.to_owned(),
        name: number.to_owned(),
        phone: number.to_owned(),
        email: String::new(),
    };
    Chat {
        kind: ChatKind::Sms,
        from: sender,
        to: vec![to.to_owned()],
        text: text.to_owned(),
        ..Chat::default()
    }
}
