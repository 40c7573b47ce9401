//! The members of a JSON object as the text they arrived in.
//!
//! Invariants
//! - Only the members that a reader knows are kept; others are skipped, which is iterative, so depth
//!   costs nothing and cannot overflow a stack.
//! - A known member that occurs twice is an error: whoever looked at the message on the way may have
//!   seen the other one.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::Name;

/// Known members, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Vec<(&'static str, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads the text of an object.
    pub(super) fn read(text: &'a str, known: &'static [&'static str]) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(text.as_bytes());
        let members = Known(known).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(members)
    }

    /// A member, null or not.
    pub(super) fn present(&self, name: &str) -> Option<&'a RawValue> {
        let mut members = self.0.iter();
        members
            .find(|(known, _)| *known == name)
            .map(|(_, raw)| *raw)
    }

    /// A member, unless it is null.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.present(name).filter(|raw| raw.get() != "null")
    }
}

#[derive(Clone, Copy)]
struct Known(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Known {
    type Value = Members<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Known {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(&'static str, &'de RawValue)> = Vec::new();
        while let Some(Name(name)) = object.next_key()? {
            let Some(known) = self.0.iter().find(|known| **known == name) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if members.iter().any(|(name, _)| name == known) {
                return Err(A::Error::duplicate_field(known));
            }
            members.push((known, object.next_value()?));
        }
        Ok(Members(members))
    }
}
