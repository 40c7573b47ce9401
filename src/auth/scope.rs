//! What a caller may do, in five words.
//!
//! Owns the names of the scopes as they stand in `MCP_API_KEYS` and in OAuth requests.
//! Invariant: no scope implies another; a caller holds exactly the ones that were granted.
//! Not here: which tool needs which scope; every tool says so itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See extensions, presence, calls and call history.
    Read,
    /// Place, answer, transfer, hold and drop calls.
    Control,
    /// Send messages.
    Message,
    /// Record calls.
    Record,
    /// Change settings, and look into the works.
    Admin,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a scope; known: read, control, message, record, admin")]
pub struct UnknownScope {
    /// What was given.
    pub name: String,
}

impl Scope {
    /// Every scope, from the least to the most powerful.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Control,
        Self::Message,
        Self::Record,
        Self::Admin,
    ];

    /// The name in settings, tokens and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Control => "control",
            Self::Message => "message",
            Self::Record => "record",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Control => 2,
            Self::Message => 4,
            Self::Record => 8,
            Self::Admin => 16,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == name)
            .ok_or_else(|| UnknownScope {
                name: name.to_owned(),
            })
    }
}

/// A set of scopes; written as a list in JSON and with spaces between in OAuth (RFC 6749 §3.3).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Nothing is permitted.
    pub const NONE: Self = Self(0);
    /// Everything is permitted.
    pub const ALL: Self = Self::NONE
        .with(Scope::Read)
        .with(Scope::Control)
        .with(Scope::Message)
        .with(Scope::Record)
        .with(Scope::Admin);

    /// From names, each exactly as [`Scope::as_str`] writes it.
    ///
    /// # Errors
    /// [`UnknownScope`] for the first name that is none.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownScope> {
        names.into_iter().map(Scope::from_str).collect()
    }

    /// This set and `scope`.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// What both sets permit.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `scope` is permitted.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether nothing is permitted.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permitted scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Scope>::deserialize(deserializer).map(|scopes| scopes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[Scope], &str>) {
        let actual = Scopes::parse(text.split_whitespace());
        let actual = actual.map(|scopes| scopes.iter().collect::<Vec<_>>());
        let expected = expected.map(<[Scope]>::to_vec).map_err(str::to_owned);
        assert_eq!(
            actual.map_err(|error| error.name),
            expected,
            "text {text:?}"
        );
    }

    #[test]
    fn names() {
        check("", Ok(&[]));
        check("read", Ok(&[Scope::Read]));
        check("control read control", Ok(&[Scope::Read, Scope::Control]));
        check("read control message record admin", Ok(&Scope::ALL));
        check("read write", Err("write"));
        check("Read", Err("Read"));
    }

    #[test]
    fn no_scope_implies_another() {
        for one in Scope::ALL {
            let set = Scopes::NONE.with(one);
            for other in Scope::ALL {
                assert_eq!(set.contains(other), one == other, "{one} {other}");
            }
        }
        assert!(Scopes::default().is_empty());
        assert_eq!(Scopes::ALL.intersection(Scopes::NONE), Scopes::NONE);
    }

    #[test]
    fn travels_as_a_list() {
        let scopes = Scopes::NONE.with(Scope::Message).with(Scope::Read);
        let json = serde_json::to_string(&scopes).unwrap();
        assert_eq!(json, r#"["read","message"]"#);
        assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), scopes);
        assert_eq!(scopes.to_string(), "read message");
        assert!(serde_json::from_str::<Scopes>(r#"["write"]"#).is_err());
    }
}
