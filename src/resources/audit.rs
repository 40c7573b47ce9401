//! `threecx://audit`.

use serde_json::{Value, json};

use crate::desk::{Desk, ToolError, audit_log};
use crate::json;
use crate::policy::AuditQuery;
use crate::time::iso;

/// How many entries the view shows.
const SHOWN: usize = 100;

/// The newest entries, for administrators.
pub(super) async fn newest(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let query = AuditQuery {
        limit: SHOWN,
        ..AuditQuery::default()
    };
    let (entries, older) = audit_log(desk, &query).await?;
    Ok(json!({
        "count": entries.len(),
        "entries": json::value(&entries),
        "complete": older.is_none(),
        "timestamp": iso(desk.now),
    }))
}
