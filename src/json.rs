//! JSON in few instantiations: each way of writing or reading a type costs code in the Worker, so there
//! is one.

use serde::Serialize;
use serde_json::Value;

/// A value as a tree. By way of its text: what is also written as text needs no second serialiser.
pub(crate) fn tree<T: Serialize>(value: &T) -> Value {
    serde_json::to_vec(value)
        .and_then(|bytes| serde_json::from_slice(&bytes))
        .unwrap_or_default()
}
