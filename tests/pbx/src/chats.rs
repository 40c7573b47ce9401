//! Messages the PBX keeps: SMS, website chat, and colleagues among themselves.
//!
//! Both of XAPI's views show the same messages. How they get here: `my_phone`, `sms`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock;

/// Where a message came through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatKind {
    /// Text message of a mobile number.
    #[serde(rename = "SMS")]
    Sms,
    /// Chat window of a website.
    LiveChat,
    /// Facebook page.
    Facebook,
    /// Between extensions.
    #[default]
    Internal,
    /// Rich text message.
    #[serde(rename = "RCS")]
    Rcs,
}

/// Who wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sender {
    /// Extension, or the number of somebody outside.
    pub number: String,
    /// Name as shown.
    pub name: String,
    /// Telephone number, where one is known.
    pub phone: String,
    /// E-mail address, where one is known.
    pub email: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chat {
    /// Microseconds since 1970, now unless given; in JSON `"sent":"2026-09-13T18:11:27Z"`.
    #[serde(rename = "sent", with = "clock::as_text")]
    pub sent_us: u64,
    /// Messages of one conversation share it.
    pub conversation: u32,
    /// Where it came through.
    pub kind: ChatKind,
    /// Who wrote.
    pub from: Sender,
    /// Extensions or numbers it went to.
    pub to: Vec<String>,
    /// The message.
    pub text: String,
    /// The queue it was for.
    pub queue: Option<String>,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            sent_us: clock::now_us(),
            conversation: 1,
            kind: ChatKind::default(),
            from: Sender::default(),
            to: Vec::new(),
            text: String::new(),
            queue: None,
        }
    }
}

impl Chat {
    fn is_external(&self) -> bool {
        self.kind != ChatKind::Internal
    }

    /// A `Pbx.ChatMessagesHistoryView`.
    pub(crate) fn message(&self, id: usize) -> Map<String, Value> {
        entity(json!({
            "MessageId": id, "ConversationId": self.conversation, "Message": self.text,
            "TimeSent": clock::iso_us(self.sent_us), "IsExternal": self.is_external(),
            "SenderParticipantNo": self.from.number, "SenderParticipantName": self.from.name,
            "SenderParticipantPhone": self.from.phone, "SenderParticipantEmail": self.from.email,
            "SenderParticipantIp": "", "SenderParticipantPbx": "",
            "Recipients": self.to.join(","), "QueueNumber": self.queue,
            "ParticipantsGroupsArray": ["GRP0000"],
        }))
    }

    /// A `Pbx.ChatHistoryView`.
    pub(crate) fn line(&self) -> Map<String, Value> {
        let source = if self.is_external() {
            "External"
        } else {
            "Internal"
        };
        entity(json!({
            "ConversationId": self.conversation, "FromNo": self.from.number,
            "FromName": self.from.name, "Message": self.text,
            "TimeSent": clock::iso_us(self.sent_us), "IsExternal": self.is_external(),
            "ChatName": self.to.join(","), "Source": source, "ProviderType": self.kind,
            "ProviderName": if self.kind == ChatKind::Sms { "Generic" } else { "" },
            "QueueNumber": self.queue, "ParticipantPhone": self.from.phone,
            "ParticipantEmail": self.from.email, "ParticipantIp": "",
            "ParticipantsGroupsArray": ["GRP0000"],
        }))
    }
}

fn entity(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
