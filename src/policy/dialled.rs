//! Text as someone wrote it, reduced to the digits that would be pressed.
//!
//! Owns steps 1 and 2 of reading a number: invisible marks, spaces and punctuation go, the three
//! scripts' digits become `0`-`9`, and everything else is refused by name.
//! Invariant: a [`Dialled`] holds between 1 and [`MAX_DIGITS`] ASCII digits.
//! Not here: what the digits mean.

use std::fmt;

use super::number_error::{NumberError, Unwanted};

/// More than any number: 15 digits of E.164, an international prefix, and room to say why not.
pub(super) const MAX_DIGITS: usize = 20;

/// Longer texts are refused unread, and are not repeated in the error.
const MAX_CHARACTERS: usize = 64;

/// Zero in ASCII, Arabic-Indic and Persian; the other nine digits follow each of them.
const ZEROS: [char; 3] = ['0', '\u{660}', '\u{6F0}'];

/// Digits, and whether a plus stood before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialled {
    pub(super) plus: bool,
    pub(super) digits: String,
}

impl Dialled {
    /// Reads `text`, or says which character is in the way.
    pub(super) fn read(text: &str) -> Result<Self, NumberError> {
        if text.chars().nth(MAX_CHARACTERS).is_some() {
            return Err(NumberError::TooLong);
        }
        let mut plus = false;
        let mut digits = String::with_capacity(MAX_DIGITS);
        for character in text.chars().filter(|&character| !is_mark(character)) {
            match ascii_digit(character) {
                Some(digit) => digits.push(digit),
                None if character == '+' && digits.is_empty() && !plus => plus = true,
                None => return Err(unwanted(text, character)),
            }
        }
        match digits.len() {
            0 => Err(NumberError::Empty),
            1..=MAX_DIGITS => Ok(Self { plus, digits }),
            _ => Err(NumberError::TooLong),
        }
    }
}

impl fmt::Display for Dialled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.plus { "+" } else { "" };
        write!(f, "{plus}{}", self.digits)
    }
}

/// The ASCII form of a digit of any of the three scripts.
pub(super) fn ascii_digit(character: char) -> Option<char> {
    ZEROS.iter().find_map(|&zero| {
        let value = u32::from(character).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    })
}

/// Characters that people and word processors put into numbers, and that dial nothing.
fn is_mark(character: char) -> bool {
    let invisible = matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    );
    let punctuation = matches!(
        character,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '(' | ')' | '[' | ']' | '/'
    );
    invisible || punctuation || character.is_whitespace()
}

fn unwanted(text: &str, character: char) -> NumberError {
    let lowered = text.to_ascii_lowercase();
    let is_address = lowered.contains("sip:") || lowered.contains("tel:") || text.contains('@');
    let what = match character {
        _ if is_address => Unwanted::Address,
        '*' | '#' => Unwanted::DialCode,
        ',' | ';' => Unwanted::Pause,
        '+' => Unwanted::MisplacedPlus,
        _ if character.is_alphabetic() => Unwanted::Letter,
        _ => Unwanted::Other,
    };
    NumberError::Character {
        text: text.to_owned(),
        character,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let actual = Dialled::read(text).ok().map(|dialled| dialled.to_string());
        assert_eq!(actual.as_deref(), expected, "text {text:?}");
    }

    #[test]
    fn scripts_and_marks() {
        check("١٠٠", Some("100"));
        check("۱۰۰", Some("100"));
        check("+٩٦٦ ٥٠-۱2.3/(45)[67]", Some("+966501234567"));
        check(
            "\u{202A}+966\u{A0}50\u{2011}123\u{2013}4567\u{202C}\u{FEFF}",
            Some("+966501234567"),
        );
        check("\u{200F}05\u{2067}0\u{2069}1", Some("0501"));
        check("", None);
        check(" - ", None);
        check("+", None);
        check("1+2", None);
        check("++1", None);
        check(&"1".repeat(20), Some(&"1".repeat(20)));
        check(&"1".repeat(21), None);
        check(&" ".repeat(100), None);
        check("१२३", None);
    }

    #[test]
    fn unwanted_characters_are_named() {
        let check = |text: &str, expected: Unwanted| match Dialled::read(text) {
            Err(NumberError::Character { what, .. }) => assert_eq!(what, expected, "{text:?}"),
            other => panic!("{text:?} gave {other:?}"),
        };
        check("*21*0501234567#", Unwanted::DialCode);
        check("#100", Unwanted::DialCode);
        check("100,1", Unwanted::Pause);
        check("100;ext=1", Unwanted::Pause);
        check("sip:100@pbx.example.com", Unwanted::Address);
        check("100@pbx", Unwanted::Address);
        check("TEL:100", Unwanted::Address);
        check("reception", Unwanted::Letter);
        check("١٠٠ تحويلة", Unwanted::Letter);
        check("0501234567+", Unwanted::MisplacedPlus);
        check("100\u{0}", Unwanted::Other);
        check("100%", Unwanted::Other);
    }
}
