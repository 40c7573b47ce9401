//! `threecx://messages`.

use serde_json::{Value, json};

use crate::desk::{Desk, ToolError, messages};
use crate::json;
use crate::time::iso;

/// How many messages the view shows.
const SHOWN: usize = 50;

/// The newest messages that the caller may see.
pub(super) async fn newest(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let (messages, older) = messages(desk, None, 0, SHOWN).await?;
    Ok(json!({
        "count": messages.len(),
        "messages": json::value(&messages),
        "complete": older.is_none(),
        "timestamp": iso(desk.now),
    }))
}
