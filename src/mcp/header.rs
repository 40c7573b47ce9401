//! Header values that repeat a member of the body.
//!
//! Owns the Base64 sentinel: a value outside visible ASCII, or one that itself looks like the
//! sentinel, travels as `=?base64?<Base64 of its UTF-8>?=` (MCP 2026-07-28 §Transports, header
//! encoding). Invariant: prefix and suffix are exact and lower case; anything else is a plain value.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// The text behind a header value; `None` when it carries a sentinel that does not decode.
pub(super) fn decode(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim();
    let Some(encoded) = value
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
    else {
        return Some(Cow::Borrowed(value));
    };
    let bytes = STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentinels_decode_and_plain_values_are_trimmed() {
        for (value, expected) in [
            ("add", Some("add")),
            ("  add\t", Some("add")),
            ("=?base64?YWRk?=", Some("add")),
            ("=?base64?w7xiZXI=?=", Some("über")),
            ("=?base64??=", Some("")),
            ("=?BASE64?YWRk?=", Some("=?BASE64?YWRk?=")),
            ("=?base64?=", Some("=?base64?=")),
            ("=?base64?***?=", None),
            ("=?base64?YWR?=", None),
            ("=?base64?/w==?=", None),
        ] {
            assert_eq!(decode(value).as_deref(), expected, "value {value:?}");
        }
    }
}
