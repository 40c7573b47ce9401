//! Percent-encoding, decoded exactly once.

/// Decodes `%41` to `A`; a malformed escape or text that is not UTF-8 gives `None`.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Name and value pairs of a query or an url-encoded form; `+` is a space there.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| decode(&part.replace('+', " ")).unwrap_or_default();
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once() {
        for (text, expected) in [
            (
                "sip%3A150%40127.0.0.1%3A5063",
                Some("sip:150@127.0.0.1:5063"),
            ),
            ("%253A", Some("%3A")),
            ("%", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }
}
