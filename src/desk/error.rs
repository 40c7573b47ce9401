//! How a tool fails: a code from a closed list, words to act on, a hint, and whether to try again.
//!
//! The one mapping from the PBX's failures to what a caller reads is here too, so that the same
//! fault reads the same in every tool and resource.

use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json;
use crate::pbx::{PbxError, SignInError};
use crate::policy::{LedgerDown, NumberError, Rejection};

/// `error.code`: the list is a contract with outside programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The arguments can never work.
    InvalidArgument,
    /// No such extension, call or device.
    NotFound,
    /// Several calls fit; the message lists them.
    AmbiguousParticipant,
    /// The call is not in a state for this.
    WrongCallState,
    /// 3CX has no way to do this.
    NotSupportedByPbx,
    /// The caller, or our client on the PBX, may not.
    Forbidden,
    /// This number may not be dialled.
    ForbiddenDestination,
    /// Say yes first.
    ConfirmationRequired,
    /// A cap is used up.
    LimitReached,
    /// The administrator has work to do.
    PbxNotConfigured,
    /// No connection, or no answer that can be used.
    PbxUnreachable,
    /// The PBX does not let us in.
    PbxAuthFailed,
    /// The PBX understood and said no.
    PbxRejected,
    /// It may or may not have happened.
    OutcomeUnknown,
    /// An outside service failed.
    ProviderFailed,
}

impl Code {
    /// As it is written in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::NotFound => "not_found",
            Self::AmbiguousParticipant => "ambiguous_participant",
            Self::WrongCallState => "wrong_call_state",
            Self::NotSupportedByPbx => "not_supported_by_pbx",
            Self::Forbidden => "forbidden",
            Self::ForbiddenDestination => "forbidden_destination",
            Self::ConfirmationRequired => "confirmation_required",
            Self::LimitReached => "limit_reached",
            Self::PbxNotConfigured => "pbx_not_configured",
            Self::PbxUnreachable => "pbx_unreachable",
            Self::PbxAuthFailed => "pbx_auth_failed",
            Self::PbxRejected => "pbx_rejected",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::ProviderFailed => "provider_failed",
        }
    }
}

/// Why a tool did not do what was asked. Boxed: a result is moved often, and fails seldom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolError(Box<Failure>);

/// What a [`ToolError`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// From the closed list.
    pub code: Code,
    /// What happened, for a person.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same request may work later, and repeating it is safe.
    pub retryable: bool,
    /// Facts that belong to it, such as the calls that fit.
    #[serde(
        default,
        deserialize_with = "json::member",
        skip_serializing_if = "Option::is_none"
    )]
    pub details: Option<Value>,
}

impl Deref for ToolError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl ToolError {
    /// An error that repeating does not mend.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            code,
            message: message.into(),
            hint: None,
            retryable: false,
            details: None,
        }))
    }

    /// What it says, to be taken apart.
    pub fn into_failure(self) -> Failure {
        *self.0
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Repeating later is safe and may work.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// Adds facts.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// The arguments can never work.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// There is no such call, or there are several: as opposed to a PBX that cannot be asked.
    pub fn is_about_calls(&self) -> bool {
        matches!(
            self.code,
            Code::NotFound | Code::AmbiguousParticipant | Code::WrongCallState
        )
    }

    /// What a person or model reads.
    pub fn text(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} — {hint}", self.message),
            None => self.message.clone(),
        }
    }

    /// `structuredContent` of a failed call.
    pub fn structured(&self) -> Value {
        json!({ "error": json::value(self) })
    }
}

impl From<NumberError> for ToolError {
    fn from(error: NumberError) -> Self {
        Self::new(number_code(error.is_refusal()), error.to_string()).hint(error.hint())
    }
}

impl From<Rejection> for ToolError {
    fn from(rejection: Rejection) -> Self {
        Self::new(number_code(rejection.is_refusal()), rejection.to_string()).hint(rejection.hint())
    }
}

/// A number that is understood and refused, or one that cannot be read.
fn number_code(is_refusal: bool) -> Code {
    if is_refusal {
        Code::ForbiddenDestination
    } else {
        Code::InvalidArgument
    }
}

impl From<LedgerDown> for ToolError {
    fn from(error: LedgerDown) -> Self {
        Self::new(Code::PbxUnreachable, error.to_string())
            .hint("try again")
            .retryable()
    }
}

impl From<PbxError> for ToolError {
    fn from(error: PbxError) -> Self {
        let message = capitalised(&error.to_string());
        match error {
            PbxError::NotConfigured(_) => Self::new(Code::PbxNotConfigured, message)
                .hint("an administrator must set the variables that /health names"),
            PbxError::SignIn(sign_in) => from_sign_in(&sign_in, message),
            PbxError::TokenRefused { .. } => Self::new(Code::PbxAuthFailed, message).hint(
                "give this server an API client of its own (3CX Admin Console > Integrations > \
                 API), and switch Console Restrictions off or allow this address",
            ),
            PbxError::Forbidden { what } => {
                let hint = if what.contains("/callcontrol") {
                    "in 3CX under Integrations > API, tick Call Control API Access for this client \
                     and add the extension to the list it may control; Call Control needs an \
                     Enterprise licence"
                } else {
                    "in 3CX under Integrations > API, tick Configuration API Access for this \
                     client and give it the role System Owner (reports) or System Admin"
                };
                Self::new(Code::Forbidden, message).hint(hint)
            }
            PbxError::NotFound { what } if what.contains("/participants/") => {
                Self::new(Code::NotFound, "the call has ended: the PBX does not know it any more")
                    .hint("look again with get_presence; the caller may have hung up")
            }
            PbxError::NotFound { .. } => Self::new(Code::NotFound, message)
                .hint("look again with get_presence or get_extensions: calls and devices come and go"),
            PbxError::Unprocessable { .. } => Self::new(Code::WrongCallState, message)
                .hint("look at the call with get_presence; it may have changed meanwhile"),
            PbxError::NoDevice { .. } => Self::new(Code::PbxRejected, message)
                .hint("no phone of this extension is signed in; sign one in, then try again"),
            PbxError::Rejected { .. } => Self::new(Code::PbxRejected, message),
            PbxError::Failed { status: 502..=504 | 520..=530, .. } => Self::new(Code::PbxUnreachable, message)
                .hint("the PBX is restarting or overloaded; try again in a minute")
                .retryable(),
            PbxError::Failed { .. } => Self::new(Code::PbxRejected, message)
                .hint("try again; if it stays, look at the 3CX event log")
                .retryable(),
            PbxError::Unreachable(_) => Self::new(Code::PbxUnreachable, message)
                .hint("check that the PBX is up and that PBX_FQDN (with its port) is right")
                .retryable(),
            PbxError::Garbled(_) => Self::new(Code::PbxUnreachable, message)
                .hint("check that PBX_FQDN (with its port) is the 3CX web server itself, not a page before it")
                .retryable(),
            PbxError::OutcomeUnknown(_) => Self::new(Code::OutcomeUnknown, message)
                .hint("look with get_presence before doing it again"),
        }
    }
}

fn from_sign_in(error: &SignInError, message: String) -> ToolError {
    if error.is_refusal() {
        return ToolError::new(Code::PbxAuthFailed, message).hint(
            "check PBX_CLIENT_ID and PBX_CLIENT_SECRET (or PBX_USERNAME and PBX_PASSWORD) against \
             3CX Admin Console > Integrations > API; the key is shown there only once",
        );
    }
    ToolError::new(Code::PbxUnreachable, message)
        .hint("check that the PBX is up and that PBX_FQDN (with its port) is right")
        .retryable()
}

/// Our own messages begin with ASCII letters; the tables of Unicode stay out of the Worker.
fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_advice() {
        let check = |error: PbxError, code: Code, retryable: bool, part: &str| {
            let error = ToolError::from(error);
            assert_eq!(
                (error.code, error.retryable),
                (code, retryable),
                "{error:?}"
            );
            assert!(error.text().contains(part), "{}", error.text());
            assert!(
                error.hint.is_some() || code == Code::PbxRejected,
                "{error:?}"
            );
        };
        let down = || SignInError::Unreachable {
            said: "HTTP 503".into(),
        };
        let no = || SignInError::Refused {
            name: "mcp".into(),
            way: "x".into(),
            said: "no".into(),
        };
        let waiting = |refused| SignInError::BackingOff {
            retry_after_s: 4,
            said: "so".into(),
            refused,
        };
        check(down().into(), Code::PbxUnreachable, true, "PBX_FQDN");
        check(no().into(), Code::PbxAuthFailed, false, "PBX_CLIENT_SECRET");
        check(
            waiting(true).into(),
            Code::PbxAuthFailed,
            false,
            "next try in 4 s",
        );
        check(
            waiting(false).into(),
            Code::PbxUnreachable,
            true,
            "next try in 4 s",
        );
        let forbidden = |what: &str| PbxError::Forbidden { what: what.into() };
        check(
            forbidden("GET /callcontrol/113"),
            Code::Forbidden,
            false,
            "Call Control",
        );
        check(
            forbidden("GET /xapi/v1/Users"),
            Code::Forbidden,
            false,
            "Configuration API",
        );
        let gone = |what: &str| PbxError::NotFound { what: what.into() };
        check(
            gone("/callcontrol/100/participants/8107/answer"),
            Code::NotFound,
            false,
            "the call has ended",
        );
        check(
            gone("/callcontrol/199/devices"),
            Code::NotFound,
            false,
            "/callcontrol/199/devices",
        );
        let failed = |status| PbxError::Failed {
            status,
            message: String::new(),
        };
        check(failed(500), Code::PbxRejected, true, "(500)");
        check(failed(503), Code::PbxUnreachable, true, "(503)");
        check(
            PbxError::OutcomeUnknown("cut".into()),
            Code::OutcomeUnknown,
            false,
            "get_presence",
        );
    }
}
