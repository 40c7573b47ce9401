//! Values that must never be shown.
//!
//! Owns the one rule: a [`Secret`] prints as `***` and has exactly one way out, which is easy to
//! search for. It has no `Display`, no serialisation and no comparison.
//! Not here: wiping memory; the isolate's memory is not shared with anyone.

use std::fmt;

/// A value that must never reach a log, an error or an answer.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The only way out; call it where the value is used, never where it is shown.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        #[derive(Debug)]
        struct Settings {
            _password: Option<Secret<String>>,
        }
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?} {secret:#?}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
        let settings = Settings {
            _password: Some(secret),
        };
        assert_eq!(format!("{settings:?}"), "Settings { _password: Some(***) }");
    }
}
