//! Messages that the PBX has seen: `ChatMessagesHistoryView` (XAPI, role System Owner). 3CX has no API
//! to send one.

use serde::Deserialize;

use super::client::Pbx;
use super::error::PbxError;
use super::odata::{Collection, MAX_PAGE, Query};

/// One message of the PBX's chat history.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ChatMessage {
    /// Names the message.
    pub message_id: Option<i64>,
    /// Extension of the sender, if it is one.
    pub sender_participant_no: Option<String>,
    /// Name of the sender.
    pub sender_participant_name: Option<String>,
    /// Telephone number of the sender, if outside.
    pub sender_participant_phone: Option<String>,
    /// Who received it, as the PBX writes it.
    pub recipients: Option<String>,
    /// The text.
    pub message: Option<String>,
    /// When, ISO 8601.
    pub time_sent: Option<String>,
    /// Somebody outside takes part.
    pub is_external: Option<bool>,
    /// The queue it came through.
    pub queue_number: Option<String>,
}

impl Pbx<'_> {
    /// One page of messages, newest first.
    pub async fn chat_messages(
        &self,
        skip: usize,
        top: usize,
    ) -> Result<Vec<ChatMessage>, PbxError> {
        let path = Query::new("ChatMessagesHistoryView")
            .option(
                "$select",
                "MessageId,SenderParticipantNo,SenderParticipantName,SenderParticipantPhone,\
                 Recipients,Message,TimeSent,IsExternal,QueueNumber",
            )
            .option("$orderby", "TimeSent desc")
            .option("$top", &top.clamp(1, MAX_PAGE).to_string())
            .option("$skip", &skip.to_string())
            .build();
        let page: Collection<ChatMessage> = self.read(path).await?;
        Ok(page.value)
    }
}
