//! The parts of a request's URL that the router looks at.
//!
//! The runtime has parsed and normalised the URL already, so cutting it apart is enough; the `url`
//! crate would bring the tables of internationalised names into the Worker.

/// `scheme://authority/path?query`, taken apart.
pub(super) struct Address {
    url: String,
    /// Where the authority begins.
    authority: usize,
    /// Where the path begins.
    path: usize,
    /// Where it ends.
    end: usize,
}

impl Address {
    /// Takes a URL apart that the runtime gave.
    pub(super) fn of(url: String) -> Self {
        let authority = url.find("://").map_or(0, |at| at.saturating_add(3));
        let rest = url.get(authority..).unwrap_or_default();
        let path = authority.saturating_add(rest.find('/').unwrap_or(rest.len()));
        let rest = url.get(path..).unwrap_or_default();
        let end = path.saturating_add(rest.find(['?', '#']).unwrap_or(rest.len()));
        Self {
            url,
            authority,
            path,
            end,
        }
    }

    /// `/mcp`.
    pub(super) fn path(&self) -> &str {
        self.url.get(self.path..self.end).unwrap_or_default()
    }

    /// `a=1&b=2`: what follows the question mark.
    pub(super) fn query(&self) -> &str {
        let rest = self.url.get(self.end..).unwrap_or_default();
        let query = rest.strip_prefix('?').unwrap_or_default();
        query.split('#').next().unwrap_or_default()
    }

    /// `https://pbx.example.com:8443`.
    pub(super) fn origin(&self) -> &str {
        self.url.get(..self.path).unwrap_or_default()
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// `pbx.example.com`, `[::1]`: without the port.
    pub(super) fn host(&self) -> &str {
        let authority = self.url.get(self.authority..self.path).unwrap_or_default();
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => host,
            _ => authority,
        }
    }
}
