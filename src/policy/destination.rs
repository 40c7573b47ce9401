//! Where a call is to go.
//!
//! Owns steps 3 to 6 of reading a number, in this order: short codes, international form, short
//! and therefore internal, seven digits and therefore unclear, the home country's own form.
//! Invariants: two to six digits never get a country code; nothing is guessed.
//! Not here: whether it may be called, see [`DialRules`](super::DialRules).

use std::fmt;

use super::country::Country;
use super::dialled::Dialled;
use super::e164::E164;
use super::extension::ExtensionNumber;
use super::line::{Class, ShortCodeKind};
use super::number_error::NumberError;
use super::saudi;
use super::short_code::ShortCode;

/// The longest number that is taken for one of the PBX's own.
const MAX_INTERNAL_DIGITS: usize = 6;

/// What a dialled text stands for.
///
/// Written out with `to_string` it reads back as the same destination.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// A number inside the PBX, of two to six digits.
    Internal(ExtensionNumber),
    /// A public number.
    External(E164),
    /// A public short code: emergency and service lines.
    Service(ShortCode),
}

impl Destination {
    /// Reads a destination as it is written in `home`.
    ///
    /// # Errors
    /// [`NumberError`] if the text is no number, or does not say clearly which.
    pub fn parse(text: &str, home: Country) -> Result<Self, NumberError> {
        let dialled = Dialled::read(text)?;
        if let Some(code) = ShortCode::find(&dialled, home) {
            return Ok(Self::Service(code));
        }
        let digits = dialled.digits.as_str();
        if dialled.plus {
            return E164::from_international(digits).map(Self::External);
        }
        if let Some(rest) = digits.strip_prefix(home.international_prefix()) {
            if rest.is_empty() {
                return Err(NumberError::TooShort(dialled.digits));
            }
            return E164::from_international(rest).map(Self::External);
        }
        match digits.len() {
            0 | 1 => Err(NumberError::TooShort(dialled.digits)),
            2..=MAX_INTERNAL_DIGITS => ExtensionNumber::from_digits(digits).map(Self::Internal),
            7 => Err(NumberError::LocalNumber(dialled.digits)),
            _ => {
                let national = home.domestic(digits)?;
                Ok(Self::External(E164::from_national(home, national)))
            }
        }
    }

    /// What sort of line this is, seen from `home`.
    #[must_use]
    pub fn class(&self, home: Country) -> Class {
        match self {
            Self::Internal(_) => Class::Extension,
            Self::Service(code) => match code.kind() {
                ShortCodeKind::Emergency => Class::Emergency,
                ShortCodeKind::Service => Class::ShortCode,
            },
            Self::External(number) => match number.split() {
                Some((country, national)) if country.is_premium(national) => Class::Premium,
                Some((country, _)) if country != home => Class::Foreign,
                Some((Country::SAUDI_ARABIA, national)) => {
                    saudi::class_of(national).unwrap_or(Class::National)
                }
                Some(_) => Class::National,
                None => Class::Foreign,
            },
        }
    }

    /// The number as it is written in answers: `100`, `+966501234567`, `997`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Internal(extension) => extension.as_str(),
            Self::External(number) => number.as_str(),
            Self::Service(code) => code.as_str(),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
