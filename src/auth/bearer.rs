//! Bearer tokens in the `Authorization` header (RFC 6750 §2.1).
//!
//! Owns taking the token out of the header.
//! Invariant: a token that comes out is short enough to hash without harm and holds only the
//! characters that RFC 6750 allows.
//! Not here: whose token it is, and the answer if it is nobody's (`challenge`).

/// Keys and access tokens are well below; headers beyond it are refused unread.
const MAX_BYTES: usize = 4096;

/// What the `Authorization` header holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bearer<'a> {
    /// No header, or credentials of another scheme.
    Missing,
    /// The scheme is right, and what follows is no token.
    Malformed,
    /// The token, not yet judged.
    Token(&'a str),
}

impl<'a> Bearer<'a> {
    /// Reads the header's value.
    #[must_use]
    pub fn read(header: Option<&'a str>) -> Self {
        let Some(header) = header.map(str::trim).filter(|header| !header.is_empty()) else {
            return Self::Missing;
        };
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        let token = rest.trim_start_matches(' ');
        if !scheme.eq_ignore_ascii_case("bearer") {
            Self::Missing
        } else if header.len() > MAX_BYTES || !is_token(token) {
            Self::Malformed
        } else {
            Self::Token(token)
        }
    }
}

/// The token does not show.
impl std::fmt::Debug for Bearer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Malformed => "Malformed",
            Self::Token(_) => "Token(***)",
        })
    }
}

/// `b64token` of RFC 6750 §2.1: letters, digits, `-._~+/`, and `=` at the end.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Bearer<'_>) {
        assert!(Bearer::read(Some(header)) == expected, "header {header:?}");
    }

    #[test]
    fn headers() {
        assert!(Bearer::read(None) == Bearer::Missing);
        check("", Bearer::Missing);
        check("Basic dXNlcjpwYXNz", Bearer::Missing);
        check("Bearerabc", Bearer::Missing);
        check("abc", Bearer::Missing);
        check("Bearer abc", Bearer::Token("abc"));
        check("bearer abc", Bearer::Token("abc"));
        check("BEARER   a-b._~+/c== ", Bearer::Token("a-b._~+/c=="));
        check("Bearer", Bearer::Malformed);
        check("Bearer ", Bearer::Malformed);
        check("Bearer a b", Bearer::Malformed);
        check("Bearer a,b", Bearer::Malformed);
        check("Bearer a=b", Bearer::Malformed);
        check("Bearer ==", Bearer::Malformed);
        check("Bearer é", Bearer::Malformed);
        check("Bearer \"abc\"", Bearer::Malformed);
        check("Bearer\tabc", Bearer::Missing);
        check(
            &format!("Bearer {}", "a".repeat(4089)),
            Bearer::Token(&"a".repeat(4089)),
        );
        check(&format!("Bearer {}", "a".repeat(4090)), Bearer::Malformed);
    }

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(
            format!("{:?}", Bearer::read(Some("Bearer hunter2"))),
            "Token(***)"
        );
    }
}
