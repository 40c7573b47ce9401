//! The id of a request.
//!
//! Invariant: it is echoed byte for byte, so a number beyond 64 bits survives.

use super::raw::Raw;

/// The id of a request: the JSON text of a string or an integer (MCP 2026-07-28 §Requests).
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId<'a>(Raw<'a>);

impl<'a> RequestId<'a> {
    pub(super) fn parse(raw: Raw<'a>) -> Option<Self> {
        let text = raw.get();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_integer || text.starts_with('"')).then_some(Self(raw))
    }

    /// The id as JSON text.
    pub(super) fn as_json(self) -> &'a str {
        self.0.get()
    }
}
