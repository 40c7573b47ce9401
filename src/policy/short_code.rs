//! Public short codes: emergency lines, and the carriers' service lines.
//!
//! Owns recognising them however they are written: plain, after zeros, after the country code
//! (`997`, `0997`, `+966997`, `00966997`). They are looked for before anything else, so that no
//! spelling turns an emergency number into an extension or an outside number.
//! Not here: the lists (each [`Country`] has its own) and the refusal
//! ([`Refusal`](super::Refusal)).

use std::fmt;

use super::country::Country;
use super::dialled::Dialled;
use super::line::ShortCodeKind;

/// A public short code, as it is dialled at home; one of another country keeps its country code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShortCode {
    code: String,
    kind: ShortCodeKind,
}

impl ShortCode {
    /// The short code that `dialled` amounts to, if any.
    pub(super) fn find(dialled: &Dialled, home: Country) -> Option<Self> {
        let digits = dialled.digits.as_str();
        Self::domestic(digits, home).or_else(|| {
            let abroad = match digits.strip_prefix(home.international_prefix()) {
                _ if dialled.plus => digits,
                Some(rest) => rest,
                None => return None,
            };
            Self::international(abroad, home)
        })
    }

    /// The code, with `+` and a country code only if it is another country's.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.code
    }

    /// What it leads to.
    #[must_use]
    pub const fn kind(&self) -> ShortCodeKind {
        self.kind
    }

    fn domestic(digits: &str, home: Country) -> Option<Self> {
        let plain = without_zeros(digits);
        let after_country_code = || {
            // With a one-digit country code this would swallow extensions such as 1911.
            let country_code = Some(home.calling_code()).filter(|code| code.len() > 1)?;
            plain.strip_prefix(country_code).map(without_zeros)
        };
        Self::listed(plain, home).or_else(|| Self::listed(after_country_code()?, home))
    }

    fn international(digits: &str, home: Country) -> Option<Self> {
        let (country, rest) = Country::split(without_zeros(digits))?;
        let code = without_zeros(rest);
        let kind = country.short_code(code)?;
        let code = if country == home {
            code.to_owned()
        } else {
            format!("+{}{code}", country.calling_code())
        };
        Some(Self { code, kind })
    }

    fn listed(code: &str, home: Country) -> Option<Self> {
        let kind = home.short_code(code)?;
        Some(Self {
            code: code.to_owned(),
            kind,
        })
    }
}

fn without_zeros(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(home: &str, text: &str, expected: Option<&str>) {
        let home = Country::from_iso(home).unwrap();
        let found = ShortCode::find(&Dialled::read(text).unwrap(), home);
        assert_eq!(
            found.as_ref().map(ShortCode::as_str),
            expected,
            "text {text:?}"
        );
    }

    #[test]
    fn every_spelling() {
        for text in [
            "997", "0997", "00997", "+997", "966997", "+966997", "00966997", "+9660997",
        ] {
            check("SA", text, Some("997"));
        }
        check("SA", "+00966997", Some("997"));
        check("SA", "116111", Some("116111"));
        check("SA", "+966116111", Some("116111"));
        check("SA", "0900", Some("900"));
        check("SA", "100", None);
        check("SA", "971999", None);
        check("SA", "+971999", Some("+971999"));
        check("SA", "00971999", Some("+971999"));
        check("SA", "+966501234567", None);
    }

    #[test]
    fn other_homes() {
        check("US", "911", Some("911"));
        check("US", "1911", None);
        check("US", "+1911", Some("911"));
        check("US", "011966997", Some("+966997"));
        check("US", "997", None);
        check("GB", "999", Some("999"));
        check("GB", "0044999", Some("999"));
        check("DE", "110", Some("110"));
    }
}
