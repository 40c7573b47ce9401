//! MasterLinc: where it is, for which telephones it is asked, and what is done without it.

use serde_json::Value;

use super::pbx::check_authority;
use super::{SettingError, Variables};
use crate::auth::{ExtensionSet, Secret, is_loopback_host};
use crate::json;
use crate::linc::{Action, Routing, Wish};

/// Hosts behind a tunnel of the same zone: a Worker that calls them is answered 522.
const LOOPS: [&str; 2] = ["brainsait.org", "elfadil.com"];

/// Where MasterLinc is, and what its words mean here.
#[derive(Debug, Clone)]
pub struct LincSettings {
    /// `MASTERLINC_BASE_URL`, without a slash at the end; not needed where `MASTERLINC` is bound.
    pub base_url: Option<String>,
    /// `MASTERLINC_TOKEN`.
    pub token: Option<Secret<String>>,
    /// The other variables.
    pub routing: Routing,
}

impl LincSettings {
    /// Reads every variable; the first that cannot be used is named.
    pub fn read(variables: &dyn Variables) -> Result<Self, SettingError> {
        let basma = variables.filled("BASMA_DN");
        let default = variables.filled("MASTERLINC_DEFAULT_ACTION");
        let default = default_action(default.as_deref().unwrap_or("answer"))?;
        if default.action == Action::AiHandle && basma.is_none() {
            let problem = "ai_handle needs BASMA_DN, which is not set";
            return Err(SettingError::new("MASTERLINC_DEFAULT_ACTION", problem));
        }
        let dns = variables.filled("MASTERLINC_DNS").map(|text| {
            ExtensionSet::parse(text.split(','))
                .map_err(|problem| SettingError::new("MASTERLINC_DNS", problem.to_string()))
        });
        Ok(Self {
            base_url: base_url(variables)?,
            token: token(variables)?,
            routing: Routing {
                default,
                voicemail: variables.filled("MASTERLINC_VOICEMAIL"),
                agents: agents(variables)?,
                dns: dns.transpose()?,
                home: variables.filled("PBX_DEFAULT_EXTENSION"),
                basma,
            },
        })
    }

    /// Why the address that is set will not answer, if that is known beforehand.
    pub fn warning(&self) -> Option<String> {
        let host = host_of(self.base_url.as_deref()?).to_ascii_lowercase();
        let zone = LOOPS
            .iter()
            .find(|zone| host == **zone || host.ends_with(&format!(".{zone}")))?;
        Some(format!(
            "MASTERLINC_BASE_URL is under {zone}, which a Worker cannot reach (522, the tunnel loops back)"
        ))
    }
}

fn base_url(variables: &dyn Variables) -> Result<Option<String>, SettingError> {
    const NAME: &str = "MASTERLINC_BASE_URL";
    const RULE: &str = "must look like https://linc.example.workers.dev";
    let Some(url) = variables.filled(NAME) else {
        return Ok(None);
    };
    let url = url.trim_end_matches('/').to_owned();
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| SettingError::new(NAME, RULE))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = check_authority(authority).map_err(|problem| SettingError::new(NAME, problem))?;
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~' | '%');
    match scheme {
        _ if !path.chars().all(is_plain) => Err(SettingError::new(NAME, RULE)),
        "https" => Ok(Some(url)),
        "http" if is_loopback_host(host) => Ok(Some(url)),
        _ => Err(SettingError::new(NAME, RULE)),
    }
}

/// The host of an address that was checked.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default()
}

fn token(variables: &dyn Variables) -> Result<Option<Secret<String>>, SettingError> {
    let Some(token) = variables.filled("MASTERLINC_TOKEN") else {
        return Ok(None);
    };
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(Secret::new(token)))
    } else {
        Err(SettingError::new(
            "MASTERLINC_TOKEN",
            "holds a character that cannot travel in a header",
        ))
    }
}

/// `answer`, `ring`, `voicemail`, `ai_handle`, `transfer:104` or `queue:800`.
fn default_action(text: &str) -> Result<Wish, SettingError> {
    const RULE: &str = "use answer, ring, voicemail, ai_handle, transfer:104 or queue:800";
    let wrong = || {
        let problem = format!("`{text}` is not an action; {RULE}");
        SettingError::new("MASTERLINC_DEFAULT_ACTION", problem)
    };
    let (action, destination) = text.split_once(':').unwrap_or((text, ""));
    let destination = Some(destination.trim().to_owned()).filter(|text| !text.is_empty());
    let action = match action {
        "ring" => Action::Ring,
        other => Action::parse(other).ok_or_else(wrong)?,
    };
    let needs = matches!(action, Action::Transfer | Action::Queue);
    if needs != destination.is_some() {
        return Err(wrong());
    }
    Ok(Wish {
        action,
        agent: None,
        destination,
    })
}

fn agents(variables: &dyn Variables) -> Result<Vec<(String, String)>, SettingError> {
    const NAME: &str = "LINC_AGENTS";
    const RULE: &str = r#"must be a JSON object such as {"doctorlinc":"104","paylinc":"800"}"#;
    let Some(text) = variables.filled(NAME) else {
        return Ok(Vec::new());
    };
    let Ok(Value::Object(table)) = json::any(text.as_bytes()) else {
        return Err(SettingError::new(NAME, RULE));
    };
    let mut agents = Vec::new();
    for (agent, destination) in table {
        let Value::String(destination) = destination else {
            return Err(SettingError::new(NAME, RULE));
        };
        agents.push((agent.to_ascii_lowercase(), destination));
    }
    Ok(agents)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Given;
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<LincSettings, String> {
        LincSettings::read(&Given::new(pairs)).map_err(|error| error.to_string())
    }

    #[test]
    fn without_variables_nobody_is_asked() {
        let routing = read(&[]).unwrap().routing;
        assert!(!routing.is_about("100"));
        assert_eq!(routing.default.action, Action::Answer);
    }

    #[test]
    fn whose_calls() {
        let routing = read(&[
            ("MASTERLINC_DNS", "100-104, 800"),
            ("BASMA_DN", "assistant"),
        ])
        .unwrap()
        .routing;
        for (dn, expected) in [
            ("100", true),
            ("105", false),
            ("800", true),
            ("assistant", true),
        ] {
            assert_eq!(routing.is_about(dn), expected, "{dn}");
        }
        // Where nobody is named, whoever this server speaks for.
        let home = ("PBX_DEFAULT_EXTENSION", "100");
        let routing = read(&[home]).unwrap().routing;
        assert!(routing.is_about("100") && !routing.is_about("101"));
        let routing = read(&[home, ("MASTERLINC_DNS", "101")]).unwrap().routing;
        assert!(!routing.is_about("100") && routing.is_about("101"));
    }

    /// K6.
    #[test]
    fn an_address_that_loops_back_is_warned_of() {
        let check = |url: &str, warned: bool| {
            let settings = read(&[("MASTERLINC_BASE_URL", url)]).unwrap();
            assert_eq!(settings.warning().is_some(), warned, "{url}");
        };
        check("https://masterlinc-api.brainsait.org", true);
        check("https://LINC.elfadil.com/api/", true);
        check("https://elfadil.com:8443", true);
        check("https://brainsait-linc.workers.dev", false);
        check("https://notelfadil.com", false);
        check("https://brainsait.org.example.com", false);
    }

    #[test]
    fn agents_and_their_destinations() {
        let table = r#"{"DoctorLinc":"104","paylinc":"800"}"#;
        let routing = read(&[("LINC_AGENTS", table)]).unwrap().routing;
        assert_eq!(routing.reach("doctorLINC"), Some("104"));
        assert_eq!(routing.reach("nurslinc"), None);
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (name, value) in [
            ("MASTERLINC_BASE_URL", "linc.example.com"),
            ("MASTERLINC_BASE_URL", "http://linc.example.com"),
            ("MASTERLINC_BASE_URL", "https://linc.example.com/a?b"),
            ("MASTERLINC_BASE_URL", "https://user@linc.example.com"),
            ("MASTERLINC_TOKEN", "a\nb"),
            ("MASTERLINC_DEFAULT_ACTION", "hang_up"),
            ("MASTERLINC_DEFAULT_ACTION", "transfer"),
            ("MASTERLINC_DEFAULT_ACTION", "answer:100"),
            ("MASTERLINC_DEFAULT_ACTION", "ai_handle"),
            ("MASTERLINC_DNS", "everyone"),
            ("LINC_AGENTS", "doctorlinc=104"),
            ("LINC_AGENTS", r#"{"doctorlinc":104}"#),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{name}: ")), "{value}: {error}");
        }
        let settings = read(&[("MASTERLINC_DEFAULT_ACTION", "queue:800")]).unwrap();
        assert_eq!(settings.routing.default.destination.as_deref(), Some("800"));
        let ring = read(&[("MASTERLINC_DEFAULT_ACTION", "ring")]).unwrap();
        assert_eq!(ring.routing.default.action, Action::Ring);
        read(&[("MASTERLINC_BASE_URL", "http://127.0.0.1:4000/api")]).unwrap();
    }
}
