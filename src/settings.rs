//! What an administrator set: every variable of the Worker, read once per isolate.
//!
//! Each concern reads its own variables and fails on its own, so that one bad value is named
//! at the place that needs it and on `/health`, and nothing else stops working.
//!
//! Not here: what the settings mean in action (`pbx`, `policy`, `auth`), and where variables come
//! from (`edge::variables`, or a map in tests).

mod access;
mod basma;
mod limits;
mod linc;
mod messages;
mod pbx;

pub use access::Access;
pub use basma::{BasmaSettings, Provider};
pub use limits::Limits;
pub use linc::LincSettings;
pub use messages::{MessageSettings, PbxWebhook, Twilio};
pub use pbx::{AuthMode, PbxSettings};

use crate::auth::oauth::SigningKey;
use crate::pbx::history::Zone;
use crate::pbx::live::EventsMode;
use crate::policy::{DialRules, ExtensionNumber};

/// Where variables come from: the Worker's environment, or a map in tests.
pub trait Variables {
    /// The value of a variable or secret; `None` where it is not set.
    fn get(&self, name: &str) -> Option<String>;

    /// The same without surrounding space, and `None` where nothing is left.
    fn filled(&self, name: &str) -> Option<String> {
        self.get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }
}

/// A variable that is set to something it cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct SettingError {
    /// The variable to mend.
    pub variable: &'static str,
    /// What is wrong with it, without the value where the value is a secret.
    pub problem: String,
}

impl SettingError {
    /// An error about `variable`.
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
        }
    }
}

/// Everything that is set, each concern with its own fault.
#[derive(Debug)]
pub struct Settings {
    /// The PBX to drive; `Ok(None)` where `PBX_FQDN` is not set.
    pub pbx: Result<Option<PbxSettings>, SettingError>,
    /// Who may call.
    pub access: Result<Access, SettingError>,
    /// `OAUTH_SIGNING_KEY`: with it, people let assistants in by signing in with a key.
    pub oauth: Result<Option<SigningKey>, SettingError>,
    /// Which numbers may be dialled.
    pub dialing: Result<DialRules, SettingError>,
    /// How much, when, and with whose yes.
    pub limits: Result<Limits, SettingError>,
    /// MasterLinc.
    pub linc: Result<LincSettings, SettingError>,
    /// By which roads messages go.
    pub messages: Result<MessageSettings, SettingError>,
    /// `PBX_TIMEZONE`: what "today" means.
    pub zone: Result<Zone, SettingError>,
    /// `PBX_DEFAULT_EXTENSION`: used where a tool's `extension` is left out.
    pub default_extension: Result<Option<ExtensionNumber>, SettingError>,
    /// Basma, who answers calls at `BASMA_DN`.
    pub basma: Result<Option<BasmaSettings>, SettingError>,
}

impl Settings {
    /// Reads every concern; never fails as a whole.
    pub fn read(variables: &dyn Variables) -> Self {
        Self {
            pbx: PbxSettings::read(variables),
            access: Access::read(variables),
            oauth: oauth(variables),
            dialing: dialing(variables),
            limits: Limits::read(variables),
            linc: LincSettings::read(variables),
            messages: MessageSettings::read(variables),
            zone: zone(variables),
            default_extension: default_extension(variables),
            basma: BasmaSettings::read(variables),
        }
    }

    /// Whether there is anything to tell of as it happens; if not, why, and what to do.
    pub fn live_events(&self) -> Result<(), String> {
        match &self.pbx {
            Ok(Some(pbx)) if pbx.events == EventsMode::Off => Err(
                "live events are switched off: an administrator must set PBX_EVENTS to always or \
                 on_demand"
                    .to_owned(),
            ),
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(
                "there is no PBX to follow: an administrator must set PBX_FQDN (see README)"
                    .to_owned(),
            ),
            Err(fault) => Err(format!("the PBX is set up wrong: {fault}")),
        }
    }

    /// Every fault, for `/health` and the log.
    pub fn faults(&self) -> Vec<&SettingError> {
        [
            self.pbx.as_ref().err(),
            self.access.as_ref().err(),
            self.oauth.as_ref().err(),
            self.dialing.as_ref().err(),
            self.limits.as_ref().err(),
            self.linc.as_ref().err(),
            self.messages.as_ref().err(),
            self.zone.as_ref().err(),
            self.default_extension.as_ref().err(),
            self.basma.as_ref().err(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn oauth(variables: &dyn Variables) -> Result<Option<SigningKey>, SettingError> {
    const RULE: &str =
        "must be at least 32 random bytes in base64; openssl rand -base64 32 makes some";
    let key = variables.filled("OAUTH_SIGNING_KEY");
    key.map(|text| {
        SigningKey::parse(&text).ok_or_else(|| SettingError::new("OAUTH_SIGNING_KEY", RULE))
    })
    .transpose()
}

fn dialing(variables: &dyn Variables) -> Result<DialRules, SettingError> {
    // Not `filled`: an empty `DIAL_ALLOW` is a rule of its own, "no outside calls".
    DialRules::from_settings(
        variables.get("DIAL_ALLOW").as_deref(),
        variables.get("DIAL_DENY").as_deref(),
        variables.filled("HOME_COUNTRY").as_deref(),
    )
    .map_err(|problem| SettingError::new(problem.variable, problem.problem))
}

fn zone(variables: &dyn Variables) -> Result<Zone, SettingError> {
    let name = variables.filled("PBX_TIMEZONE");
    Zone::parse(name.as_deref().unwrap_or(Zone::DEFAULT))
        .map_err(|error| SettingError::new("PBX_TIMEZONE", error.to_string()))
}

fn default_extension(variables: &dyn Variables) -> Result<Option<ExtensionNumber>, SettingError> {
    variables
        .filled("PBX_DEFAULT_EXTENSION")
        .map(|text| {
            ExtensionNumber::parse(&text)
                .map_err(|error| SettingError::new("PBX_DEFAULT_EXTENSION", error.to_string()))
        })
        .transpose()
}

#[cfg(test)]
pub(crate) mod testing {
    use std::collections::BTreeMap;

    use super::Variables;

    /// Variables from a list of pairs.
    pub(crate) struct Given(BTreeMap<String, String>);

    impl Given {
        pub(crate) fn new(pairs: &[(&str, &str)]) -> Self {
            Self(
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).into(), (*value).into()))
                    .collect(),
            )
        }
    }

    impl Variables for Given {
        fn get(&self, name: &str) -> Option<String> {
            self.0.get(name).cloned()
        }
    }
}
