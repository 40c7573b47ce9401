//! Putting a tool call on record ([`begin`] before, [`end`] after), and reading the record.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Code, Desk, ToolError};
use crate::auth::CallerKind;
use crate::policy::{AuditQuery, End, Intent, LedgerDown, Mark, Outcome, Recorded, recordable};
use crate::time::{Millis, iso};

/// What goes on record of a call, whether or not it will be let. `is_known` tells the tool's own arguments.
pub(crate) fn begin(desk: &Desk<'_>, is_known: &dyn Fn(&str) -> bool) -> Intent {
    let arguments = desk.errand.arguments();
    let named = ["extension", "from_extension"]
        .iter()
        .find_map(|name| arguments.get(*name)?.as_str());
    let settings = desk.settings;
    let extension = match named {
        Some(text) => text.chars().filter(|c| !c.is_control()).take(20).collect(),
        None if ["extension", "from_extension"]
            .iter()
            .any(|name| is_known(name)) =>
        {
            let usual = settings
                .default_extension
                .as_ref()
                .ok()
                .and_then(Option::as_ref);
            usual.map(ToString::to_string).unwrap_or_default()
        }
        None => String::new(),
    };
    let whole_numbers = settings
        .limits
        .as_ref()
        .is_ok_and(|limits| limits.audits_whole_numbers);
    Intent {
        id: desk.session.new_id(),
        at: desk.now,
        caller: desk.caller.name.clone(),
        kind: kind(desk.caller.kind).to_owned(),
        client: desk
            .caller
            .client
            .as_deref()
            .unwrap_or(desk.errand.client)
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect(),
        tool: desk.errand.tool.to_owned(),
        extension,
        arguments: recordable(&arguments, is_known, whole_numbers),
    }
}

/// Notes how it ended. What changed something is on record before it is answered; what cannot be recorded
/// now stays noted and goes with the next question.
pub(crate) async fn end(desk: &Desk<'_>, intent: Intent, outcome: Option<Code>) {
    let end = End {
        at: (desk.clock)(),
        outcome: outcome.map_or("ok", Code::as_str).to_owned(),
    };
    let mark = Mark {
        intent,
        end: Some(end),
    };
    if desk.intent.is_some() {
        desk.session.note(mark);
        let _ = desk.session.flush().await;
    } else {
        desk.session.note_read(mark);
    }
}

/// Lets the mark of an act go with the very next question. It goes with each one anew: a letter that took it
/// along before may still be under way, and be lost.
pub(super) fn remind(desk: &Desk<'_>) {
    if let Some(intent) = &desk.intent {
        desk.session.note(Mark {
            intent: intent.clone(),
            end: None,
        });
    }
}

/// Goes on when the errand is on record: what is done must not be without a trace.
pub(crate) async fn on_record(desk: &Desk<'_>) -> Result<(), ToolError> {
    remind(desk);
    desk.session
        .flush()
        .await
        .map_err(|error| not_begun(&error))
}

/// The object could not be asked, so nothing was begun.
pub(super) fn not_begun(error: &LedgerDown) -> ToolError {
    ToolError::new(Code::PbxUnreachable, format!("nothing was done: {error}"))
        .hint("try again")
        .retryable()
}

/// One tool call on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry {
    /// Names the entry
    pub id: String,
    /// When it was asked for
    pub at: String,
    /// Who: the name of a key or grant
    pub caller: String,
    /// How they got in: api_key, oauth, binding, sms_gateway or local; masterlinc for its decisions
    pub signed_in_by: String,
    /// From which program, in its own words
    pub client: String,
    /// The tool
    pub tool: String,
    /// Whose telephone, where that was said
    pub extension: String,
    /// The arguments as JSON, without texts of messages
    pub arguments: String,
    /// ok, the code of an error, pending, or outcome_unknown
    pub outcome: String,
    /// When it ended, if that is known
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

/// Entries, newest first, and where older ones begin.
pub(crate) async fn audit_log(
    desk: &Desk<'_>,
    query: &AuditQuery,
) -> Result<(Vec<AuditEntry>, Option<i64>), ToolError> {
    // One more than is shown tells whether there are older ones.
    let wanted = AuditQuery {
        limit: query.limit.saturating_add(1),
        ..query.clone()
    };
    let mut found = desk.session.audit(&wanted).await?;
    let has_more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().map(|entry| entry.place).filter(|_| has_more);
    let entries = found
        .into_iter()
        .map(|entry| shown(entry, desk.now))
        .collect();
    Ok((entries, next))
}

fn shown(entry: Recorded, now: Millis) -> AuditEntry {
    let Recorded {
        intent,
        ended_at,
        outcome,
        ..
    } = entry;
    AuditEntry {
        outcome: Outcome::of(outcome, intent.at, now).as_str().to_owned(),
        id: intent.id,
        at: iso(intent.at),
        caller: intent.caller,
        signed_in_by: intent.kind,
        client: intent.client,
        tool: intent.tool,
        extension: intent.extension,
        arguments: intent.arguments,
        ended_at: ended_at.map(iso),
    }
}

const fn kind(kind: CallerKind) -> &'static str {
    match kind {
        CallerKind::Local => "local",
        CallerKind::ApiKey => "api_key",
        CallerKind::OAuth => "oauth",
        CallerKind::Binding => "binding",
        CallerKind::Pbx => "sms_gateway",
    }
}
