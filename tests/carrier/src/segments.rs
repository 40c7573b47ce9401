//! How many SMS a text becomes: 160 characters of the GSM alphabet or 70 of UCS-2 in one, 153 or 67 in
//! each of several. A character is never cut in two.

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 03.38, seven bits a character.
    Gsm7,
    /// UTF-16.
    Ucs2,
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Behind an escape: two places.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Encoding and number of segments; an empty text is one.
pub fn count(text: &str) -> (Encoding, usize) {
    let septets = |letter: char| match letter {
        letter if BASIC.contains(letter) => Some(1),
        letter if EXTENDED.contains(letter) => Some(2),
        _ => None,
    };
    let gsm: Option<Vec<usize>> = text.chars().map(septets).collect();
    match gsm {
        Some(sizes) => (Encoding::Gsm7, pack(&sizes, 160, 153)),
        None => {
            let sizes: Vec<usize> = text.chars().map(char::len_utf16).collect();
            (Encoding::Ucs2, pack(&sizes, 70, 67))
        }
    }
}

fn pack(sizes: &[usize], single: usize, each: usize) -> usize {
    if sizes.iter().sum::<usize>() <= single {
        return 1;
    }
    let (mut segments, mut used) = (1, 0);
    for size in sizes {
        if used + size > each {
            segments += 1;
            used = 0;
        }
        used += size;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, encoding: Encoding, segments: usize) {
        assert_eq!(count(text), (encoding, segments), "{text}");
    }

    #[test]
    fn lengths() {
        use Encoding::{Gsm7, Ucs2};
        check("", Gsm7, 1);
        check(&"a".repeat(160), Gsm7, 1);
        check(&"a".repeat(161), Gsm7, 2);
        check(&"a".repeat(306), Gsm7, 2);
        check(&"a".repeat(307), Gsm7, 3);
        check(&"€".repeat(80), Gsm7, 1);
        check(&"€".repeat(81), Gsm7, 2);
        // 153 places hold 76 of two places each.
        check(&"€".repeat(152), Gsm7, 2);
        check(&"€".repeat(153), Gsm7, 3);
        check(&"م".repeat(70), Ucs2, 1);
        check(&"م".repeat(71), Ucs2, 2);
        check(&"م".repeat(134), Ucs2, 2);
        check(&"م".repeat(135), Ucs2, 3);
        check(&"🌹".repeat(35), Ucs2, 1);
        check(&"🌹".repeat(66), Ucs2, 2);
        check(&"🌹".repeat(67), Ucs2, 3);
        check("plain with one ’", Ucs2, 1);
    }
}
