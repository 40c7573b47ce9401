//! Callers with keys, as an administrator lists them in `MCP_API_KEYS`.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Client, Stage};

/// One entry of the list: the key's digest, and what it may do.
pub(crate) fn key_entry(key: &str, scopes: &[&str], extensions: Option<&[&str]>) -> Value {
    let digest = Sha256::digest(key)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    let name: String = key.chars().take(5).collect();
    let mut entry = json!({ "name": name, "sha256": digest, "scopes": scopes });
    if let Some(extensions) = extensions {
        entry["extensions"] = json!(extensions);
    }
    entry
}

impl Stage {
    /// The demo clinic, open to these keys only.
    pub(crate) async fn with_keys(entries: &[Value]) -> Self {
        let keys = json!(entries).to_string();
        Self::with(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)]).await
    }

    /// A caller with this key.
    pub(crate) fn client_with(&self, key: &str) -> Client {
        self.client()
            .header("authorization", &format!("Bearer {key}"))
    }
}
