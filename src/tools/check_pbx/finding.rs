//! How a finding of `check_pbx` reads.

use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::ToolError;

/// One thing that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    /// What was looked at
    check: &'static str,
    /// ok, warning (something is missing that may be wanted) or problem
    pub(super) state: State,
    /// What was found
    message: String,
    /// What to do about it
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    Warning,
    Problem,
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            message: message.into(),
            mend: None,
        }
    }

    pub(super) fn warning(check: &'static str, message: impl Into<String>, mend: &str) -> Self {
        let mend = Some(mend.to_owned());
        Self {
            check,
            state: State::Warning,
            message: message.into(),
            mend,
        }
    }

    pub(super) fn problem(check: &'static str, error: ToolError) -> Self {
        let failure = error.into_failure();
        Self {
            check,
            state: State::Problem,
            message: failure.message,
            mend: failure.hint,
        }
    }
}
