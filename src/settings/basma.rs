//! Whether Basma answers calls, where, with which words, and with which providers.

use super::pbx::base_from_url;
use super::{SettingError, Variables};
use crate::auth::Secret;
use crate::basma::speech::Voice;
use crate::policy::ExtensionNumber;

/// Said where `BASMA_GREETING` is not set: "Hello, I am Basma, your AI assistant from BrainSAIT. How can I help
/// you today?"
const GREETING: &str = "مرحباً، أنا بسمة، مساعدتك الذكية من BrainSAIT. كيف يمكنني مساعدتك اليوم؟";

/// Basma, where `BASMA_DN` is set.
#[derive(Debug, Clone)]
pub struct BasmaSettings {
    /// `BASMA_DN`: the route point that she answers.
    pub dn: String,
    /// `BASMA_FALLBACK_EXTENSION`: where a person is.
    pub fallback: ExtensionNumber,
    /// `BASMA_GREETING`.
    pub greeting: String,
    /// `BASMA_CONSENT`: what callers are told before they are listened to. Without it and without the
    /// providers she listens to nobody, and calls go straight to the fallback.
    pub consent: Option<String>,
    /// The mind.
    pub anthropic: Option<Provider>,
    /// `ANTHROPIC_MODEL`.
    pub mind_model: String,
    /// Ears and voice.
    pub openai: Option<Provider>,
    /// `OPENAI_STT_MODEL`.
    pub hearing_model: String,
    /// `OPENAI_TTS_MODEL` and `OPENAI_TTS_VOICE`.
    pub voice: Voice,
    /// `AI_GATEWAY_TOKEN`: sent as `cf-aig-authorization`.
    pub gateway: Option<Secret<String>>,
}

/// Where a provider is and what it takes to be let in.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Without a slash at the end.
    pub base_url: String,
    /// The key.
    pub key: Secret<String>,
}

impl BasmaSettings {
    /// Reads every variable; `None` where `BASMA_DN` is not set.
    pub fn read(variables: &dyn Variables) -> Result<Option<Self>, SettingError> {
        let Some(dn) = variables.filled("BASMA_DN") else {
            return Ok(None);
        };
        let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        if dn.len() > 64 || !dn.chars().all(is_plain) {
            let problem = "must be the number or client id of a route point, such as 900";
            return Err(SettingError::new("BASMA_DN", problem));
        }
        let fallback = variables
            .filled("BASMA_FALLBACK_EXTENSION")
            .ok_or_else(|| {
                let problem =
                    "is not set, but BASMA_DN is: a caller must always be able to reach a person";
                SettingError::new("BASMA_FALLBACK_EXTENSION", problem)
            })?;
        let fallback = ExtensionNumber::parse(&fallback)
            .map_err(|error| SettingError::new("BASMA_FALLBACK_EXTENSION", error.to_string()))?;
        if fallback.as_str() == dn {
            let problem = "is BASMA_DN itself: calls would go in a circle";
            return Err(SettingError::new("BASMA_FALLBACK_EXTENSION", problem));
        }
        let or = |name, usual: &str| variables.filled(name).unwrap_or_else(|| usual.to_owned());
        Ok(Some(Self {
            dn,
            fallback,
            greeting: or("BASMA_GREETING", GREETING),
            consent: variables.filled("BASMA_CONSENT"),
            anthropic: provider(
                variables,
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_BASE_URL",
                "https://api.anthropic.com",
            )?,
            mind_model: or("ANTHROPIC_MODEL", "claude-haiku-4-5"),
            openai: provider(
                variables,
                "OPENAI_API_KEY",
                "OPENAI_BASE_URL",
                "https://api.openai.com/v1",
            )?,
            hearing_model: or("OPENAI_STT_MODEL", "whisper-1"),
            voice: Voice {
                model: or("OPENAI_TTS_MODEL", "gpt-4o-mini-tts"),
                name: or("OPENAI_TTS_VOICE", "alloy"),
            },
            gateway: variables.filled("AI_GATEWAY_TOKEN").map(Secret::new),
        }))
    }

    /// Whether she may listen to callers: they are told so, and everything that it takes is there.
    pub fn may_listen(&self) -> bool {
        self.consent.is_some() && self.anthropic.is_some() && self.openai.is_some()
    }
}

fn provider(
    variables: &dyn Variables,
    key: &'static str,
    base: &'static str,
    usual: &str,
) -> Result<Option<Provider>, SettingError> {
    let base_url = match variables.filled(base) {
        Some(url) => address(base, url.trim_end_matches('/'))?,
        None => usual.to_owned(),
    };
    let key = variables.filled(key).map(Secret::new);
    Ok(key.map(|key| Provider { base_url, key }))
}

/// As the PBX's address, but a gateway's may have a path.
fn address(name: &'static str, text: &str) -> Result<String, SettingError> {
    let after = text.find("://").map_or(0, |at| at.saturating_add(3));
    let path = text.get(after..).and_then(|rest| rest.find('/'));
    let end = path.map_or(text.len(), |at| after.saturating_add(at));
    base_from_url(name, text.get(..end).unwrap_or_default())?;
    Ok(match path {
        // OpenAI's own addresses carry the version; a bare host is taken to be without it.
        None if name == "OPENAI_BASE_URL" => format!("{text}/v1"),
        _ => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::Given;
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<BasmaSettings>, String> {
        BasmaSettings::read(&Given::new(pairs)).map_err(|error| error.to_string())
    }

    const LEAST: [(&str, &str); 2] = [("BASMA_DN", "900"), ("BASMA_FALLBACK_EXTENSION", "100")];

    #[test]
    fn off_unless_there_is_a_dn_and_deaf_unless_callers_are_told() {
        assert!(read(&[("OPENAI_API_KEY", "k")]).unwrap().is_none());
        let basma = read(&LEAST).unwrap().unwrap();
        assert!(basma.greeting.starts_with("مرحباً، أنا بسمة") && !basma.may_listen());
        assert_eq!(basma.mind_model, "claude-haiku-4-5");
        let keys = [("ANTHROPIC_API_KEY", "a"), ("OPENAI_API_KEY", "o")];
        let told = [("BASMA_CONSENT", "This call is heard by a computer.")];
        let listens = |more: &[&[(&str, &str)]]| {
            let pairs = [&LEAST, more.concat().as_slice()].concat();
            read(&pairs).unwrap().unwrap().may_listen()
        };
        assert!(!listens(&[&keys]) && !listens(&[&told]) && !listens(&[&told, &keys[..1]]));
        assert!(listens(&[&told, &keys]));
    }

    #[test]
    fn what_cannot_work_is_named() {
        for (more, variable) in [
            (
                ("BASMA_FALLBACK_EXTENSION", "900"),
                "BASMA_FALLBACK_EXTENSION",
            ),
            (
                ("BASMA_FALLBACK_EXTENSION", "*9"),
                "BASMA_FALLBACK_EXTENSION",
            ),
            (("BASMA_FALLBACK_EXTENSION", ""), "BASMA_FALLBACK_EXTENSION"),
            (("BASMA_DN", "9 00"), "BASMA_DN"),
            (
                ("OPENAI_BASE_URL", "http://ai.example.com"),
                "OPENAI_BASE_URL",
            ),
            (
                ("ANTHROPIC_BASE_URL", "ai.example.com"),
                "ANTHROPIC_BASE_URL",
            ),
        ] {
            let error = read(&[LEAST.as_slice(), &[more]].concat()).unwrap_err();
            assert!(error.starts_with(&format!("{variable}: ")), "{error}");
        }
        let gateway = "https://gateway.ai.cloudflare.com/v1/account/brainsait-linc/anthropic/";
        let basma = read(
            &[
                LEAST.as_slice(),
                &[("ANTHROPIC_BASE_URL", gateway), ("ANTHROPIC_API_KEY", "sk")],
            ]
            .concat(),
        );
        let mind = basma.unwrap().unwrap().anthropic.unwrap();
        assert_eq!(mind.base_url, gateway.trim_end_matches('/'));
        assert!(!format!("{mind:?}").contains("sk"));
    }
}
