//! `threecx://messages`.

use serde_json::{Value, json};

use crate::desk::{Desk, ToolError, Wanted, messages};
use crate::json;
use crate::time::iso;

/// How many messages the view shows.
const SHOWN: usize = 50;

/// The newest messages that the caller may see.
pub(super) async fn newest(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let wanted = Wanted {
        limit: SHOWN,
        ..Wanted::default()
    };
    let page = messages(desk, &wanted).await?;
    Ok(json!({
        "count": page.messages.len(),
        "messages": json::value(&page.messages),
        "complete": page.next.is_none(),
        "warnings": page.warnings,
        "timestamp": iso(desk.now),
    }))
}
