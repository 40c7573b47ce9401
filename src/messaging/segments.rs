//! How long an SMS is: carriers count, and bill, segments.
//!
//! GSM 7-bit (3GPP TS 23.038): 160 septets in one segment, 153 in each of several; characters of the
//! extension table take two. One character outside of it, as every Arabic one is, makes the whole message
//! UCS-2: 70 UTF-16 units, 67 in each of several. What takes two places is never cut in the middle, so the
//! last place of a segment may stay empty.

use std::fmt;

/// 3GPP TS 23.038 §6.2.1, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// 3GPP TS 23.038 §6.2.1.1: an escape and one more.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How the text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character.
    Gsm7,
    /// Sixteen bits a character.
    Ucs2,
}

impl Encoding {
    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }
}

/// What a text comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How many are billed.
    pub count: usize,
    /// How it is written.
    pub encoding: Encoding,
}

impl Segments {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let septets = |c: char| match (BASIC.contains(c), EXTENSION.contains(c)) {
            (true, _) => Some(1),
            (_, true) => Some(2),
            _ => None,
        };
        let (encoding, single, part) = if text.chars().all(|c| septets(c).is_some()) {
            (Encoding::Gsm7, 160, 153)
        } else {
            (Encoding::Ucs2, 70, 67)
        };
        let places = |c: char| match encoding {
            Encoding::Gsm7 => septets(c).unwrap_or(2),
            Encoding::Ucs2 => c.len_utf16(),
        };
        let all = text.chars().map(places);
        if all.clone().fold(0, usize::saturating_add) <= single {
            return Self { count: 1, encoding };
        }
        let (mut count, mut filled) = (1_usize, 0_usize);
        for places in all {
            filled = filled.saturating_add(places);
            if filled > part {
                count = count.saturating_add(1);
                filled = places;
            }
        }
        Self { count, encoding }
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        let encoding = self.encoding.as_str();
        write!(f, "{} segment{plural}, {encoding}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Segments::of(text).to_string(), expected, "{text:?}");
    }

    #[test]
    fn seven_bits() {
        check("", "1 segment, GSM-7");
        check("Your appointment is at 10:30.", "1 segment, GSM-7");
        check(&"a".repeat(160), "1 segment, GSM-7");
        check(&"a".repeat(161), "2 segments, GSM-7");
        check(&"a".repeat(306), "2 segments, GSM-7");
        check(&"a".repeat(307), "3 segments, GSM-7");
        check(&"a".repeat(1600), "11 segments, GSM-7");
        check("è\r\n£Δ¿à@", "1 segment, GSM-7");
    }

    #[test]
    fn the_extension_table_takes_two_and_is_never_cut() {
        check(&"€".repeat(80), "1 segment, GSM-7");
        check(&"€".repeat(81), "2 segments, GSM-7");
        // 76 pairs fit into 153 septets, and one septet stays empty.
        check(&"[".repeat(152), "2 segments, GSM-7");
        check(&"[".repeat(153), "3 segments, GSM-7");
        check(&format!("{}~", "a".repeat(159)), "2 segments, GSM-7");
    }

    #[test]
    fn arabic_and_emoji() {
        check("موعدكم غداً", "1 segment, UCS-2");
        check(&"م".repeat(70), "1 segment, UCS-2");
        check(&"م".repeat(71), "2 segments, UCS-2");
        check(&"م".repeat(134), "2 segments, UCS-2");
        check(&"م".repeat(135), "3 segments, UCS-2");
        // One letter makes all of it wide.
        check(&format!("{}م", "a".repeat(70)), "2 segments, UCS-2");
        check(&"😀".repeat(35), "1 segment, UCS-2");
        check(&"😀".repeat(36), "2 segments, UCS-2");
        // 33 pairs fit into 67 units, and one stays empty.
        check(&"😀".repeat(66), "2 segments, UCS-2");
        check(&"😀".repeat(67), "3 segments, UCS-2");
        check("a`b", "1 segment, UCS-2");
    }
}
