//! `threecx://extensions` and `threecx://extensions/{number}`.

use futures::join;
use serde::Serialize;
use serde_json::{Value, json};

use crate::desk::{Desk, Directory, Leg, ToolError, all_users, calls_of, departments, presence_of};
use crate::json;
use crate::pbx::User;
use crate::time::iso;

/// One extension as the list shows it; the field names are a contract with outside programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    number: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    department: String,
    profile: &'a str,
    registered: bool,
}

impl<'a> Entry<'a> {
    fn new(user: &'a User, directory: &Directory) -> Self {
        Self {
            number: &user.number,
            first_name: &user.first_name,
            last_name: &user.last_name,
            email: &user.email_address,
            department: directory.department(user.primary_group_id),
            profile: &user.current_profile_name,
            registered: user.is_registered,
        }
    }
}

/// Everybody the caller may see.
pub(super) async fn all(desk: &Desk<'_>) -> Result<Value, ToolError> {
    let (directory, users) = join!(departments(desk), all_users(desk));
    let (users, is_complete) = users?;
    let directory = Directory::or_without(directory);
    let entries: Vec<Entry> = users
        .iter()
        .map(|user| Entry::new(user, &directory))
        .collect();
    let mut contents = json!({
        "count": entries.len(),
        "extensions": json::value(&entries),
        "complete": is_complete,
        "timestamp": iso(desk.now),
    });
    warn(&mut contents, directory.warning);
    Ok(contents)
}

/// One extension with what it is doing; `None` if there is none, or the caller may not see it.
pub(super) async fn one(number: &str, desk: &Desk<'_>) -> Result<Option<Value>, ToolError> {
    if !desk.may_touch(number) {
        return Ok(None);
    }
    let pbx = desk.pbx()?;
    let (directory, user, calls) =
        join!(departments(desk), pbx.user(number), calls_of(desk, number));
    let Some(user) = user? else { return Ok(None) };
    let directory = Directory::or_without(directory);
    let (legs, live, as_of, calls_warning) = match calls {
        Ok(calls) => (calls.participants(), calls.live, calls.as_of, None),
        // A person can be shown although their calls cannot.
        Err(error) => {
            let warning = format!("calls are not shown: {}", error.message);
            (Vec::new(), false, desk.now, Some(warning))
        }
    };
    let presence = presence_of(&user, &legs);
    let mut contents = json!({
        "extension": json::value(&Entry::new(&user, &directory)),
        "status": presence.status,
        "statusText": presence.text,
        "onCall": presence.on_call,
        "calls": json::value(&legs.iter().map(Leg::from).collect::<Vec<_>>()),
        "live": live,
        "asOf": iso(as_of),
        "timestamp": iso(desk.now),
    });
    warn(&mut contents, directory.warning);
    warn(&mut contents, calls_warning);
    Ok(Some(contents))
}

fn warn(contents: &mut Value, warning: Option<String>) {
    let (Some(warning), Some(members)) = (warning, contents.as_object_mut()) else {
        return;
    };
    let warnings = members.entry("warnings").or_insert_with(|| json!([]));
    if let Some(list) = warnings.as_array_mut() {
        list.push(warning.into());
    }
}
