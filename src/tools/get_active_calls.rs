//! `get_active_calls`: the calls of this moment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{ActiveCall, Desk, ToolError, active_calls, all_calls, calls_of};
use crate::time::iso;

/// The tool.
pub(crate) struct GetActiveCalls;

/// Whose calls.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Only the calls of this extension; all calls if left out
    extension: Option<String>,
}

/// The calls; the field names are a contract with outside programs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The extension that was asked for, or "all"
    extension: String,
    /// One entry a conversation
    active_calls: Vec<ActiveCall>,
    /// Changes are known as they happen; false: read from the PBX just now, because the link is down
    live: bool,
    /// When this was true
    as_of: String,
    /// When this was answered
    timestamp: String,
}

impl Tool for GetActiveCalls {
    const NAME: &'static str = "get_active_calls";
    const TITLE: &'static str = "See the calls of this moment";
    const DESCRIPTION: &'static str = "Lists the calls that are going on now: who calls whom, ringing or \
        connected, since when. The participantId can be given, with the extension, to the tools that act \
        on calls.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let (extension, calls) = match desk.only_extension(arguments.extension.as_deref())? {
            Some(extension) => {
                let calls = calls_of(desk, extension.as_str()).await?;
                (extension.to_string(), calls)
            }
            None => ("all".to_owned(), all_calls(desk).await?),
        };
        Ok(Output {
            extension,
            active_calls: active_calls(&calls, desk.now),
            live: calls.live,
            as_of: iso(calls.as_of),
            timestamp: iso(desk.now),
        })
    }
}
