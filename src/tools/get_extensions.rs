//! `get_extensions`: the people of the PBX.

use futures::join;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hints, Tool};
use crate::auth::{ExtensionSet, Scope};
use crate::desk::{Desk, Directory, ToolError, departments, page_size, presence_of};
use crate::pbx::{DnInfo, PbxError, UserQuery};

/// The tool.
pub(super) struct GetExtensions;

/// Which extensions, and how much about them.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Arguments {
    /// Only the extensions of this department (its name; upper and lower case are the same)
    department: Option<String>,
    /// Also the profile (Available, Away …) and whether each is on a call now
    #[serde(default)]
    include_status: bool,
    /// How many extensions at most, 1 to 100; 50 if left out
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `nextCursor` of the page before, to go on from there
    cursor: Option<String>,
}

/// One page of extensions.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// How many are on this page
    count: usize,
    /// The extensions, ordered by number
    extensions: Vec<Extension>,
    /// How many match on all pages, where the PBX says so
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    /// Give this as `cursor` to get the next page; absent on the last one
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// What is missing from this answer, and why
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// One extension.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension {
    /// Extension number
    number: String,
    /// First and last name
    name: String,
    /// E-mail address
    email: String,
    /// Name of the department
    department: String,
    /// Whether a phone is signed in
    registered: bool,
    /// The profile the person set; only with include_status
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    /// Whether the person is on a call now; only with include_status
    #[serde(skip_serializing_if = "Option::is_none")]
    on_call: Option<bool>,
    /// The same in words; only with include_status
    #[serde(skip_serializing_if = "Option::is_none")]
    status_text: Option<String>,
}

impl Tool for GetExtensions {
    const NAME: &'static str = "get_extensions";
    const TITLE: &'static str = "List extensions";
    const DESCRIPTION: &'static str = "Lists the people (extensions) of the 3CX phone system: \
        number, name, e-mail, department, and whether a phone is signed in. With include_status \
        also their profile and whether they are on a call now, so it answers \"who is free?\". \
        Long lists come in pages.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(arguments: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let limit = page_size(arguments.limit, 50)?;
        let skip = arguments.cursor.as_deref().map_or(Ok(0), read_cursor)?;
        let pbx = desk.pbx()?;
        let wanted = arguments
            .department
            .as_deref()
            .filter(|name| !name.trim().is_empty());

        let calls = async {
            if arguments.include_status {
                Some(seen_calls(desk).await)
            } else {
                None
            }
        };
        // A department's name has to become its id first; otherwise all goes side by side.
        let (directory, page, calls) = if let Some(name) = wanted {
            let directory = departments(desk).await?;
            let group_id = Some(directory.find(name)?);
            let query = UserQuery {
                group_id,
                skip,
                top: limit,
            };
            let (page, calls) = join!(pbx.users(&query), calls);
            (directory, page?, calls)
        } else {
            let query = UserQuery {
                group_id: None,
                skip,
                top: limit,
            };
            let (directory, page, calls) = join!(departments(desk), pbx.users(&query), calls);
            (Directory::or_without(directory), page?, calls)
        };

        let read = page.users.len();
        let next = skip.saturating_add(read);
        let has_more = page.total.map_or(read == limit, |total| next < total) && read > 0;
        let status = Status::of(calls);
        let extensions: Vec<Extension> = page
            .users
            .iter()
            .filter(|user| desk.may_touch(&user.number))
            .map(|user| {
                let legs = status.legs(&user.number);
                let presence = presence_of(user, legs);
                let shown = arguments.include_status;
                Extension {
                    number: user.number.clone(),
                    name: user.name(),
                    email: user.email_address.clone(),
                    department: directory.department(user.primary_group_id),
                    registered: user.is_registered,
                    profile: shown.then(|| user.current_profile_name.clone()),
                    on_call: (shown && status.is_known(&user.number)).then_some(presence.on_call),
                    status_text: (shown && status.is_known(&user.number)).then_some(presence.text),
                }
            })
            .collect();
        Ok(Output {
            count: extensions.len(),
            extensions,
            total: page
                .total
                .filter(|_| desk.caller.extensions == ExtensionSet::Everything),
            next_cursor: has_more.then(|| write_cursor(next)),
            warnings: [directory.warning, status.warning]
                .into_iter()
                .flatten()
                .collect(),
        })
    }
}

/// Every DN that the API client may see, with its calls: whoever is not among them is not known to
/// be free.
async fn seen_calls(desk: &Desk<'_>) -> Result<Vec<DnInfo>, PbxError> {
    match &desk.pbx {
        Ok(pbx) => pbx.dns().await,
        Err(problem) => Err(PbxError::NotConfigured(problem.clone())),
    }
}

/// Who is on a call, as far as the API client may know.
#[derive(Default)]
struct Status {
    dns: Vec<DnInfo>,
    warning: Option<String>,
}

impl Status {
    fn of(outcome: Option<Result<Vec<DnInfo>, PbxError>>) -> Self {
        match outcome {
            None => Self::default(),
            Some(Ok(dns)) => Self { dns, warning: None },
            Some(Err(error)) => Self {
                dns: Vec::new(),
                warning: Some(format!("who is on a call is not shown: {error}")),
            },
        }
    }

    fn is_known(&self, number: &str) -> bool {
        self.dns.iter().any(|info| info.dn == number)
    }

    fn legs(&self, number: &str) -> &[crate::pbx::Participant] {
        let info = self.dns.iter().find(|info| info.dn == number);
        info.map(|info| info.participants.as_slice())
            .unwrap_or_default()
    }
}

fn write_cursor(skip: usize) -> String {
    format!("after-{skip}")
}

fn read_cursor(text: &str) -> Result<usize, ToolError> {
    text.strip_prefix("after-")
        .and_then(|skip| skip.parse().ok())
        .ok_or_else(|| {
            ToolError::invalid("cursor is not one that this tool gave out")
                .hint("pass nextCursor of the page before unchanged, or leave cursor out to begin")
        })
}
