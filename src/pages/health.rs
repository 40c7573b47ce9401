//! How things are, as `/health` tells programs and the front page tells people.
//!
//! Invariant: no secrets, numbers or host names.
//! Not here: asking the session object (`edge`).

use serde_json::{Value, json};

use crate::session::Trouble;
use crate::settings::Settings;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A variable is set to something it cannot be.
    Setting {
        /// Which.
        variable: &'static str,
        /// What is wrong with it, for the administrator.
        fault: String,
    },
    /// There is nothing to drive.
    NoPbx,
    /// Nobody may come in.
    NoKeys,
    /// The PBX says no.
    Refused,
    /// The PBX does not answer.
    Unreachable,
    /// The session object does not answer.
    Silent,
}

/// How things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health(pub Vec<Problem>);

impl Problem {
    /// An administrator has something to set.
    const fn is_of_setup(&self) -> bool {
        matches!(self, Self::Setting { .. } | Self::NoPbx | Self::NoKeys)
    }

    fn text(&self) -> &str {
        match self {
            Self::Setting { fault, .. } => fault,
            Self::NoPbx => "PBX_FQDN is not set: there is no PBX to drive",
            Self::NoKeys => "MCP_API_KEYS is not set: nobody may use this server",
            Self::Refused => "the PBX refuses the sign-in",
            Self::Unreachable => "the PBX cannot be reached",
            Self::Silent => "the session object does not answer",
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused => Self::Refused,
            Trouble::Unreachable => Self::Unreachable,
        }
    }
}

impl Health {
    /// What the settings alone show.
    #[must_use]
    pub fn of_settings(settings: &Settings) -> Self {
        let faults = settings.faults().into_iter();
        let mut problems: Vec<_> = faults
            .map(|error| Problem::Setting {
                variable: error.variable,
                fault: error.to_string(),
            })
            .collect();
        if matches!(settings.pbx, Ok(None)) {
            problems.push(Problem::NoPbx);
        }
        if let Ok(access) = &settings.access
            && !access.auth.admits_anyone()
        {
            problems.push(Problem::NoKeys);
        }
        Self(problems)
    }

    /// Whether everything that must be set is set, so that the rest is worth asking for.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.0.iter().any(Problem::is_of_setup)
    }

    /// `ok`, `degraded` or `unconfigured`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.is_configured(), self.0.is_empty()) {
            (false, _) => "unconfigured",
            (true, false) => "degraded",
            (true, true) => "ok",
        }
    }

    /// What `/health` answers.
    #[must_use]
    pub fn json(&self, version: &str) -> Value {
        let problems: Vec<&str> = self.0.iter().map(Problem::text).collect();
        json!({ "status": self.status(), "version": version, "problems": problems })
    }
}
