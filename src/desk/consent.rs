//! Asking before a thing is done: `confirmation_required`, and the handle that answers it.

use serde_json::json;

use super::{Code, Desk, ToolError};
use crate::policy::{Consent, HANDLE_LIVES_MS};

/// Goes on if `confirm` is a handle that was given out for just this; otherwise gives one out with
/// what would be done.
pub(crate) async fn agreed(
    desk: &Desk<'_>,
    tool: &str,
    intent: &str,
    explanation: &str,
    confirm: Option<&str>,
) -> Result<(), ToolError> {
    let consent = Consent {
        caller: desk.caller.name.clone(),
        tool: tool.to_owned(),
        intent: intent.to_owned(),
    };
    let handle = confirm.map(str::trim).filter(|text| !text.is_empty());
    let mut complaint = "";
    if let Some(handle) = handle {
        if desk.session.redeem(handle, &consent).await? {
            return Ok(());
        }
        complaint = "this handle is used up, too old, or was given out for something else. ";
    }
    let handle = desk.session.offer(&consent).await?;
    let minutes = HANDLE_LIVES_MS / 60_000;
    Err(ToolError::new(
        Code::ConfirmationRequired,
        format!("{complaint}{explanation}"),
    )
    .hint(format!(
        "ask the person; if they say yes, send the same request again with confirm set to \
             \"{handle}\" within {minutes} minutes"
    ))
    .details(json!({ "confirm": handle, "wouldDo": intent })))
}
