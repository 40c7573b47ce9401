//! The home country, and how numbers are written there.
//!
//! Owns what is done with prefixes: the trunk prefix goes, a doubled one is repaired where only one
//! reading is left, and the rest must be a number of the country.
//! Invariant: calling codes are prefix-free, so a number belongs to one country at most.
//! Not here: the facts of each country (`plans`, `saudi`); numbers of countries that are not in the
//! table, which are only held to E.164.

mod plans;

use super::line::ShortCodeKind;
use super::number_error::NumberError;
use super::saudi;
use crate::sorted;
use plans::{OTHERS, Plan, SAUDI_ARABIA};

/// A country whose ways of writing numbers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(&'static Plan);

/// `HOME_COUNTRY` names a country that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code:?} is not a country code known here; known: {known}", known = known_codes())]
pub struct UnknownCountry {
    /// What was given.
    pub code: String,
}

impl Country {
    /// Home, unless the settings name another country.
    pub const SAUDI_ARABIA: Self = Self(&SAUDI_ARABIA);

    /// From an ISO 3166-1 alpha-2 code, in either case.
    ///
    /// # Errors
    /// [`UnknownCountry`] if the code is not one of the eleven in the table.
    pub fn from_iso(code: &str) -> Result<Self, UnknownCountry> {
        Self::all()
            .find(|country| country.0.iso.eq_ignore_ascii_case(code.trim()))
            .ok_or_else(|| UnknownCountry {
                code: code.to_owned(),
            })
    }

    /// The ISO code, upper case.
    #[must_use]
    pub const fn iso(self) -> &'static str {
        self.0.iso
    }

    /// The English name, with an article where it takes one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The calling code, without plus.
    #[must_use]
    pub const fn calling_code(self) -> &'static str {
        self.0.calling_code
    }

    fn all() -> impl Iterator<Item = Self> {
        std::iter::once(&SAUDI_ARABIA).chain(&OTHERS).map(Self)
    }

    /// Splits digits that begin with a country code; `None` if the country is not in the table.
    pub(super) fn split(digits: &str) -> Option<(Self, &str)> {
        Self::all().find_map(|country| {
            digits
                .strip_prefix(country.calling_code())
                .map(|national| (country, national))
        })
    }

    pub(super) const fn international_prefix(self) -> &'static str {
        self.0.international_prefix
    }

    /// Whether `national` begins as a premium-rate number does.
    pub(super) fn is_premium(self, national: &str) -> bool {
        self.0
            .premium
            .iter()
            .any(|start| national.starts_with(start))
    }

    /// What `code`, without any prefix, stands for if it is a public short code here.
    pub(super) fn short_code(self, code: &str) -> Option<ShortCodeKind> {
        if self == Self::SAUDI_ARABIA {
            return saudi::short_code(code);
        }
        let is_emergency = matches!(code, "112" | "911") || self.0.emergency.contains(&code);
        is_emergency.then_some(ShortCodeKind::Emergency)
    }

    /// The national number in what follows the country code. A trunk prefix that should have
    /// been left out is dropped (`+966 (0)5…`); a second country code is not repaired.
    pub(super) fn tidy(self, national: &str) -> Result<&str, NumberError> {
        let number = || format!("+{}{national}", self.calling_code());
        let tidied = self.without_trunk(national).unwrap_or(national);
        if self.has(tidied) {
            Ok(tidied)
        } else if national.starts_with("00") || national.starts_with(self.calling_code()) {
            Err(NumberError::DoublePrefix(number()))
        } else {
            Err(NumberError::NotInPlan {
                number: number(),
                country: self.name(),
            })
        }
    }

    /// The national number in digits as they are dialled inside the country.
    pub(super) fn domestic(self, digits: &str) -> Result<&str, NumberError> {
        let bare = self
            .0
            .bare_starts
            .iter()
            .any(|start| digits.starts_with(start));
        if bare && self.has(digits) {
            return Ok(digits);
        }
        if let Some(national) = self
            .without_trunk(digits)
            .filter(|national| self.has(national))
        {
            return Ok(national);
        }
        match digits.strip_prefix(self.calling_code()) {
            Some(national) => self.tidy(national),
            None => Err(NumberError::NotInPlan {
                number: digits.to_owned(),
                country: self.name(),
            }),
        }
    }

    fn without_trunk(self, digits: &str) -> Option<&str> {
        digits
            .strip_prefix(self.0.trunk_prefix)
            .filter(|rest| rest.starts_with(|first| self.0.trunk_before.contains(first)))
    }

    fn has(self, national: &str) -> bool {
        if self == Self::SAUDI_ARABIA {
            saudi::class_of(national).is_some()
        } else {
            !national.starts_with('0') && self.0.lengths.contains(&national.len())
        }
    }
}

impl Default for Country {
    fn default() -> Self {
        Self::SAUDI_ARABIA
    }
}

fn known_codes() -> String {
    let mut codes = Vec::new();
    for country in Country::all() {
        sorted::insert(&mut codes, country.iso());
    }
    codes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_codes() {
        assert_eq!(Country::from_iso("SA"), Ok(Country::SAUDI_ARABIA));
        assert_eq!(
            Country::from_iso(" gb ").map(Country::calling_code),
            Ok("44")
        );
        let problem = Country::from_iso("ZZ").unwrap_err().to_string();
        assert_eq!(
            problem,
            "\"ZZ\" is not a country code known here; \
             known: AE, BH, DE, EG, GB, JO, KW, OM, QA, SA, US"
        );
    }

    #[test]
    fn calling_codes_are_prefix_free() {
        for one in Country::all() {
            for other in Country::all().filter(|other| *other != one) {
                let code = other.calling_code();
                assert!(
                    !code.starts_with(one.calling_code()),
                    "{} {}",
                    one.iso(),
                    other.iso()
                );
            }
        }
    }

    #[test]
    fn premium_prefixes() {
        let check = |iso: &str, national: &str, expected: bool| {
            let country = Country::from_iso(iso).unwrap();
            assert_eq!(country.is_premium(national), expected, "{iso} {national}");
        };
        check("SA", "925012345", true);
        check("SA", "920012345", false);
        check("GB", "9011234567", true);
        check("US", "9005551234", true);
        check("US", "2125551234", false);
        check("KW", "90012345", false);
    }
}
