//! Paths and queries that cannot be left: everything from outside is encoded here, once.
//!
//! OData v4 literals stand in single quotes, an inner quote is doubled (as 3CX's own client does
//! it); then the whole value is percent-encoded. `$top` stops at 100 on entity sets.

use std::fmt::Write;

use serde::Deserialize;

/// What 3CX accepts for `$top` on an entity set; 400 above it.
pub(super) const MAX_PAGE: usize = 100;

/// One path segment or query value, percent-encoded exactly once.
///
/// Keeps RFC 3986 "unreserved" characters only, so a SIP contact loses its `:`, `@`, `;`, `=`.
pub(super) fn encode(text: &str) -> String {
    encode_keeping(text, "")
}

fn encode_keeping(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || kept.bytes().any(|kept| kept == byte);
        if plain {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    // A segment of dots alone would be resolved away by every URL parser.
    if encoded.bytes().all(|byte| byte == b'.') {
        encoded.replace('.', "%2E")
    } else {
        encoded
    }
}

/// A string literal for `$filter`: `O'Brien` becomes `'O''Brien'`.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What an entity set answers.
#[derive(Debug, Deserialize)]
pub(super) struct Collection<T> {
    /// Rows that match on all pages, where `$count=true` was asked and understood.
    #[serde(rename = "@odata.count")]
    pub(super) count: Option<usize>,
    /// The rows of this page.
    pub(super) value: Vec<T>,
}

/// Builds `path?$select=…&$filter=…`.
#[derive(Debug)]
pub(super) struct Query {
    path: String,
    separator: char,
}

impl Query {
    /// A query of an entity set below `/xapi/v1`.
    pub(super) fn new(entity_set: &str) -> Self {
        Self {
            path: format!("/xapi/v1/{entity_set}"),
            separator: '?',
        }
    }

    /// Adds one option; commas, quotes and brackets stay readable, the rest is encoded.
    pub(super) fn option(mut self, name: &str, value: &str) -> Self {
        self.path.push(self.separator);
        self.separator = '&';
        self.path.push_str(name);
        self.path.push('=');
        self.path.push_str(&encode_keeping(value, ",'()"));
        self
    }

    /// Adds an option if there is a value.
    pub(super) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.option(name, value),
            None => self,
        }
    }

    /// The path and query to send.
    pub(super) fn build(self) -> String {
        self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cannot_leave_their_place() {
        let check = |text: &str, expected: &str| assert_eq!(encode(text), expected, "{text}");
        check("100", "100");
        check(
            "sip:150@127.0.0.1:5063;rinstance=c2",
            "sip%3A150%40127.0.0.1%3A5063%3Brinstance%3Dc2",
        );
        check("../Users", "..%2FUsers");
        check("..", "%2E%2E");
        check("a%2Fb", "a%252Fb");
        check("س", "%D8%B3");
        check("1?x#y&z\r\n", "1%3Fx%23y%26z%0D%0A");
    }

    #[test]
    fn literals_cannot_be_closed_from_inside() {
        assert_eq!(literal("O'Brien"), "'O''Brien'");
        let path = Query::new("Users")
            .option("$select", "Id,Number")
            .maybe(
                "$filter",
                Some(&format!("LastName eq {}", literal("x' or 'a'='a"))),
            )
            .maybe("$search", None)
            .build();
        assert_eq!(
            path,
            "/xapi/v1/Users?$select=Id,Number&$filter=LastName%20eq%20'x''%20or%20''a''%3D''a'"
        );
    }
}
