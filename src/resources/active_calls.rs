//! `threecx://active-calls`.

use serde_json::{Value, json};

use crate::desk::{Desk, ToolError, active_calls, all_calls};
use crate::json;
use crate::time::iso;

/// Every call that the caller may see.
pub(super) async fn all(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let calls = all_calls(desk).await?;
    Ok(json!({
        "extension": "all",
        "activeCalls": json::value(&active_calls(&calls, desk.now)),
        "live": calls.live,
        "asOf": iso(calls.as_of),
        "timestamp": iso(desk.now),
    }))
}
