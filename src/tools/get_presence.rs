//! `get_presence`: what one person is doing now.

use futures::join;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Code, Desk, Leg, ToolError, calls_of, presence_of};
use crate::pbx::User;
use crate::time::iso;

/// The tool.
pub(super) struct GetPresence;

/// Whose presence.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Extension number, for example "100"; the default extension if left out
    extension: Option<String>,
}

/// Presence of one extension.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// Extension number
    extension: String,
    /// First and last name
    name: String,
    /// The profile that the person set (Available, Away, Out of office, Custom 1, Custom 2); Offline
    /// where no phone is signed in
    status: String,
    /// The same in words, with the current call
    status_text: String,
    /// Whether the person is on a call now
    on_call: bool,
    /// Whether a phone is signed in
    registered: bool,
    /// The profile as 3CX names it
    profile: String,
    /// LoggedIn or LoggedOut: whether the person takes queue calls
    #[serde(skip_serializing_if = "String::is_empty")]
    queue_status: String,
    /// The call legs of this extension now
    calls: Vec<Leg>,
    /// Changes of calls are known as they happen; false: read from the PBX just now, because the link
    /// is down
    live: bool,
    /// When this was true of the calls
    as_of: String,
}

impl Tool for GetPresence {
    const NAME: &'static str = "get_presence";
    const TITLE: &'static str = "See what an extension is doing";
    const DESCRIPTION: &'static str = "Says whether a person (extension) is available, away or on \
        a call now, with whom, and whether a phone is signed in. The participantId of each call can \
        be given to the tools that act on calls.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let extension = desk.extension(arguments.extension.as_deref())?;
        let number = extension.as_str();
        let (user, calls) = join!(the_user(desk, number), calls_of(desk, number));
        // The user first: "no such extension" says more than "its calls are not to be had".
        let (user, calls) = (user?, calls?);
        let legs = calls.participants();
        let presence = presence_of(&user, &legs);
        Ok(Output {
            extension: extension.to_string(),
            name: user.name(),
            status: presence.status,
            status_text: presence.text,
            on_call: presence.on_call,
            registered: user.is_registered,
            profile: user.current_profile_name,
            queue_status: user.queue_status,
            calls: legs.iter().map(Leg::from).collect(),
            live: calls.live,
            as_of: iso(calls.as_of),
        })
    }
}

/// The person, as they were at most some seconds ago.
async fn the_user(desk: &Desk<'_>, number: &str) -> Result<User, ToolError> {
    if let Some(user) = desk.memory.user(number, desk.now) {
        return Ok(user);
    }
    let user = desk.pbx()?.user(number).await?.ok_or_else(|| {
        ToolError::new(Code::NotFound, format!("there is no extension {number}"))
            .hint("get_extensions lists those there are")
    })?;
    desk.memory.keep_user(user.clone(), desk.now);
    Ok(user)
}
