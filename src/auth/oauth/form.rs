//! Queries and forms: `application/x-www-form-urlencoded`, both ways.
//!
//! Invariant: a parameter that must stand once and stands twice is an error, never a choice between
//! the two (RFC 6749 §3.1).
//! Not here: which parameters there are.

use std::fmt::Write;

/// The pairs of a query or a form, in their order.
#[derive(Clone, Default)]
pub struct Form(Vec<(String, String)>);

/// A parameter stands more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeated(pub(super) &'static str);

impl Form {
    /// Reads a query (without its `?`) or the body of a form. What is no UTF-8 is empty.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let pairs = text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let mut halves = pair.splitn(2, |byte| *byte == b'=');
                    let mut next = || decode(halves.next().unwrap_or_default());
                    (next(), next())
                })
                .collect(),
        )
    }

    /// The same, or `None` where a part of it is no UTF-8.
    #[must_use]
    pub fn strict(text: &[u8]) -> Option<Self> {
        let is_text = |half: &[u8]| std::str::from_utf8(&unescape(half)).is_ok();
        text.split(|byte| matches!(byte, b'&' | b'='))
            .all(is_text)
            .then(|| Self::parse(text))
    }

    /// The pairs, in their order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Every value of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that may stand once; empty is the same as absent (RFC 6749 §3.1).
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Repeated> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Repeated(name)),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The first value, for what decides nothing.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same pairs as a query, `name` with another value.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(known, _)| known != name);
        let mut query = String::new();
        for (known, value) in others {
            append(&mut query, known, value);
        }
        append(&mut query, name, value);
        query
    }
}

/// Adds `name=value` to a query.
pub(crate) fn append(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    encode(query, name);
    query.push('=');
    encode(query, value);
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn decode(text: &[u8]) -> String {
    String::from_utf8(unescape(text)).unwrap_or_default()
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        let escaped = match byte {
            b'+' => Some(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let byte = ahead.next().zip(ahead.next()).and_then(|(high, low)| {
                    let digit = |byte: u8| char::from(byte).to_digit(16);
                    u8::try_from(digit(high)?.saturating_mul(16).saturating_add(digit(low)?)).ok()
                });
                if byte.is_some() {
                    rest = ahead;
                }
                byte
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(byte));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading() {
        let form = Form::parse(b"a=1&b=x+y%2Bz&&c&d=%D8%B3=&a=2&e=%zz%4&f=");
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(form.one("a"), Err(Repeated("a")));
        assert_eq!(form.one("b"), Ok(Some("x y+z")));
        assert_eq!(form.one("c"), Ok(None));
        assert_eq!(form.one("d"), Ok(Some("س=")));
        assert_eq!(form.one("e"), Ok(Some("%zz%4")));
        assert_eq!(form.one("f"), Ok(None));
        assert_eq!(form.one("g"), Ok(None));
        assert_eq!(form.first("a"), Some("1"));
    }

    #[test]
    fn what_is_no_text_is_told() {
        assert!(Form::strict(b"a=%D8%B3&b==&c").is_some());
        for bad in [&b"a=%FF"[..], b"%D8=1", b"a=\xc3", b"\xff\xfe"] {
            assert!(Form::strict(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn writing() {
        let form = Form::parse(b"state=a%26b&ui_locales=en&x=%22%3E");
        assert_eq!(
            form.with("ui_locales", "ar"),
            "state=a%26b&x=%22%3E&ui_locales=ar"
        );
    }
}
