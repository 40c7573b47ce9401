//! JSON values as the text they arrived in.
//!
//! Owns where a value begins and ends. serde_json decides: it skips a value and says how far it came. (Its
//! `RawValue` would do, but brings along how floating-point numbers are written, 20 KB of the Worker.)
//!
//! Invariants
//! - Skipping is iterative, so depth costs nothing and cannot overflow a stack.
//! - A walk looks at each byte once, so its time grows with the text and no faster.
//!
//! Not here: which members matter (`members`), how many elements do (`batch`).

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::json::Tree;

/// Whether a text is JSON.
pub(super) fn check(text: &str) -> serde_json::Result<()> {
    serde_json::from_slice::<IgnoredAny>(text.as_bytes()).map(|_| ())
}

/// The text of one value, without whitespace around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// The text.
    pub(super) fn get(self) -> &'a str {
        self.0
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(super) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// What stands behind a JSON string; `None` for any other type, and for half a surrogate pair.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match Tree::parse(self.0.as_bytes()) {
            Ok(Tree::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// A walk along a text. Whitespace in front of whatever comes next is passed over.
pub(super) struct Walk<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Walk<'a> {
    pub(super) fn along(text: &'a str) -> Self {
        Self { text, rest: text }
    }

    /// Goes past this mark, if it comes next.
    pub(super) fn pass(&mut self, mark: char) -> bool {
        self.pass_whitespace();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes past a value. `None` where none comes next.
    pub(super) fn value(&mut self) -> Option<Raw<'a>> {
        self.pass_whitespace();
        let bytes = self.rest.as_bytes();
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (value, rest) = self.rest.split_at_checked(values.byte_offset())?;
        self.rest = rest;
        Some(Raw(value))
    }

    /// Whether nothing comes any more.
    pub(super) fn is_over(&mut self) -> bool {
        self.pass_whitespace();
        self.rest.is_empty()
    }

    /// Where it is, for a message to people: columns are bytes, as serde_json counts them.
    pub(super) fn place(&self) -> String {
        let done = self.text.strip_suffix(self.rest).unwrap_or_default();
        let lines = done.split('\n');
        let column = lines.clone().next_back().map_or(0, str::len);
        format!("line {} column {column}", lines.count())
    }

    fn pass_whitespace(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }
}
