//! Values that must never be shown.
//!
//! Owns the one rule: a [`Secret`] prints as `***` and has exactly one way out, which is easy to
//! search for. It has no `Display` and no serialisation.
//!
//! Invariant: comparing with a secret takes the same time wherever the two differ.
//! Not here: wiping memory; the isolate's memory is not shared with anyone.

use std::fmt;
use std::hint::black_box;

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(super) type Sha256Digest = [u8; 32];

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

impl Secret<String> {
    /// Whether `presented` is this very secret. How long it takes tells nothing of it.
    pub fn is(&self, presented: &str) -> bool {
        let digest = |text: &str| -> Sha256Digest { Sha256::digest(text.as_bytes()).into() };
        equal(&digest(&self.0), &digest(presented))
    }
}

impl Secret<Sha256Digest> {
    /// Whether `presented` is this very digest. How long it takes tells nothing of it.
    pub(super) fn is(&self, presented: &Sha256Digest) -> bool {
        equal(&self.0, presented)
    }
}

/// Takes the same time wherever the two differ.
fn equal(one: &Sha256Digest, other: &Sha256Digest) -> bool {
    let difference = one
        .iter()
        .zip(other)
        .fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
    black_box(difference) == 0
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
    fn only_the_very_same_is_it() {
        let secret = Secret::new("0123456789abcdef".to_owned());
        assert!(secret.is("0123456789abcdef"));
        for other in [
            "",
            "0123456789abcde",
            "0123456789abcdeF",
            "0123456789abcdef ",
        ] {
            assert!(!secret.is(other), "{other:?}");
        }
    }

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
