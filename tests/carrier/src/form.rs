//! Form bodies: written as a browser writes them, read without mercy.

/// `a=b&c=d`, everything but letters and digits as `%XX`, a space as `+`.
pub fn encode(parameters: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| format!("{}={}", escape(name), escape(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte) => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The pairs of a form; nothing where an escape is broken, bytes are not UTF-8, or a name comes twice.
pub(crate) fn decode(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (unescape(name)?, unescape(value)?);
        if pairs.iter().any(|(known, _)| *known == name) {
            return None;
        }
        pairs.push((name, value));
    }
    Some(pairs)
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                u8::from_str_radix(digits, 16).ok()?
            }
            // Whoever writes a form escapes these.
            byte if byte.is_ascii_graphic() => byte,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pairs = vec![
            ("To".to_owned(), "whatsapp:+966500000000".to_owned()),
            ("Body".to_owned(), "مرحبا 50% & more=ok + ~\n".to_owned()),
        ];
        let written = encode(&pairs);
        assert!(written.starts_with("To=whatsapp%3A%2B966500000000&Body=%D9%85"));
        assert_eq!(decode(&written), Some(pairs));
    }

    #[test]
    fn what_is_broken_is_not() {
        for text in [
            "a", "a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2", "a=b c", "a=é",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode(""), Some(Vec::new()));
    }
}
