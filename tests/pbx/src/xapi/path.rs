//! OData paths: `Users`, `Users(201)`, `Users(Number='101')`, `Groups(31)/Members`.

use crate::percent;

/// How an entity is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The primary key, which is not the number.
    Id(i64),
    /// The alternate key.
    Number(String),
}

/// A path below `/xapi/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) set: String,
    pub(super) key: Option<Key>,
    /// A navigation property or an action.
    pub(super) rest: Option<String>,
}

impl Path {
    pub(super) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/xapi/v1/")?;
        let mut segments = rest.split('/').map(percent::decode);
        let first = segments.next()??;
        let rest = match segments.next() {
            Some(segment) => Some(segment?),
            None => None,
        };
        if segments.next().is_some() {
            return None;
        }
        let Some((set, key)) = first.split_once('(') else {
            return Some(Self {
                set: first,
                key: None,
                rest,
            });
        };
        let key = Some(Key::parse(key.strip_suffix(')')?)?);
        Some(Self {
            set: set.to_owned(),
            key,
            rest,
        })
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let named = text
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()));
        match named {
            Some(("Number", value)) => {
                let inner = value.strip_prefix('\'')?.strip_suffix('\'')?;
                // A single quote inside must be doubled.
                let plain = inner.replace("''", "");
                (!plain.contains('\'')).then(|| Self::Number(inner.replace("''", "'")))
            }
            Some(("Id", value)) => value.parse().ok().map(Self::Id),
            Some(_) => None,
            None => text.parse().ok().map(Self::Id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<(&str, Option<Key>, Option<&str>)>) {
        let parsed = Path::parse(&format!("/xapi/v1/{path}"));
        let expected = expected.map(|(set, key, rest)| Path {
            set: set.to_owned(),
            key,
            rest: rest.map(str::to_owned),
        });
        assert_eq!(parsed, expected, "{path}");
    }

    #[test]
    fn paths() {
        let number = |text: &str| Some(Key::Number(text.to_owned()));
        check("Users", Some(("Users", None, None)));
        check("Users(201)", Some(("Users", Some(Key::Id(201)), None)));
        check("Users(Number='101')", Some(("Users", number("101"), None)));
        check(
            "Users(Number=%27O%27%27B%27)",
            Some(("Users", number("O'B"), None)),
        );
        check(
            "Groups(31)/Members",
            Some(("Groups", Some(Key::Id(31)), Some("Members"))),
        );
        check("Users(Number='1'1')", None);
        check("Users(x)", None);
        check("Users(1)/a/b", None);
    }
}
