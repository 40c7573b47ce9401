//! The Saudi numbering plan, from libphonenumber's SA metadata.
//!
//! Owns which national numbers exist and of what kind they are, and the short codes.
//! Not here: prefixes and how numbers are written, which [`Country`](super::Country) knows.

use super::line::{Class, ShortCodeKind};

/// The kind of a Saudi national number (no trunk prefix, no country code); `None` if the plan
/// has no such number. libphonenumber SA metadata:
///
/// | kind | pattern |
/// |---|---|
/// | mobile | `579[0-8]\d{5}`, `5(?:[013-689]\d\|7[0-8])\d{6}` |
/// | fixed | `1(?:1\d\|2[24-8]\|3[35-8]\|4[3-68]\|6[2-5]\|7[235-7])\d{6}` |
/// | toll-free | `800\d{7}` |
/// | shared cost | `920\d{6}` |
/// | premium | `925\d{6}` |
pub(super) fn class_of(national: &str) -> Option<Class> {
    let (class, length) = match national.as_bytes() {
        [b'5', b'7', b'9', b'0'..=b'8', ..]
        | [b'5', b'7', b'0'..=b'8', ..]
        | [b'5', b'0' | b'1' | b'3'..=b'6' | b'8' | b'9', ..] => (Class::Mobile, 9),
        [b'1', b'1', ..]
        | [b'1', b'2', b'2' | b'4'..=b'8', ..]
        | [b'1', b'3', b'3' | b'5'..=b'8', ..]
        | [b'1', b'4', b'3'..=b'6' | b'8', ..]
        | [b'1', b'6', b'2'..=b'5', ..]
        | [b'1', b'7', b'2' | b'3' | b'5'..=b'7', ..] => (Class::Fixed, 9),
        [b'8', b'0', b'0', ..] => (Class::TollFree, 10),
        [b'9', b'2', b'0', ..] => (Class::SharedCost, 9),
        [b'9', b'2', b'5', ..] => (Class::Premium, 9),
        _ => return None,
    };
    (national.len() == length).then_some(class)
}

/// The short codes that are never extensions. The emergency block is wider than libphonenumber's
/// list, which marks 911, 112, 997, 999 (emergency) and 998, 996, 987, 966, 937 (expanded): all
/// of 990-999 is refused, and the child helpline 116111 with it.
pub(super) fn short_code(code: &str) -> Option<ShortCodeKind> {
    match code.as_bytes() {
        [b'9', b'9', b'0'..=b'9'] => Some(ShortCodeKind::Emergency),
        _ if matches!(code, "911" | "112" | "937" | "966" | "987" | "116111") => {
            Some(ShortCodeKind::Emergency)
        }
        [b'9', b'0', b'0'..=b'9'] | [b'9', b'8', b'5'..=b'9'] => Some(ShortCodeKind::Service),
        _ if matches!(code, "1100" | "1410") => Some(ShortCodeKind::Service),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(national: &str, expected: Option<Class>) {
        assert_eq!(class_of(national), expected, "national {national:?}");
    }

    #[test]
    fn kinds() {
        check("501234567", Some(Class::Mobile));
        check("521234567", None);
        check("571234567", Some(Class::Mobile));
        check("579012345", Some(Class::Mobile));
        check("579912345", None);
        check("591234567", Some(Class::Mobile));
        check("50123456", None);
        check("5012345678", None);
        check("112345678", Some(Class::Fixed));
        check("126543210", Some(Class::Fixed));
        check("123543210", None);
        check("134543210", None);
        check("138543210", Some(Class::Fixed));
        check("148543210", Some(Class::Fixed));
        check("147543210", None);
        check("154543210", None);
        check("165543210", Some(Class::Fixed));
        check("174543210", None);
        check("177543210", Some(Class::Fixed));
        check("8001234567", Some(Class::TollFree));
        check("800123456", None);
        check("920012345", Some(Class::SharedCost));
        check("925012345", Some(Class::Premium));
        check("921012345", None);
        check("", None);
    }

    #[test]
    fn short_codes() {
        let check = |code: &str, expected: Option<ShortCodeKind>| {
            assert_eq!(short_code(code), expected, "code {code:?}");
        };
        for code in (990..=999).chain([911, 112, 937, 966, 987, 116_111]) {
            check(&code.to_string(), Some(ShortCodeKind::Emergency));
        }
        for code in (900..=909).chain([985, 986, 988, 989, 1100, 1410]) {
            check(&code.to_string(), Some(ShortCodeKind::Service));
        }
        for code in [100, 910, 984, 1000, 9970, 899, 11, 99] {
            check(&code.to_string(), None);
        }
    }
}
