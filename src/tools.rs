//! The tools: what an assistant can do with the telephone system.
//!
//! One file a tool, in the same order everywhere: arguments, result, what it does, tests. A tool is
//! a type that implements [`Tool`]; the table at the end of this file is all that knows them by
//! name. Schemas come from the same types that validate the input.
//!
//! Invariants
//! - Failure is data: a tool answers [`ToolError`], which the caller sees as `isError` with a code,
//!   a text to act on and a hint. Nothing in here ends in a JSON-RPC error.
//! - A tool that acts says what really happened, in the PBX's terms.
//!
//! Not here: what tools work with (`desk`), the protocol (`mcp`), 3CX's wire (`pbx`), I/O (`edge`).

mod answer;
mod answer_call;
mod check_pbx;
mod definition;
mod drop_call;
mod get_active_calls;
mod get_audit_log;
mod get_call_logs;
mod get_extensions;
mod get_messages;
mod get_presence;
mod hand_to_basma;
mod hold_call;
mod make_call;
mod record_call;
mod send_message;
mod transfer_call;

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use answer::Entry;
pub use definition::Hints;
use definition::Takes;

use crate::auth::{Scope, Scopes};
use crate::desk::{Desk, ToolError};
use crate::mcp::ToolResult;

/// One tool.
pub trait Tool {
    /// The name on the wire: part of the contract.
    const NAME: &'static str;
    /// For people.
    const TITLE: &'static str;
    /// For models: what it does, on what, and what it cannot do.
    const DESCRIPTION: &'static str;
    /// What a caller must be allowed.
    const SCOPE: Scope;
    /// The four annotations of MCP.
    const HINTS: Hints;
    /// What it takes.
    type Arguments: DeserializeOwned + JsonSchema;
    /// What it answers; always an object.
    type Output: Serialize + JsonSchema;

    /// Does it.
    fn run(
        arguments: Self::Arguments,
        desk: &Desk<'_>,
    ) -> impl Future<Output = Result<Self::Output, ToolError>>;
}

/// The definitions for `tools/list`: a JSON array.
pub fn definitions() -> &'static str {
    include_str!("tools/definitions.json")
}

/// The definitions of the tools that a caller with these scopes may use.
pub fn definitions_for(scopes: Scopes) -> Cow<'static, str> {
    if scopes == Scopes::ALL {
        return Cow::Borrowed(definitions());
    }
    // A tool a line, in the order of the table.
    let lines = definitions().lines().skip(1);
    let usable = lines
        .zip(TABLE)
        .filter(|(_, tool)| scopes.contains(tool.scope))
        .map(|(line, _)| line.trim_end_matches(','));
    Cow::Owned(format!("[{}]", usable.collect::<Vec<_>>().join(",")))
}

/// The table: adding a tool is one line here and one file beside this one.
macro_rules! tools {
    ($($tool:ty),+ $(,)?) => {
        /// The definitions as the types say them: what `definitions.json` has to hold.
        pub fn described() -> String {
            definition::array(&[$(definition::of::<$tool>()),+])
        }

        const TABLE: &[Entry] = &[$(Entry::of::<$tool>()),+];

        /// The scopes alone: whoever asks for them does not need what the tools do.
        const SCOPES: &[(&str, Scope)] = &[$((<$tool>::NAME, <$tool>::SCOPE)),+];
    };
}

/// What a caller of a tool must be allowed; `None` where there is no such tool.
pub fn scope_of(name: &str) -> Option<Scope> {
    SCOPES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, scope)| *scope)
}

/// Calls a tool by name with JSON arguments; `None` where there is no such tool.
pub async fn call(name: &str, arguments: &str, desk: &Desk<'_>) -> Option<ToolResult> {
    static TAKES: LazyLock<Vec<Takes>> = LazyLock::new(|| Takes::of_all(definitions()));
    let mut tools = TABLE.iter().zip(TAKES.iter());
    let (tool, takes) = tools.find(|(tool, _)| tool.name == name)?;
    Some(tool.call(arguments, takes, desk).await)
}

tools![
    answer_call::AnswerCall,
    check_pbx::CheckPbx,
    drop_call::DropCall,
    get_active_calls::GetActiveCalls,
    get_audit_log::GetAuditLog,
    get_call_logs::GetCallLogs,
    get_extensions::GetExtensions,
    get_messages::GetMessages,
    get_presence::GetPresence,
    hand_to_basma::HandToBasma,
    hold_call::HoldCall,
    make_call::MakeCall,
    record_call::RecordCall,
    send_message::SendMessage,
    transfer_call::TransferCall,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_shown_what_it_may_use() {
        let names = |scopes: &[&str]| -> Vec<String> {
            let scopes = Scopes::parse(scopes.iter().copied()).unwrap();
            let list: serde_json::Value = serde_json::from_str(&definitions_for(scopes)).unwrap();
            let all = list.as_array().unwrap();
            all.iter()
                .map(|tool| tool["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let reading = [
            "check_pbx",
            "get_active_calls",
            "get_call_logs",
            "get_extensions",
            "get_messages",
            "get_presence",
        ];
        assert_eq!(names(&["read"]), reading);
        assert_eq!(names(&["message"]), ["send_message"]);
        assert_eq!(names(&["admin"]), ["get_audit_log"]);
        let control = [
            "answer_call",
            "drop_call",
            "hand_to_basma",
            "hold_call",
            "make_call",
            "transfer_call",
        ];
        assert_eq!(names(&["control"]), control);
        assert!(names(&[]).is_empty());
        let all = names(&["read", "control", "message", "record", "admin"]);
        assert_eq!(all.len(), TABLE.len());
        assert!(all.is_sorted());
    }

    /// `UPDATE_GOLDEN=1 cargo test --lib definitions` writes the file anew.
    #[test]
    fn definitions_are_what_the_types_say() {
        let described = described();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tools/definitions.json");
            std::fs::write(path, &described).unwrap();
            return;
        }
        assert_eq!(
            definitions(),
            described,
            "run UPDATE_GOLDEN=1 cargo test --lib definitions"
        );
    }
}
