//! The API keys of `MCP_API_KEYS`.
//!
//! Owns their JSON form and the search among them. Only SHA-256 digests are ever stored; keys are long
//! random strings, so that a plain digest is enough and a slow one would only cost.
//!
//! Invariants: a presented key is compared with every entry, each in constant time, so that time
//! tells nothing; no error and no `Debug` output repeats a digest, nor a word that might be a key
//! pasted into the wrong place.
//!
//! Not here: the `Authorization` header (`bearer`), OAuth tokens, comparing (`secret`).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::caller::{Caller, CallerKind};
use super::extension_set::{ExtensionProblem, ExtensionSet};
use super::scope::{Scope, Scopes, UnknownScope};
use super::secret::{Secret, Sha256Digest};
use crate::json;

/// The keys that open the door, and to whom each belongs. May be empty: then none does.
#[derive(Debug, Clone, Default)]
pub struct ApiKeys(Vec<ApiKey>);

#[derive(Debug, Clone)]
struct ApiKey {
    /// Hidden: with it, guesses could be checked elsewhere.
    digest: Secret<Sha256Digest>,
    /// Tells this key from another one of the same name, without being its digest.
    fingerprint: String,
    caller: Caller,
}

/// The fields of an entry.
const FIELDS: [&str; 4] = ["name", "sha256", "scopes", "extensions"];

/// What is wrong with `MCP_API_KEYS`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysProblem {
    /// Not JSON at all.
    #[error("is not JSON: it breaks at line {line}, column {column}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON, but not an array.
    #[error(
        "must be an array such as [{{\"name\":\"laptop\",\"sha256\":\"…\",\"scopes\":[\"read\"]}}]"
    )]
    NotAnArray,
    /// One entry cannot be used.
    #[error("entry {index}{}: {problem}", named(name.as_deref()))]
    Entry {
        /// Position in the array, counted from 0.
        index: usize,
        /// The entry's name, if it has one.
        name: Option<String>,
        /// What is wrong with it.
        problem: EntryProblem,
    },
}

/// What is wrong with one entry of `MCP_API_KEYS`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    /// Something else than an object.
    #[error("is not an object")]
    NotAnObject,
    /// A field that means nothing here; not repeated, since it may be a key.
    #[error("has a field other than name, sha256, scopes and extensions")]
    UnknownField,
    /// No name, or an unusable one.
    #[error("name must be a text of 1 to 64 characters without control characters")]
    Name,
    /// An earlier entry has this name; audit and caps could not tell them apart.
    #[error("an earlier entry has the same name")]
    DuplicateName,
    /// No digest, or something else; not repeated, since it may be the key itself.
    #[error("sha256 must be the key's SHA-256 as 64 hex digits, not the key itself")]
    Digest,
    /// An earlier entry has this digest; one key cannot be two callers.
    #[error("an earlier entry has the same sha256")]
    DuplicateDigest,
    /// Something else than a list of names, or an empty one.
    #[error("scopes must be a list with at least one name; without it a key may only read")]
    Scopes,
    /// A word that is no scope.
    #[error("scopes: {0}")]
    UnknownScope(#[from] UnknownScope),
    /// Something else than a list of texts.
    #[error("extensions must be a list of texts such as \"12310\" and \"100-199\"")]
    Extensions,
    /// A text that is neither an extension nor a range.
    #[error("extensions: {0}")]
    Extension(#[from] ExtensionProblem),
}

impl ApiKeys {
    /// From the text of `MCP_API_KEYS`. Left out, `scopes` means `read` only, and `extensions`
    /// means every extension. A blank text is the same as `[]`: no keys.
    ///
    /// # Errors
    /// [`KeysProblem`] names the first entry that cannot be used; then no key works at all.
    pub fn parse(text: &str) -> Result<Self, KeysProblem> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let json = json::any(text.as_bytes()).map_err(|error| KeysProblem::NotJson {
            line: error.line(),
            column: error.column(),
        })?;
        let Value::Array(entries) = json else {
            return Err(KeysProblem::NotAnArray);
        };
        let mut keys = Self::default();
        for (index, entry) in entries.into_iter().enumerate() {
            let name = entry
                .get("name")
                .and_then(Value::as_str)
                .filter(|name| is_name(name));
            let name = name.map(str::to_owned);
            let key = keys.read(entry).map_err(|problem| KeysProblem::Entry {
                index,
                name,
                problem,
            })?;
            keys.0.push(key);
        }
        Ok(keys)
    }

    /// Whether there is no key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The caller to whom `presented` belongs. Looks at every entry, whatever it finds.
    #[must_use]
    pub fn find(&self, presented: &str) -> Option<&Caller> {
        self.entry_of(presented).map(|key| &key.caller)
    }

    /// The same, with the key's fingerprint, for what is granted on the strength of it.
    #[must_use]
    pub fn sign_in(&self, presented: &str) -> Option<(&Caller, &str)> {
        self.entry_of(presented)
            .map(|key| (&key.caller, key.fingerprint.as_str()))
    }

    /// The caller whose key has this name, if it still is the key with this fingerprint.
    #[must_use]
    pub fn holder(&self, name: &str, fingerprint: &str) -> Option<&Caller> {
        let is_it = |key: &&ApiKey| key.caller.name == name && key.fingerprint == fingerprint;
        self.0.iter().find(is_it).map(|key| &key.caller)
    }

    fn entry_of(&self, presented: &str) -> Option<&ApiKey> {
        let digest: Sha256Digest = Sha256::digest(presented.as_bytes()).into();
        self.0.iter().fold(None, |found, key| {
            if key.digest.is(&digest) {
                Some(key)
            } else {
                found
            }
        })
    }

    fn read(&self, entry: Value) -> Result<ApiKey, EntryProblem> {
        let Value::Object(entry) = entry else {
            return Err(EntryProblem::NotAnObject);
        };
        if entry.keys().any(|field| !FIELDS.contains(&field.as_str())) {
            return Err(EntryProblem::UnknownField);
        }
        let field = |name: &str| entry.get(name).filter(|value| !value.is_null());
        let text = |name: &str| field(name).and_then(Value::as_str);
        let name = text("name").filter(|name| is_name(name));
        let name = name.ok_or(EntryProblem::Name)?;
        let digest = text("sha256").and_then(read_hex);
        let digest = digest.ok_or(EntryProblem::Digest)?;
        if self.0.iter().any(|key| key.caller.name == name) {
            return Err(EntryProblem::DuplicateName);
        }
        if self.0.iter().any(|key| key.digest.is(&digest)) {
            return Err(EntryProblem::DuplicateDigest);
        }
        let caller = Caller {
            name: name.to_owned(),
            scopes: read_scopes(field("scopes"))?,
            extensions: read_extensions(field("extensions"))?,
            kind: CallerKind::ApiKey,
            client: None,
            within_reach: Scopes::NONE,
        };
        Ok(ApiKey {
            digest: Secret::new(digest),
            fingerprint: fingerprint(&digest),
            caller,
        })
    }
}

/// Nine bytes of a hash of the digest: enough to tell keys apart, and no way back to the digest.
fn fingerprint(digest: &Sha256Digest) -> String {
    let hash = Sha256::new()
        .chain_update("fingerprint of a key")
        .chain_update(digest)
        .finalize();
    let short: Vec<u8> = hash.into_iter().take(9).collect();
    URL_SAFE_NO_PAD.encode(short)
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=64).contains(&length) && !name.trim().is_empty() && !name.chars().any(char::is_control)
}

fn read_scopes(value: Option<&Value>) -> Result<Scopes, EntryProblem> {
    let Some(value) = value else {
        return Ok(Scopes::NONE.with(Scope::Read));
    };
    let names = texts(value)
        .filter(|names| !names.is_empty())
        .ok_or(EntryProblem::Scopes)?;
    Ok(Scopes::parse(names)?)
}

fn read_extensions(value: Option<&Value>) -> Result<ExtensionSet, EntryProblem> {
    let Some(value) = value else {
        return Ok(ExtensionSet::Everything);
    };
    let entries = texts(value).ok_or(EntryProblem::Extensions)?;
    Ok(ExtensionSet::parse(entries)?)
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn read_hex(text: &str) -> Option<Sha256Digest> {
    let nibbles: Vec<u8> = text.chars().map(nibble).collect::<Option<_>>()?;
    let (pairs, rest) = nibbles.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| (high << 4) | low).collect();
    if rest.is_empty() {
        bytes.try_into().ok()
    } else {
        None
    }
}

fn nibble(character: char) -> Option<u8> {
    character
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn named(name: Option<&str>) -> impl fmt::Display {
    name.map(|name| format!(" ({name:?})")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
