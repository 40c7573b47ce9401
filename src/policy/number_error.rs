//! Why a text is not a number that can be dialled.
//!
//! These are the writer's mistakes: the same number written properly would do. The caller answers
//! `invalid_argument`, or `forbidden_destination` where [`NumberError::is_refusal`] says so. The number is repeated, since the one who reads the error typed it; mask
//! it before it goes to a log.
//! Not here: numbers that are well written and still may not be called, see
//! [`Refusal`](super::Refusal).

use std::fmt;

/// The text cannot be read as a number, or reads in more than one way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing was left after spaces and marks were removed.
    #[error("the number is empty")]
    Empty,
    /// Longer than any number; not repeated.
    #[error("the number is too long to be one")]
    TooLong,
    /// A character that is no digit and no harmless punctuation.
    #[error("{text:?} is not a plain number: {character:?} {what}")]
    Character {
        /// The text as it was written.
        text: String,
        /// The first character in the way.
        character: char,
        /// What sort of character that is.
        what: Unwanted,
    },
    /// A public number stands where one of the PBX's own extensions belongs.
    #[error("{0} is not an extension: extensions are dialled without a plus sign")]
    PlusOnExtension(String),
    /// Extensions have between two and eight digits.
    #[error("{0} is not an extension: extensions have 2 to 8 digits")]
    ExtensionLength(String),
    /// One digit, or an international prefix with nothing useful behind it.
    #[error("{0} is too short to be dialled")]
    TooShort(String),
    /// Seven digits: a fixed line as dialled inside one area, whose code is not known here.
    #[error("{0} is a local number without its area code")]
    LocalNumber(String),
    /// No country code begins with zero (ITU-T E.164).
    #[error("{0} has no country code: none begins with 0")]
    CountryCodeZero(String),
    /// Two international prefixes, or the country code twice.
    #[error("{0} holds an international prefix or a country code twice")]
    DoublePrefix(String),
    /// Not the 7 to 15 digits that ITU-T E.164 allows.
    #[error("{0} is not an international number: those have 7 to 15 digits")]
    InternationalLength(String),
    /// An international number was required.
    #[error("{0} is not written in international form")]
    NotInternational(String),
    /// The country's numbering plan has no such number.
    #[error("{number} is not a number of {country}")]
    NotInPlan {
        /// The number as it was read.
        number: String,
        /// The country's English name.
        country: &'static str,
    },
}

impl NumberError {
    /// Whether this could be dialled, and is refused on purpose: feature codes. Everything else
    /// is a mistake in writing.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Character {
                what: Unwanted::DialCode,
                ..
            }
        )
    }

    /// What to do next.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "give an extension such as 100, or a number such as +966501234567",
            Self::Character {
                what: Unwanted::DialCode,
                ..
            } => {
                "feature codes (forwarding, parking, pickup) are never dialled as text; use the \
                 tool made for the purpose, or give a plain number"
            }
            Self::Character { .. } => {
                "give digits only, with + and the country code for an outside number"
            }
            Self::PlusOnExtension(_) | Self::ExtensionLength(_) => {
                "give the extension as it is dialled inside the PBX, such as 100; get_extensions \
                 lists them"
            }
            Self::LocalNumber(_) => {
                "ask for the area code and give the full number with + and the country code, such \
                 as +966112345678"
            }
            Self::DoublePrefix(_) => {
                "give the country code once, after a single + or international prefix"
            }
            Self::NotInPlan { .. } => {
                "check the digits with the person who gave the number, and give it with + and the \
                 country code"
            }
            Self::TooLong
            | Self::TooShort(_)
            | Self::CountryCodeZero(_)
            | Self::InternationalLength(_)
            | Self::NotInternational(_) => "give the full number with + and the country code",
        }
    }
}

/// Characters that a number may not hold, by the harm they would do or the mistake they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwanted {
    /// `*` or `#`: could set forwarding or pick up other people's calls.
    DialCode,
    /// `,` or `;`: pauses and parameters of a dial string.
    Pause,
    /// Part of a `sip:` or `tel:` address.
    Address,
    /// A plus that is not the first character.
    MisplacedPlus,
    /// A letter of any script.
    Letter,
    /// Anything else.
    Other,
}

impl fmt::Display for Unwanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DialCode => "belongs to a feature code, which is not dialled from here",
            Self::Pause => "is a pause or a parameter, not a digit",
            Self::Address => "belongs to an address, and only numbers are dialled",
            Self::MisplacedPlus => "may only stand once, at the very beginning",
            Self::Letter => "is a letter",
            Self::Other => "is not a digit",
        })
    }
}
