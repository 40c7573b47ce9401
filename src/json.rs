//! JSON in few instantiations: each way of writing or reading a type costs code in the Worker, so there
//! is one of each.
//!
//! Reading goes by way of [`Tree`], because what serde generates for a type is then a few comparisons
//! and moves, and none of the parser. Texts in the tree are borrowed; a member that occurs twice is
//! still there twice, so that the type can refuse it.
//!
//! Not here: JSON-RPC messages (`mcp`), which keep the text of their members.

mod deserializer;
mod error;
mod tree;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub(crate) use self::error::Error;
pub(crate) use self::tree::Tree;

/// Reads a type.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    T::deserialize(Tree::parse(bytes)?)
}

/// Reads whatever it is.
pub(crate) fn any(bytes: &[u8]) -> serde_json::Result<Value> {
    Tree::parse(bytes).map(Value::from)
}

/// For a member that can be whatever it likes.
pub(crate) fn member<'de, D: Deserializer<'de>>(member: D) -> Result<Option<Value>, D::Error> {
    Option::<Tree<'de>>::deserialize(member).map(|tree| tree.map(Value::from))
}

/// A value as a tree of `serde_json`. By way of its text: what is also written as text needs no second
/// serialiser.
pub(crate) fn value<T: Serialize>(value: &T) -> Value {
    serde_json::to_vec(value)
        .and_then(|bytes| any(&bytes))
        .unwrap_or_default()
}
