//! Public numbers in international form.
//!
//! Owns what ITU-T E.164 says of every country (7 to 15 digits, no country code begins with 0)
//! and holds numbers of countries in the table to what the table knows.
//! Invariant: an [`E164`] is `+` and ASCII digits, with no trunk prefix in a known country.
//! Not here: national ways of writing (see [`Destination`](super::Destination)).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::country::Country;
use super::dialled::Dialled;
use super::number_error::NumberError;

/// A public number such as `+966501234567`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

impl E164 {
    const MIN_DIGITS: usize = 7;
    const MAX_DIGITS: usize = 15;

    /// Reads a number that is written with a plus and its country code, needing no home country.
    ///
    /// # Errors
    /// [`NumberError`] if a character is in the way, the plus is missing, or there is no such
    /// number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let dialled = Dialled::read(text)?;
        if dialled.plus {
            Self::from_international(&dialled.digits)
        } else {
            Err(NumberError::NotInternational(dialled.digits))
        }
    }

    /// From the digits after the plus or the international prefix.
    pub(super) fn from_international(digits: &str) -> Result<Self, NumberError> {
        let number = || format!("+{digits}");
        if digits.starts_with("00") {
            return Err(NumberError::DoublePrefix(number()));
        }
        if digits.starts_with('0') {
            return Err(NumberError::CountryCodeZero(number()));
        }
        if let Some((country, national)) = Country::split(digits) {
            return country
                .tidy(national)
                .map(|national| Self::from_national(country, national));
        }
        if (Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&digits.len()) {
            Ok(Self(number()))
        } else {
            Err(NumberError::InternationalLength(number()))
        }
    }

    /// From a national number that `country` vouched for.
    pub(super) fn from_national(country: Country, national: &str) -> Self {
        Self(format!("+{}{national}", country.calling_code()))
    }

    /// `+` and the digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country, if it is one of those in the table.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.split().map(|(country, _)| country)
    }

    /// The country and the national number behind its code, if the country is in the table.
    pub(super) fn split(&self) -> Option<(Country, &str)> {
        Country::split(self.0.trim_start_matches('+'))
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for E164 {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let actual = E164::parse(text).ok();
        assert_eq!(actual.as_ref().map(E164::as_str), expected, "text {text:?}");
    }

    #[test]
    fn international_form() {
        check("+966501234567", Some("+966501234567"));
        check("+٩٦٦٥٠١٢٣٤٥٦٧", Some("+966501234567"));
        check("+44 (0) 20 7946 0000", Some("+442079460000"));
        check("+33 1 23 45 67 89", Some("+33123456789"));
        check("+290 1234", Some("+2901234"));
        check("+290 123", None);
        check("+33 12345 67890 1234", None);
        check("+0966501234567", None);
        check("00966501234567", None);
        check("0501234567", None);
        check("+966521234567", None);
    }
}
