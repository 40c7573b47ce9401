//! Messages as tools and resources show them: our own log and the PBX's chat history, as one list.
//!
//! Both are read newest first and merged by time (`messages/merge.rs`). What is in both is shown once: as the
//! log has it, because the log knows channel and delivery.
//!
//! Not here: keeping the log (`edge`), and which two are one (`messaging::Twins`).

mod merge;
mod place;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Desk, ToolError};
use crate::messaging::{Channel, Entry, MessageQuery, Twins, advice, shown};
use crate::pbx::ChatMessage;
use crate::pbx::history::Window;
use crate::time::{Millis, iso};

use merge::{Merge, Need};
pub(crate) use place::Place;

/// How many pages of each source are read at most for one page.
const MOST_PAGES: usize = 5;
const PAGE: usize = 100;
/// So many of our own may have a twin around one page of the PBX.
const MOST_TWINS: usize = 500;

/// One message; the field names are a contract with outside programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Message {
    /// Names the message
    pub id: String,
    /// Who wrote it: an extension or a telephone number
    pub from: String,
    /// Who received it
    pub to: String,
    /// The text
    pub body: String,
    /// sms or whatsapp (through this server), livechat or chat (between extensions), external (somebody
    /// outside, through the PBX alone)
    pub channel: String,
    /// Inbound, Outbound or Internal
    pub direction: String,
    /// When it was sent
    pub timestamp: String,
    /// What is known of its delivery: sending, accepted, queued, sent, delivered, read, undelivered, failed,
    /// unknown; received; recorded by the PBX
    pub status: String,
    /// Why it did not arrive and what to do, with the carrier's code
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
            reason: None,
        }
    }
}

impl Message {
    fn of(entry: &Entry, now: Millis) -> Self {
        Self {
            id: entry.id.clone(),
            from: entry.from.clone(),
            to: entry.to.clone(),
            body: entry.body.clone(),
            channel: entry.channel.as_str().to_owned(),
            direction: entry.direction().to_owned(),
            timestamp: iso(entry.at),
            status: shown(&entry.status, now.saturating_sub(entry.at)).to_owned(),
            reason: reason(entry),
        }
    }
}

/// Why a message did not arrive; chat has codes of its own.
fn reason(entry: &Entry) -> Option<String> {
    let code = &entry.error;
    if code.is_empty() {
        return None;
    }
    let number = code.parse().unwrap_or_default();
    Some(match entry.channel {
        Channel::Livechat => format!("3CX refused it ({code})"),
        Channel::Sms | Channel::Whatsapp => format!("{} ({code})", advice(number, 0).0),
    })
}

/// Which messages.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Only of this extension.
    pub(crate) extension: Option<&'a str>,
    /// Only of this channel.
    pub(crate) channel: Option<&'a str>,
    /// Only of this direction.
    pub(crate) direction: Option<&'a str>,
    /// Only of this time.
    pub(crate) window: Option<Window>,
    /// How many.
    pub(crate) limit: usize,
    /// Where the page before ended.
    pub(crate) after: Option<Place>,
}

impl Wanted<'_> {
    /// Whether a message goes on the page, if it may be seen.
    fn fits(&self, message: &Message) -> bool {
        let is_channel = |wanted: &str| {
            message.channel == wanted || (wanted == "livechat" && message.channel == "chat")
        };
        self.channel.is_none_or(is_channel)
            && self
                .direction
                .is_none_or(|wanted| message.direction == wanted)
    }

    /// Whether whoever asks for one extension, or may see some only, sees what these people wrote or received.
    fn is_theirs(&self, desk: &Desk<'_>, people: &[&str]) -> bool {
        let is_known = |text: &&str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .any(|word| match self.extension {
                    Some(extension) => word == extension,
                    None => desk.may_touch(word),
                })
        };
        let sees_all = self.extension.is_none() && desk.caller.extensions.is_everything();
        sees_all || people.iter().any(is_known)
    }
}

/// A page of messages, newest first.
pub(crate) struct MessagePage {
    /// The messages.
    pub(crate) messages: Vec<Message>,
    /// Where the next page begins, if there may be one.
    pub(crate) next: Option<Place>,
    /// What is missing, in words.
    pub(crate) warnings: Vec<String>,
}

/// Reads a page.
pub(crate) async fn messages(
    desk: &Desk<'_>,
    wanted: &Wanted<'_>,
) -> Result<MessagePage, ToolError> {
    let mut merge = Merge::new(wanted);
    let mut failure = None;
    loop {
        match merge.go_on(desk, wanted) {
            Need::Own(query) => {
                let read = desk.session.messages(&query).await?;
                merge.take_own(read, query.limit);
            }
            Need::Pbx(skip) => match read_pbx(desk, skip).await {
                Ok((rows, twins)) => merge.take_pbx(rows, twins, PAGE),
                Err(error) => {
                    merge.without_pbx();
                    failure = Some(error);
                }
            },
            Need::Nothing => break,
        }
    }
    let (messages, next) = merge.page();
    match failure {
        // Nothing of our own either: then the failure is the answer.
        Some(error) if messages.is_empty() => Err(error),
        failure => Ok(MessagePage {
            messages,
            next,
            warnings: failure
                .map(|error| format!("the PBX's own messages are missing: {}", error.text()))
                .into_iter()
                .collect(),
        }),
    }
}

/// One page of the PBX's messages with their times, and ours that may be the same.
async fn read_pbx(
    desk: &Desk<'_>,
    skip: usize,
) -> Result<(Vec<(Millis, ChatMessage)>, Twins), ToolError> {
    let rows = merge::dated(desk.pbx()?.chat_messages(skip, PAGE).await?);
    let (Some((newest, _)), Some((oldest, _))) = (rows.first(), rows.last()) else {
        return Ok((rows, Twins::of(Vec::new())));
    };
    let query = MessageQuery {
        from: Some(oldest.saturating_sub(Twins::AROUND_MS)),
        to: Some(newest.saturating_add(Twins::AROUND_MS)),
        shared: true,
        limit: MOST_TWINS,
        ..MessageQuery::default()
    };
    let twins = Twins::of(desk.session.messages(&query).await?);
    Ok((rows, twins))
}
