//! Numbers that exist inside the PBX only.
//!
//! Owns the rule for them: 2 to 8 digits, no plus.
//! Invariant: an extension is never turned into a public number, whatever it looks like.
//! Not here: whether such an extension exists (the PBX knows), and whether it may be called
//! (see [`DialRules`](super::DialRules)).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::dialled::Dialled;
use super::number_error::NumberError;

/// An extension, queue, group or other DN, as dialled inside the PBX: 2 to 8 ASCII digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExtensionNumber(String);

impl ExtensionNumber {
    const MIN_DIGITS: usize = 2;
    const MAX_DIGITS: usize = 8;

    /// Reads an extension given as an argument. Spaces, punctuation, invisible marks and
    /// Arabic-Indic or Persian digits are understood.
    ///
    /// # Errors
    /// [`NumberError`] if a character is in the way, a plus stands before it, or it has fewer
    /// than two or more than eight digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let dialled = Dialled::read(text)?;
        if dialled.plus {
            return Err(NumberError::PlusOnExtension(dialled.to_string()));
        }
        Self::from_digits(&dialled.digits)
    }

    /// From digits that were already read.
    pub(super) fn from_digits(digits: &str) -> Result<Self, NumberError> {
        if (Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&digits.len()) {
            Ok(Self(digits.to_owned()))
        } else {
            Err(NumberError::ExtensionLength(digits.to_owned()))
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExtensionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ExtensionNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<ExtensionNumber> for String {
    fn from(extension: ExtensionNumber) -> Self {
        extension.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let actual = ExtensionNumber::parse(text).ok();
        assert_eq!(
            actual.as_ref().map(ExtensionNumber::as_str),
            expected,
            "text {text:?}"
        );
    }

    #[test]
    fn extension_numbers() {
        check("100", Some("100"));
        check(" 100\n", Some("100"));
        check("\u{200E}١٠٠\u{200E}", Some("100"));
        check("12-310", Some("12310"));
        check("12345678", Some("12345678"));
        check("911", Some("911"));
        check("1", None);
        check("123456789", None);
        check("+100", None);
        check("10a", None);
        check("*100", None);
        check("", None);
    }

    #[test]
    fn travels_as_a_string() {
        let extension: ExtensionNumber = serde_json::from_str("\" 100\"").unwrap();
        assert_eq!(serde_json::to_string(&extension).unwrap(), "\"100\"");
        assert!(serde_json::from_str::<ExtensionNumber>("\"x\"").is_err());
    }
}
