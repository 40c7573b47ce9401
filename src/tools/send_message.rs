//! `send_message`: the door for messages. 3CX has no API to send one, and no other road is open yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Code, Desk, ToolError};
use crate::policy::Destination;

/// The longest message: what a carrier takes in one request.
const MAX_CHARS: usize = 1_600;

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
    /// Any text that is new for each message you want
    #[expect(dead_code, reason = "part of the contract; nothing is sent yet")]
    idempotency_key: Option<String>,
    /// The handle from a confirmation_required answer, if there was one
    #[expect(dead_code, reason = "read by the errand, for every tool alike")]
    confirm: Option<String>,
}

/// By which road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Channel {
    /// SMS.
    #[default]
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// 3CX chat between extensions.
    Livechat,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
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
}

impl Tool for SendMessage {
    const NAME: &'static str = "send_message";
    const TITLE: &'static str = "Send a message";
    const DESCRIPTION: &'static str = "Sends an SMS, a WhatsApp message or a chat message. 3CX has no \
        API for this: it works only where an administrator has set up a road for the channel, and \
        otherwise says so.";
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
        desk.extension(arguments.from_extension.as_deref())?;
        let length = arguments.message.trim().chars().count();
        if !(1..=MAX_CHARS).contains(&length) {
            return Err(ToolError::invalid(format!(
                "the message has {length} characters, but must have 1 to {MAX_CHARS}"
            ))
            .hint("shorten it, or send it in parts"));
        }
        let destination = desk.dialing()?.admit(&arguments.to)?;
        match (arguments.channel, &destination) {
            (Channel::Livechat, Destination::Internal(_)) => Err(closed(
                "3CX has no API to send a chat message",
                "the person can write it in the 3CX app; make_call reaches them by telephone",
            )),
            (Channel::Livechat, _) => Err(ToolError::invalid(format!(
                "livechat reaches extensions only, and {destination} is none"
            ))
            .hint("give an extension number, or use sms or whatsapp")),
            (_, Destination::Internal(_)) => Err(ToolError::invalid(format!(
                "{destination} is an extension; sms and whatsapp need a telephone number"
            ))
            .hint("use livechat for extensions, or give a mobile number such as +966500000000")),
            (Channel::Sms | Channel::Whatsapp, _) => Err(closed(
                "3CX has no API to send SMS or WhatsApp, and no carrier is set up on this server",
                "an administrator has to set up a carrier; make_call reaches the person by telephone",
            )),
        }
    }
}

fn closed(message: &str, hint: &str) -> ToolError {
    ToolError::new(
        Code::NotSupportedByPbx,
        format!("nothing was sent: {message}"),
    )
    .hint(hint)
}
