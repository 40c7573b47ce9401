//! Why a request to the PBX failed, seen from the one who asked.
//!
//! Variants follow *what is known*, because that decides what may be done next: only
//! [`PbxError::OutcomeUnknown`] means that an action may have happened.

use super::sign_in::SignInError;
use super::transport::TransportError;

/// Why a request to the PBX failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PbxError {
    /// `PBX_FQDN` or the credentials are missing or wrong: an administrator's work.
    #[error("{0}")]
    NotConfigured(String),
    /// Signing in failed; the request was not sent.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The PBX refused a token that it had just given out (401 twice).
    #[error(
        "the PBX refuses a token it has just issued to client `{client}`: another program may be \
         signing in with the same client (each new token ends the last one), or Console \
         Restrictions do not allow this address"
    )]
    TokenRefused {
        /// Who signs in: a client id or user name, never a secret.
        client: String,
    },
    /// 403: not in the client's list, or licence, role or API permission is missing.
    #[error("the PBX forbids {what} (403)")]
    Forbidden {
        /// The method and path that was refused.
        what: String,
    },
    /// 404: an unknown DN, device or participant; or a call that is over.
    #[error("the PBX does not know {what} (404)")]
    NotFound {
        /// The path that was not found.
        what: String,
    },
    /// 422: the action does not fit the state of the call or the device.
    #[error("the PBX cannot do this with the call as it is (422){}", said(.message))]
    Unprocessable {
        /// The PBX's own words, if any.
        message: String,
    },
    /// 424: no registered device that could make the call.
    #[error("the PBX found no phone that could do this (424){}", said(.message))]
    NoDevice {
        /// The PBX's own words, if any.
        message: String,
    },
    /// Another 4xx.
    #[error("the PBX rejected the request ({status}){}", said(.message))]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The PBX's own words, if any.
        message: String,
    },
    /// A read was answered with 5xx.
    #[error("the PBX failed with an internal error ({status}){}", said(.message))]
    Failed {
        /// The HTTP status.
        status: u16,
        /// The PBX's own words, if any.
        message: String,
    },
    /// A read got no whole answer.
    #[error("the PBX cannot be reached: {0}")]
    Unreachable(TransportError),
    /// A read got an answer that is not what the API answers.
    #[error("the PBX answered something that is not its API: {0}")]
    Garbled(String),
    /// An action was sent, and nobody knows whether it was carried out.
    #[error("the PBX may or may not have done this: {0}")]
    OutcomeUnknown(String),
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

impl PbxError {
    /// An action that certainly was not carried out, because the thing it names does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }
}
