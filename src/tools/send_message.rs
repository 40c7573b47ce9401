//! `send_message`: SMS and WhatsApp through the carrier, chat inside the PBX. 3CX itself has no API for any
//! of them, so a road that nobody has set up is said to be closed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{
    Act, Desk, Outgoing, Road, Sent, ToolError, chat_is_open, is_colleague, once, permitted,
    reachable, road, send, send_chat,
};
use crate::messaging::{Channel, MOST_CHARS, Origin, Segments};
use crate::policy::{Destination, ExtensionNumber};

/// The tool.
pub(crate) struct SendMessage;

/// Who writes what to whom.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Extension in whose name it is sent; the default extension if left out
    from_extension: Option<String>,
    /// Telephone number (sms, whatsapp) or extension (livechat)
    to: String,
    /// The text, up to 1600 characters
    #[schemars(length(min = 1, max = 1600))]
    message: String,
    /// sms, whatsapp or livechat; sms if left out
    #[serde(default)]
    channel: Channel,
    /// Any text that is new for each message you want: repeating a request with the same key never sends a
    /// second message. Keys live for 24 hours
    #[schemars(length(min = 1, max = 200))]
    idempotency_key: Option<String>,
    /// The handle from a confirmation_required answer, if there was one
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The message was accepted for delivery
    success: bool,
    /// Extension in whose name it was sent
    from: String,
    /// Who gets it
    to: String,
    /// sms, whatsapp or livechat
    channel: Channel,
    /// What happened
    message: String,
    /// How far along it is: accepted, queued, sending or sent. Whether it was delivered is reported later:
    /// see get_messages
    status: String,
    /// Names the message in get_messages
    message_id: String,
    /// How many SMS are billed for it
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<usize>,
    /// How the SMS is written: GSM-7 or UCS-2
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    /// This answers a repeated request: the message had been sent before
    repeated: bool,
}

impl Tool for SendMessage {
    const NAME: &'static str = "send_message";
    const TITLE: &'static str = "Send a message";
    const DESCRIPTION: &'static str = "Sends an SMS, a WhatsApp message or a 3CX chat message. Works where an \
        administrator has set up a road for the channel, and otherwise says so. WhatsApp takes free text only \
        within 24 hours of the person's last message. Success means that it was accepted; get_messages shows \
        whether it was delivered. Give an idempotency_key so that a repeated request cannot send it twice.";
    const SCOPE: Scope = Scope::Message;
    const HINTS: Hints = Hints {
        read_only_hint: false,
        destructive_hint: true,
        idempotent_hint: false,
        open_world_hint: true,
    };
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let letter = Letter::read(&arguments, desk)?;
        let work = letter.send_if_permitted();
        let (sent, repeated) = match &arguments.idempotency_key {
            None => (work.await?, false),
            Some(key) => once(desk, Self::NAME, key, letter.intent(), work).await?,
        };
        Ok(letter.report(sent, repeated))
    }
}

/// A message about to be sent.
struct Letter<'a> {
    desk: &'a Desk<'a>,
    extension: ExtensionNumber,
    to: Destination,
    text: String,
    channel: Channel,
    way: Way<'a>,
}

/// How it goes out.
enum Way<'a> {
    Carrier(Road<'a>),
    Chat(ExtensionNumber),
}

impl<'a> Letter<'a> {
    /// Everything that can be known before anybody is asked.
    fn read(arguments: &Arguments, desk: &'a Desk<'a>) -> Result<Self, ToolError> {
        let extension = desk.extension(arguments.from_extension.as_deref())?;
        let text = arguments.message.trim();
        let length = text.chars().count();
        if !(1..=MOST_CHARS).contains(&length) {
            return Err(ToolError::invalid(format!(
                "the message has {length} characters, but must have 1 to {MOST_CHARS}"
            ))
            .hint("shorten it, or send it in parts"));
        }
        let to = desk.dialing()?.admit(&arguments.to)?;
        let channel = arguments.channel;
        let way = match (channel, &to) {
            (Channel::Livechat, Destination::Internal(colleague)) if *colleague == extension => {
                return Err(ToolError::invalid(format!(
                    "extension {extension} cannot write to itself"
                ))
                .hint("say which other extension to write to"));
            }
            (Channel::Livechat, Destination::Internal(colleague)) => {
                chat_is_open(desk)?;
                Way::Chat(colleague.clone())
            }
            (Channel::Livechat, _) => {
                return Err(ToolError::invalid(format!(
                    "livechat reaches extensions only, and {to} is none"
                ))
                .hint("give an extension number, or use sms or whatsapp"));
            }
            _ => {
                reachable(desk, channel, &to)?;
                Way::Carrier(road(desk, channel)?)
            }
        };
        Ok(Self {
            way,
            desk,
            extension,
            to,
            text: text.to_owned(),
            channel,
        })
    }

    /// How many SMS it is, if it is one.
    fn segments(&self) -> Option<Segments> {
        (self.channel == Channel::Sms).then(|| Segments::of(&self.text))
    }

    /// What a key stands for: the same words to the same person. Kept for a day, so without the words.
    fn intent(&self) -> String {
        let (from, channel, to, text) =
            (&self.extension, self.channel.as_str(), &self.to, &self.text);
        let all = format!("{from} {channel} {to} {text}");
        URL_SAFE_NO_PAD.encode(Sha256::digest(all))
    }

    /// What would be done, for the person who says yes to it.
    fn would(&self) -> String {
        let (channel, to, extension, text) = (self.channel, &self.to, &self.extension, &self.text);
        let length = self
            .segments()
            .map(|segments| format!(" ({segments})"))
            .unwrap_or_default();
        format!("send this {channel}{length} to {to} from extension {extension}: {text}")
    }

    async fn send_if_permitted(&self) -> Result<Sent, ToolError> {
        let act = Act::Message(self.channel, &self.to);
        if let Way::Chat(colleague) = &self.way {
            is_colleague(self.desk, colleague).await?;
        }
        permitted(self.desk, act, &self.extension, &self.would()).await?;
        let road = match &self.way {
            Way::Carrier(road) => *road,
            Way::Chat(colleague) => {
                return send_chat(self.desk, &self.extension, colleague, &self.text).await;
            }
        };
        let outgoing = Outgoing {
            from: self.extension.as_str(),
            to: self.to.as_str(),
            extension: self.extension.as_str(),
            text: &self.text,
            origin: Origin::Tool,
        };
        send(self.desk, road, &outgoing).await
    }

    fn report(&self, (message_id, status): Sent, repeated: bool) -> Output {
        let segments = self.segments();
        let length = segments.map(|it| format!(" ({it})")).unwrap_or_default();
        let (channel, to) = (self.channel, &self.to);
        Output {
            success: true,
            from: self.extension.to_string(),
            to: self.to.to_string(),
            channel: self.channel,
            message: match &self.way {
                Way::Carrier(_) => format!(
                    "the carrier accepted the {channel}{length} to {to}; get_messages shows whether it was \
                     delivered"
                ),
                Way::Chat(_) => format!("the {channel} to {to} is in the PBX's chat history"),
            },
            status,
            message_id,
            segments: segments.map(|it| it.count),
            encoding: segments.map(|it| it.encoding.as_str()),
            repeated,
        }
    }
}

#[cfg(test)]
mod tests;
