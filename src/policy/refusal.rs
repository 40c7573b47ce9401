//! Why a well-written number is not called.
//!
//! Owns the wording: what happened, why, and what to do next. The caller answers
//! `forbidden_destination`. The number is repeated, since the one who reads it typed it; mask it
//! before it goes to a log.
//! Not here: badly written numbers, see [`NumberError`].

use super::e164::E164;
use super::extension::ExtensionNumber;
use super::number_error::NumberError;
use super::pattern::Pattern;
use super::short_code::ShortCode;

/// The destination is understood, and may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Emergency lines and helplines, whatever the settings say.
    #[error("{0} is an emergency or help line: this system neither dials it nor transfers to it")]
    Emergency(ShortCode),
    /// Premium-rate numbers, whatever the settings say.
    #[error("{0} is a premium-rate number, which is never dialled from here")]
    Premium(E164),
    /// A carrier's service line that the operator did not list.
    #[error("{0} is a public service code, which is not dialled unless DIAL_ALLOW lists it")]
    ServiceCode(ShortCode),
    /// A pattern of `DIAL_DENY` matches.
    #[error("{number} is blocked by the pattern {pattern} in DIAL_DENY")]
    Denied {
        /// The number that was asked for.
        number: String,
        /// The first pattern that matches it.
        pattern: Pattern,
    },
    /// `DIAL_ALLOW` is unset, and the number is outside the home country.
    #[error("{number} is outside {country}, and only numbers inside it may be called")]
    Abroad {
        /// The number that was asked for.
        number: E164,
        /// The home country's English name.
        country: &'static str,
    },
    /// `DIAL_ALLOW` is set and empty.
    #[error("{0} is an outside number, and outside calls are switched off")]
    OutsideClosed(E164),
    /// No pattern of `DIAL_ALLOW` matches this outside number.
    #[error("{0} is not among the outside numbers that DIAL_ALLOW permits")]
    OutsideNotListed(E164),
    /// `DIAL_ALLOW` speaks of internal numbers, and no pattern of it matches this one.
    #[error("{0} is not among the internal numbers that DIAL_ALLOW permits")]
    InternalNotListed(ExtensionNumber),
}

impl Refusal {
    /// What to do next.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Emergency(_) => {
                "tell the person to dial it by hand from a phone, now, or hand over to a human \
                 colleague at once"
            }
            Self::Premium(_) => {
                "do not try again; someone who wants this call can dial it by hand from a phone"
            }
            Self::ServiceCode(_) => {
                "it can be dialled by hand from a phone; an administrator can list the code in \
                 DIAL_ALLOW"
            }
            Self::Denied { .. } => "do not try again; an administrator decides about DIAL_DENY",
            Self::Abroad { .. } => {
                "check the country code with the person; an administrator can permit other \
                 countries in DIAL_ALLOW, such as +966*,+971*"
            }
            Self::OutsideClosed(_) | Self::OutsideNotListed(_) | Self::InternalNotListed(_) => {
                "call one of the permitted numbers instead; an administrator can change DIAL_ALLOW"
            }
        }
    }
}

/// Why [`DialRules::admit`](super::DialRules::admit) gave no destination: whose fault it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The text is no number: `invalid_argument`, but for feature codes.
    #[error(transparent)]
    Malformed(#[from] NumberError),
    /// The number may not be called: `forbidden_destination`.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Rejection {
    /// Whether to answer `forbidden_destination` and not `invalid_argument`.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Malformed(error) => error.is_refusal(),
            Self::Refused(_) => true,
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.hint(),
            Self::Refused(refusal) => refusal.hint(),
        }
    }
}
