//! Extensions and departments, from XAPI.
//!
//! There is no `/Extensions`: `/Users` it is, always with `$select`. Entity sets give at most 100
//! rows a request, so whoever wants more pages with `$skip`.

use super::client::Pbx;
use super::error::PbxError;
use super::odata::{Collection, MAX_PAGE, Query, literal};
use super::types::{Group, User};

/// Which extensions to read.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    /// Only this department (`PrimaryGroupId`).
    pub group_id: Option<i64>,
    /// Rows to pass over.
    pub skip: usize,
    /// Rows wanted, 1–100.
    pub top: usize,
}

/// One page of extensions, ordered by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The rows.
    pub users: Vec<User>,
    /// Rows that match on all pages, where the PBX said so.
    pub total: Option<usize>,
}

impl Pbx<'_> {
    /// One page of extensions.
    pub async fn users(&self, query: &UserQuery) -> Result<UserPage, PbxError> {
        let filter = query.group_id.map(|id| format!("PrimaryGroupId eq {id}"));
        let path = Query::new("Users")
            .option("$select", User::SELECT)
            .maybe("$filter", filter.as_deref())
            .option("$orderby", "Number")
            .option("$top", &query.top.clamp(1, MAX_PAGE).to_string())
            .option("$skip", &query.skip.to_string())
            .option("$count", "true")
            .build();
        let page: Collection<User> = self.read(path).await?;
        Ok(UserPage {
            users: page.value,
            total: page.count,
        })
    }

    /// The extension with this number.
    pub async fn user(&self, number: &str) -> Result<Option<User>, PbxError> {
        let path = Query::new("Users")
            .option("$select", User::SELECT)
            .option("$filter", &format!("Number eq {}", literal(number)))
            .option("$top", "1")
            .build();
        let page: Collection<User> = self.read(path).await?;
        Ok(page.value.into_iter().find(|user| user.number == number))
    }

    /// Every department: a PBX has few.
    pub async fn groups(&self) -> Result<Vec<Group>, PbxError> {
        let mut groups = Vec::new();
        loop {
            let path = Query::new("Groups")
                .option("$select", "Id,Name")
                .option("$orderby", "Id")
                .option("$top", &MAX_PAGE.to_string())
                .option("$skip", &groups.len().to_string())
                .build();
            let page: Collection<Group> = self.read(path).await?;
            let is_last = page.value.len() < MAX_PAGE;
            groups.extend(page.value);
            if is_last {
                return Ok(groups);
            }
        }
    }
}
