//! What was asked and answered, so that a test can say "no request at all" or "exactly one".
//!
//! Tokens are kept as fingerprints only. Requests to the control interface are not recorded.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Serialize;

/// One request and its answer.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Counts from 1 and never restarts.
    pub sequence: u64,
    /// `GET`, `POST` ...
    pub method: String,
    /// As sent, still percent-encoded.
    pub path: String,
    /// As sent, without the question mark.
    pub query: String,
    /// Content type of the request.
    pub content_type: String,
    /// User agent of the request.
    pub user_agent: String,
    /// Fingerprint of the bearer token, empty without one.
    pub bearer: String,
    /// Body as text; passwords and keys are replaced by `***`.
    pub body: String,
    /// Status answered; `None` while it is being answered, or where nothing was sent.
    pub status: Option<u16>,
    /// Name of the fault that was played, if any.
    pub fault: Option<String>,
    /// Milliseconds since 1970, at arrival.
    pub at_ms: u64,
    /// Until the head of the answer.
    pub duration_ms: Option<u64>,
}

/// A short name for a token: equal tokens, equal fingerprints.
pub(crate) fn fingerprint(token: &str) -> String {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff)
}
