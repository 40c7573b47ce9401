//! Why a JSON text is not what was asked for.
//!
//! An error of `serde_json` in all but one thing: what does not fit is named here, because serde's own way
//! of naming it can write floating-point numbers, 20 KB that nothing else in the Worker needs.

use std::fmt;

use serde::de::{Error as _, Expected, Unexpected};

/// What is wrong with it.
#[derive(Debug)]
pub(crate) struct Error(serde_json::Error);

impl Error {
    /// The text ends in the middle.
    pub(crate) fn is_eof(&self) -> bool {
        self.0.is_eof()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self(error)
    }
}

impl serde::de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self(serde_json::Error::custom(words))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        misfit("type", unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        misfit("value", unexpected, expected)
    }
}

#[cold]
fn misfit(what: &str, unexpected: Unexpected<'_>, expected: &dyn Expected) -> Error {
    let found = match unexpected {
        Unexpected::Bool(value) => format!("boolean `{value}`"),
        Unexpected::Unsigned(number) => format!("integer `{number}`"),
        Unexpected::Signed(number) => format!("integer `{number}`"),
        Unexpected::Str(text) => format!("string {text:?}"),
        Unexpected::Other(other) => other.to_owned(),
        Unexpected::Unit => "null".to_owned(),
        Unexpected::Seq => "sequence".to_owned(),
        Unexpected::Map => "map".to_owned(),
        Unexpected::Float(_) => "a number that is not whole".to_owned(),
        _ => "something else".to_owned(),
    };
    Error::custom(format!("invalid {what}: {found}, expected {expected}"))
}
