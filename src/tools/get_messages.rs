//! `get_messages`: what was sent and received by this server, and what the PBX has seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::get_call_logs::Direction;
use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Desk, Message, ToolError, Wanted, messages, page_size};
use crate::pbx::history::parse_range;
use crate::policy::ExtensionNumber;
use crate::time::iso;

/// Where only an end is given, so many days before it are read.
const USUAL_DAYS: i64 = 30;

/// The tool.
pub(crate) struct GetMessages;

/// Which messages.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Only messages from or to this extension
    extension: Option<String>,
    /// sms, whatsapp, livechat (between extensions) or external (somebody outside, through the PBX alone); all
    /// if left out
    channel: Option<Channel>,
    /// Inbound, Outbound or Internal; all if left out
    direction: Option<Direction>,
    /// First day (2026-09-12) or moment (2026-09-12T14:00:00+03:00); all if left out
    start_date: Option<String>,
    /// Last day, which is included, or moment; now if left out
    end_date: Option<String>,
    /// How many messages at most, 1 to 100; 50 if left out
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `nextCursor` of the page before, to go on from there
    cursor: Option<String>,
}

/// By which road.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Channel {
    /// SMS through this server.
    Sms,
    /// WhatsApp through this server.
    Whatsapp,
    /// Between extensions.
    Livechat,
    /// With somebody outside, through the PBX alone.
    External,
}

impl Channel {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Livechat => "livechat",
            Self::External => "external",
        }
    }
}

/// The messages; the field names are a contract with outside programs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many are on this page
    count: usize,
    /// Newest first
    messages: Vec<Message>,
    /// Give this as `cursor` to get older ones; absent on the last page
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// What is missing from this answer, and why
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// When this was answered
    timestamp: String,
}

impl Tool for GetMessages {
    const NAME: &'static str = "get_messages";
    const TITLE: &'static str = "Read messages";
    const DESCRIPTION: &'static str = "Reads messages, newest first: SMS and WhatsApp that went through this \
        server, with their delivery status, and the telephone system's own history (chats between extensions, \
        messages of people outside that 3CX has seen). The telephone system's own part needs the role System \
        Owner on the PBX.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.only_extension(arguments.extension.as_deref())?;
        let dates = (
            arguments.start_date.as_deref(),
            arguments.end_date.as_deref(),
        );
        let wanted = Wanted {
            extension: extension.as_ref().map(ExtensionNumber::as_str),
            channel: arguments.channel.map(Channel::as_str),
            direction: arguments.direction.map(Direction::as_str),
            window: match dates {
                (None, None) => None,
                (start, end) => Some(parse_range(start, end, USUAL_DAYS, desk.zone()?, desk.now)?),
            },
            limit: page_size(arguments.limit, 50)?,
            after: match arguments.cursor.as_deref() {
                None => None,
                Some(text) => Some(text.parse().map_err(|()| {
                    ToolError::invalid("cursor is not one that this tool gave out")
                        .hint("pass nextCursor unchanged, or leave cursor out to begin")
                })?),
            },
        };
        let page = messages(desk, &wanted).await?;
        Ok(Output {
            count: page.messages.len(),
            messages: page.messages,
            next_cursor: page.next.map(|place| place.to_string()),
            warnings: page.warnings,
            timestamp: iso(desk.now),
        })
    }
}
