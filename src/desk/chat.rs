//! Chat inside the PBX, through the undocumented door of its web client.
//!
//! MyPhone acknowledges what it does not do, so success is what the PBX's own chat history shows: what fits
//! was looked for before, and something that was not there then has to be there after. Without a look at the
//! history nothing is sent.
//!
//! Not here: the wire (`pbx::my_phone`), and whether it may be sent now (`permit.rs`).

use std::time::Duration;

use serde_json::json;

use super::audit::not_begun;
use super::{Code, Desk, Sent, ToolError};
use crate::auth::Secret;
use crate::messaging::{Channel, Entry, FAILED, INTENT, Origin, Report, UNKNOWN};
use crate::pbx::{Acknowledged, ChatMessage, Pbx, PbxError};
use crate::policy::ExtensionNumber;

/// The newest messages among which ours has to be.
const LOOKED_AT: usize = 50;
/// The history is written a little later than the message is sent.
const LOOKS_MS: [u64; 5] = [0, 150, 350, 1_000, 2_000];

/// Whether the door may be used at all.
pub(crate) fn chat_is_open(desk: &Desk<'_>) -> Result<(), ToolError> {
    if desk.messaging()?.chat {
        return Ok(());
    }
    Err(closed("3CX has no API to send a chat message").hint(
        "an administrator can allow the undocumented way of 3CX's web client with MYPHONE_CHAT=on (see README, \
         Messages); the person can write it in the 3CX app; make_call reaches them by telephone",
    ))
}

fn closed(why: &str) -> ToolError {
    ToolError::new(Code::NotSupportedByPbx, format!("nothing was sent: {why}"))
}

/// Refuses whoever is no extension of this PBX.
pub(crate) async fn is_colleague(desk: &Desk<'_>, to: &ExtensionNumber) -> Result<(), ToolError> {
    match desk.pbx()?.user(to.as_str()).await? {
        Some(_) => Ok(()),
        None => Err(ToolError::new(
            Code::NotFound,
            format!("nothing was sent: there is no extension {to}"),
        )
        .hint("get_extensions lists them")),
    }
}

/// Sends a chat message, once.
pub(crate) async fn send_chat(
    desk: &Desk<'_>,
    from: &ExtensionNumber,
    to: &ExtensionNumber,
    text: &str,
) -> Result<Sent, ToolError> {
    let pbx = desk.pbx()?;
    let (from, to) = (from.as_str(), to.as_str());
    let before = like(&pbx, from, to, text).await?;
    let mut session = match desk.memory.my_phone(from, desk.now) {
        Some(session) => session,
        None => sign_in(desk, &pbx, from).await?,
    };
    let entry = Entry {
        place: 0,
        id: desk.session.new_id(),
        at: (desk.clock)(),
        channel: Channel::Livechat,
        origin: Origin::Tool,
        from: from.to_owned(),
        to: to.to_owned(),
        extension: from.to_owned(),
        body: text.to_owned(),
        sid: String::new(),
        status: INTENT.to_owned(),
        error: String::new(),
    };
    desk.session
        .log(&entry)
        .await
        .map_err(|error| not_begun(&error))?;
    let mut said = pbx.send_chat(&session, to, text).await;
    if said == Ok(Acknowledged::SignedOut) {
        // Certainly nothing was done: once more with a new session.
        desk.memory.forget_my_phone(from);
        said = match sign_in(desk, &pbx, from).await {
            Ok(new) => {
                session = new;
                pbx.send_chat(&session, to, text).await
            }
            Err(error) => {
                settle(desk, &entry.id, FAILED, "").await;
                return Err(error);
            }
        };
    }
    let doubt = match said {
        Ok(Acknowledged::Done) => {
            "3CX says that it was sent, but its chat history does not show it".to_owned()
        }
        Ok(Acknowledged::SignedOut) => {
            settle(desk, &entry.id, FAILED, "").await;
            return Err(
                closed("the PBX ends each session of this server at once").hint(
                    "another program may be using the same API client: give this server its own",
                ),
            );
        }
        Ok(Acknowledged::Refused(code, words)) => {
            settle(desk, &entry.id, FAILED, &code.to_string()).await;
            return Err(refused(code, &words));
        }
        Err(PbxError::OutcomeUnknown(doubt)) => doubt,
        Err(error) => {
            settle(desk, &entry.id, FAILED, "").await;
            return Err(error.into());
        }
    };
    for wait in LOOKS_MS {
        desk.session.rest(Duration::from_millis(wait)).await;
        let after = like(&pbx, from, to, text).await.unwrap_or_default();
        if let Some(seen) = after.into_iter().find(|id| !before.contains(id)) {
            settle(desk, &entry.id, "sent", &seen.to_string()).await;
            return Ok((entry.id, "sent".to_owned()));
        }
    }
    settle(desk, &entry.id, UNKNOWN, "").await;
    let message = format!("the chat message to {to} may or may not have been sent: {doubt}");
    Err(ToolError::new(Code::OutcomeUnknown, message)
        .hint("do not send it again: look with get_messages in a minute, or ask the person")
        .details(json!({ "messageId": entry.id })))
}

/// The messages of this text from one extension to the other that the PBX's history has.
async fn like(pbx: &Pbx<'_>, from: &str, to: &str, text: &str) -> Result<Vec<i64>, PbxError> {
    let is_like = |row: &ChatMessage| {
        row.sender_participant_no.as_deref() == Some(from)
            && row
                .message
                .as_deref()
                .is_some_and(|said| said.trim() == text)
            && row.recipients.as_deref().is_some_and(|all| {
                all.split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|one| one == to)
            })
    };
    let rows = pbx.chat_messages(0, LOOKED_AT).await?;
    Ok(rows
        .iter()
        .filter(|row| is_like(row))
        .filter_map(|row| row.message_id)
        .collect())
}

async fn sign_in(
    desk: &Desk<'_>,
    pbx: &Pbx<'_>,
    extension: &str,
) -> Result<Secret<String>, ToolError> {
    match pbx.my_phone(extension).await {
        Ok(session) => {
            desk.memory.keep_my_phone(extension, &session, desk.now);
            Ok(session)
        }
        Err(
            PbxError::Forbidden { .. }
            | PbxError::TokenRefused { .. }
            | PbxError::NotFound { .. }
            | PbxError::Rejected { .. },
        ) => Err(closed(&format!(
            "the PBX does not let this server act as extension {extension} in MyPhone"
        ))
        .hint(
            "in 3CX under Integrations > API, tick MyPhone access for this client (3CX 20.0.8 and newer) and \
             list the extension; make_call reaches the person by telephone",
        )),
        // Signing in sends nothing, so there is no doubt.
        Err(PbxError::OutcomeUnknown(why)) => Err(ToolError::new(
            Code::PbxUnreachable,
            format!("nothing was sent: {why}"),
        )
        .hint("try again")
        .retryable()),
        Err(error) => Err(error.into()),
    }
}

async fn settle(desk: &Desk<'_>, id: &str, status: &str, note: &str) {
    let is_sent = status == "sent";
    let text = |is_it: bool| {
        if is_it {
            note.to_owned()
        } else {
            String::new()
        }
    };
    let report = Report {
        id: id.to_owned(),
        sid: text(is_sent),
        status: status.to_owned(),
        error: text(!is_sent),
    };
    // If this is lost, the history still has it.
    let _ = desk.session.settle(&report).await;
}

/// What the codes of an acknowledgement mean.
fn refused(code: i32, words: &str) -> ToolError {
    let (what, hint) = match code {
        8 => ("it knows no such extension", "get_extensions lists them"),
        9 | 37 => (
            "this extension may not write to that one",
            "an administrator can check its rights in 3CX",
        ),
        32 => (
            "chat is switched off",
            "an administrator can switch it on in 3CX, or reach the person with make_call",
        ),
        _ => ("it refused", "the person can write it in the 3CX app"),
    };
    let said = if words.is_empty() {
        String::new()
    } else {
        format!(": {}", words.chars().take(200).collect::<String>())
    };
    ToolError::new(
        Code::PbxRejected,
        format!("nothing was sent by the PBX: {what} ({code}){said}"),
    )
    .hint(hint)
}
