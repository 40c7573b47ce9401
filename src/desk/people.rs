//! Extensions and their departments as several tools and resources show them.

use futures::future::try_join_all;

use super::{Code, Desk, ToolError};
use crate::pbx::{Group, PbxError, User, UserQuery};

/// How many extensions a list reads in all: ten requests' worth.
const MOST_USERS: usize = 1_000;
const PAGE: usize = 100;

/// The departments by id.
#[derive(Debug, Default, Clone)]
pub(crate) struct Directory {
    groups: Vec<Group>,
    /// Why departments are not known, if so.
    pub(crate) warning: Option<String>,
}

impl Directory {
    /// The name of a department; 3CX writes its default one as `__DEFAULT__`.
    pub(crate) fn department(&self, group_id: i64) -> String {
        let group = self.groups.iter().find(|group| group.id == group_id);
        group
            .map(|group| shown(&group.name).to_owned())
            .unwrap_or_default()
    }

    /// The names of all departments.
    pub(crate) fn names(&self) -> Vec<String> {
        self.groups
            .iter()
            .map(|group| shown(&group.name).to_owned())
            .collect()
    }

    /// The department of this name, whatever its case; an error names those there are.
    pub(crate) fn find(&self, name: &str) -> Result<i64, ToolError> {
        let wanted = name.trim();
        let found = self
            .groups
            .iter()
            .find(|group| shown(&group.name).eq_ignore_ascii_case(wanted));
        found.map(|group| group.id).ok_or_else(|| {
            let names: Vec<&str> = self.groups.iter().map(|group| shown(&group.name)).collect();
            ToolError::new(
                Code::NotFound,
                format!("there is no department `{}`", name.trim()),
            )
            .hint(format!("departments: {}", names.join(", ")))
        })
    }
}

fn shown(name: &str) -> &str {
    if name == "__DEFAULT__" {
        "DEFAULT"
    } else {
        name
    }
}

/// The departments, from memory where they were read lately.
pub(crate) async fn departments(desk: &Desk<'_>) -> Result<Directory, PbxError> {
    if let Some(groups) = desk.memory.groups(desk.now) {
        return Ok(Directory {
            groups,
            warning: None,
        });
    }
    let Ok(pbx) = &desk.pbx else {
        return Ok(Directory::default());
    };
    let groups = pbx.groups().await?;
    desk.memory.keep_groups(groups.clone(), desk.now);
    Ok(Directory {
        groups,
        warning: None,
    })
}

impl Directory {
    /// Departments are an addition to a list of people: where they cannot be read (for want of a
    /// role, say), the list goes out without them and says why.
    pub(crate) fn or_without(outcome: Result<Self, PbxError>) -> Self {
        outcome.unwrap_or_else(|error| Self {
            groups: Vec::new(),
            warning: Some(format!("departments are not shown: {error}")),
        })
    }
}

/// Every extension that the caller may see, and whether that was all of them.
pub(crate) async fn all_users(desk: &Desk<'_>) -> Result<(Vec<User>, bool), ToolError> {
    let pbx = desk.pbx()?;
    let page = |skip| async move {
        pbx.users(&UserQuery {
            group_id: None,
            skip,
            top: PAGE,
        })
        .await
    };
    let first = page(0).await?;
    let mut users = first.users;
    let mut is_complete = users.len() < PAGE;
    match first.total {
        // The PBX says how many there are: the other pages side by side.
        Some(total) if !is_complete => {
            let starts = (PAGE..total.min(MOST_USERS)).step_by(PAGE);
            for rest in try_join_all(starts.map(page)).await? {
                users.extend(rest.users);
            }
            is_complete = total <= MOST_USERS;
        }
        // It does not: page until one is short.
        _ => {
            while !is_complete && users.len() < MOST_USERS {
                let rest = page(users.len()).await?.users;
                is_complete = rest.len() < PAGE;
                users.extend(rest);
            }
        }
    }
    users.retain(|user| desk.may_touch(&user.number));
    Ok((users, is_complete))
}
