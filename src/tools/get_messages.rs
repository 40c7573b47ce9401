//! `get_messages`: messages that the PBX has seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Desk, Message, ToolError, messages, page_size};
use crate::time::iso;

/// The tool.
pub(crate) struct GetMessages;

/// Which messages.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Only messages from or to this extension
    extension: Option<String>,
    /// How many messages at most, 1 to 100; 50 if left out
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `nextCursor` of the page before, to go on from there
    cursor: Option<String>,
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
    /// When this was answered
    timestamp: String,
}

impl Tool for GetMessages {
    const NAME: &'static str = "get_messages";
    const TITLE: &'static str = "Read messages";
    const DESCRIPTION: &'static str = "Reads the message history of the telephone system (chats between \
        extensions, SMS and website chats that 3CX has seen), newest first. Needs the role System Owner \
        on the PBX.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.only_extension(arguments.extension.as_deref())?;
        let limit = page_size(arguments.limit, 50)?;
        let skip = match arguments.cursor.as_deref() {
            None => 0,
            Some(text) => text
                .strip_prefix("older-")
                .and_then(|skip| skip.parse().ok())
                .ok_or_else(|| {
                    ToolError::invalid("cursor is not one that this tool gave out")
                        .hint("pass nextCursor unchanged, or leave cursor out to begin")
                })?,
        };
        let extension = extension
            .as_ref()
            .map(crate::policy::ExtensionNumber::as_str);
        let (messages, next) = messages(desk, extension, skip, limit).await?;
        Ok(Output {
            count: messages.len(),
            messages,
            next_cursor: next.map(|next| format!("older-{next}")),
            timestamp: iso(desk.now),
        })
    }
}
