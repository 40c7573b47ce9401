//! Messages as tools and resources show them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Desk, ToolError};
use crate::pbx::ChatMessage;

/// How many pages are read at most to find messages of one extension.
const MOST_PAGES: usize = 5;
const PAGE: usize = 100;

/// One message; the field names are a contract with outside programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Message {
    /// Names the message
    pub id: String,
    /// Who wrote it: an extension or a telephone number
    pub from: String,
    /// Who received it, as the PBX writes it
    pub to: String,
    /// The text
    pub body: String,
    /// chat between extensions, external where somebody outside takes part
    pub channel: String,
    /// Inbound, Outbound or Internal
    pub direction: String,
    /// When it was sent
    pub timestamp: String,
    /// What is known of its delivery
    pub status: String,
}

impl From<ChatMessage> for Message {
    fn from(message: ChatMessage) -> Self {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let is_external = message.is_external.unwrap_or_default();
        let extension = filled(message.sender_participant_no);
        let phone = filled(message.sender_participant_phone);
        let direction = match (is_external, &phone) {
            (false, _) => "Internal",
            (true, Some(_)) => "Inbound",
            (true, None) => "Outbound",
        };
        let from = phone
            .or(extension)
            .or(filled(message.sender_participant_name));
        Self {
            id: message.message_id.unwrap_or_default().to_string(),
            from: from.unwrap_or_default(),
            to: message.recipients.unwrap_or_default(),
            body: message.message.unwrap_or_default(),
            channel: if is_external { "external" } else { "chat" }.to_owned(),
            direction: direction.to_owned(),
            timestamp: message.time_sent.unwrap_or_default(),
            status: "recorded".to_owned(),
        }
    }
}

impl Message {
    /// Whether an extension wrote or received it.
    fn is_of(&self, extension: &str) -> bool {
        let numbers = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == extension)
        };
        self.from == extension || numbers(&self.to)
    }
}

/// Up to `limit` messages after passing over `skip` rows of the PBX, newest first, and how many rows
/// to pass over for the next page, if there may be one.
pub(crate) async fn messages(
    desk: &Desk<'_>,
    extension: Option<&str>,
    skip: usize,
    limit: usize,
) -> Result<(Vec<Message>, Option<usize>), ToolError> {
    let pbx = desk.pbx()?;
    let mut found = Vec::new();
    let mut position = skip;
    for _ in 0..MOST_PAGES {
        let rows = pbx.chat_messages(position, PAGE).await?;
        let is_last = rows.len() < PAGE;
        for row in rows {
            position = position.saturating_add(1);
            let message = Message::from(row);
            let is_wanted = match extension {
                Some(extension) => message.is_of(extension),
                None => is_visible(desk, &message),
            };
            if is_wanted {
                found.push(message);
            }
            if found.len() == limit {
                return Ok((found, Some(position)));
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, Some(position)))
}

/// A caller that is limited to extensions sees only their messages.
fn is_visible(desk: &Desk<'_>, message: &Message) -> bool {
    if desk.caller.extensions.is_everything() {
        return true;
    }
    let numbers = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit())
            .any(|word| !word.is_empty() && desk.may_touch(word))
    };
    numbers(&message.from) || numbers(&message.to)
}
