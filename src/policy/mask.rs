//! Numbers as they may appear in logs.
//!
//! Owns the one form: `+9665•••••123`. A country code of the table and one more digit stay, or
//! three digits of any other international number, and the last three; a number in no
//! international form keeps the last three only. Extensions stay as they are.
//! Invariant: of a public number at least three digits are hidden, and text that is no number
//! loses all its digits.
//! Not here: names and message texts, which do not belong in a log at all.

use super::country::Country;
use super::dialled::{Dialled, ascii_digit};

/// Stands for one hidden digit.
const HIDDEN: char = '•';

/// The last digits, which stay visible so that a person can recognise their own number.
const TAIL: usize = 3;

/// Up to so many digits without a plus are an extension.
const MAX_EXTENSION_DIGITS: usize = 6;

/// `text`, which should be a telephone number, in a form fit for logs.
#[must_use]
pub fn mask_number(text: &str) -> String {
    let Ok(dialled) = Dialled::read(text) else {
        return text.chars().map(hide_digit).collect();
    };
    let length = dialled.digits.len();
    if !dialled.plus && length <= MAX_EXTENSION_DIGITS {
        return dialled.digits;
    }
    let tail_starts = length.saturating_sub(TAIL);
    let head = Some(head_length(&dialled)).filter(|&head| head.saturating_add(TAIL) <= tail_starts);
    let visible = |index: usize| index < head.unwrap_or(0) || index >= tail_starts;
    let digits = dialled.digits.chars().enumerate();
    let masked = digits.map(|(index, digit)| if visible(index) { digit } else { HIDDEN });
    dialled
        .plus
        .then_some('+')
        .into_iter()
        .chain(masked)
        .collect()
}

fn head_length(dialled: &Dialled) -> usize {
    if !dialled.plus {
        return 0;
    }
    match Country::split(&dialled.digits) {
        Some((country, _)) => country.calling_code().len().saturating_add(1),
        None => 3,
    }
}

fn hide_digit(character: char) -> char {
    if ascii_digit(character).is_some() || character.is_numeric() {
        HIDDEN
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask_number(text), expected, "text {text:?}");
    }

    #[test]
    fn masks() {
        check("+966512345123", "+9665•••••123");
        check("+٩٦٦ ٥١ ٢٣٤ ٥١٢٣", "+9665•••••123");
        check("+442079460123", "+442••••••123");
        check("+33123456789", "+331•••••789");
        check("+2901234", "+••••234");
        check("0512345123", "•••••••123");
        check("00966512345123", "•••••••••••123");
        check("100", "100");
        check("123456", "123456");
        check("1234567", "••••567");
        check("", "");
        check("Anonymous", "Anonymous");
        check("sip:+966512345123@pbx", "sip:+••••••••••••@pbx");
        check("اتصل ٠٥١٢٣٤٥١٢٣", "اتصل ••••••••••");
    }
}
