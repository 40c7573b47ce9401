//! Forms that people send: only from our own pages.

use worker::{Headers, Result};

use crate::auth::Origin;

/// Whether a form comes from a page of this server. Browsers say so; nobody else fills it in.
pub(super) fn is_own_page(headers: &Headers, own: &[&str]) -> Result<bool> {
    let from = headers
        .get("origin")?
        .and_then(|origin| Origin::parse(&origin).ok());
    let is_own = from.is_some_and(|from| {
        own.iter()
            .any(|own| Origin::parse(own).is_ok_and(|own| own == from))
    });
    let site = headers.get("sec-fetch-site")?;
    Ok(is_own && matches!(site.as_deref(), None | Some("same-origin")))
}
