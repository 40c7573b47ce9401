//! By which roads messages go: the carrier, the PBX's "Generic SMS", chat.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pbx::{base_from_url, pair};
use super::{SettingError, Variables};
use crate::auth::Secret;
use crate::messaging::{Channel, Sender};

/// Where Twilio is.
const TWILIO: &str = "https://api.twilio.com";
/// Keys that are shorter could be guessed.
const SHORTEST_KEY: usize = 16;

/// The roads.
#[derive(Debug, Clone, Default)]
pub struct MessageSettings {
    /// The carrier, if there is one.
    pub twilio: Option<Twilio>,
    /// `SMS_GATEWAY_KEY`: what 3CX presents at `/sms/3cx`.
    pub gateway_key: Option<Secret<String>>,
    /// `PBX_SMS_WEBHOOK`: where the PBX takes what came in.
    pub pbx_webhook: Option<PbxWebhook>,
    /// `MYPHONE_CHAT=on`: chat may go through the undocumented door.
    pub chat: bool,
}

/// An account with Twilio.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// `TWILIO_ACCOUNT_SID`.
    pub account: String,
    /// `TWILIO_AUTH_TOKEN`: it also signs what comes from there.
    pub token: Secret<String>,
    /// `Authorization` of our requests.
    pub authorization: Secret<String>,
    /// `TWILIO_BASE_URL`, without a slash at the end.
    pub base_url: String,
    /// `TWILIO_SMS_FROM`.
    pub sms: Option<Sender>,
    /// `TWILIO_WHATSAPP_FROM`.
    pub whatsapp: Option<Sender>,
}

/// An address of the PBX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PbxWebhook {
    /// Scheme and authority; those of the PBX if left out.
    pub base_url: Option<String>,
    /// What follows.
    pub path: String,
}

impl Twilio {
    /// In whose name a channel is used, if it is open.
    pub fn sender(&self, channel: Channel) -> Option<&Sender> {
        match channel {
            Channel::Sms => self.sms.as_ref(),
            Channel::Whatsapp => self.whatsapp.as_ref(),
            Channel::Livechat => None,
        }
    }
}

impl MessageSettings {
    /// Reads every variable; the first that cannot be used is named.
    pub fn read(variables: &dyn Variables) -> Result<Self, SettingError> {
        let gateway_key = variables.filled("SMS_GATEWAY_KEY");
        // What a bearer token may consist of (RFC 6750).
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let is_key = |key: &String| key.len() >= SHORTEST_KEY && key.bytes().all(is_part);
        if gateway_key.as_ref().is_some_and(|key| !is_key(key)) {
            return Err(SettingError::new(
                "SMS_GATEWAY_KEY",
                format!(
                    "must be at least {SHORTEST_KEY} letters and digits; openssl rand -hex 24 makes a good one"
                ),
            ));
        }
        let chat = match variables.filled("MYPHONE_CHAT").as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(_) => return Err(SettingError::new("MYPHONE_CHAT", "must be on or off")),
        };
        Ok(Self {
            twilio: twilio(variables)?,
            gateway_key: gateway_key.map(Secret::new),
            pbx_webhook: pbx_webhook(variables)?,
            chat,
        })
    }
}

fn twilio(variables: &dyn Variables) -> Result<Option<Twilio>, SettingError> {
    let senders = ["TWILIO_SMS_FROM", "TWILIO_WHATSAPP_FROM"];
    let Some((account, token)) = pair(variables, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")? else {
        let alone = senders
            .into_iter()
            .find(|name| variables.filled(name).is_some());
        return alone.map_or(Ok(None), |name| {
            let problem = "is set, but TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not";
            Err(SettingError::new(name, problem))
        });
    };
    if !account.starts_with("AC") || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let problem = "must be the account's own SID, which begins with AC";
        return Err(SettingError::new("TWILIO_ACCOUNT_SID", problem));
    }
    let base_url = match variables.filled("TWILIO_BASE_URL") {
        Some(url) => base_from_url("TWILIO_BASE_URL", &url)?,
        None => TWILIO.to_owned(),
    };
    let sender = |name: &'static str, read: fn(&str) -> Option<Sender>, rule: &str| {
        variables
            .filled(name)
            .map(|text| read(&text).ok_or_else(|| SettingError::new(name, rule)))
            .transpose()
    };
    let basic = STANDARD.encode(format!("{account}:{}", token.expose()));
    Ok(Some(Twilio {
        sms: sender(
            "TWILIO_SMS_FROM",
            Sender::sms,
            "must be a number such as +966500000000, a registered name of up to 11 letters and digits, or a \
             messaging service (MG…)",
        )?,
        whatsapp: sender(
            "TWILIO_WHATSAPP_FROM",
            Sender::whatsapp,
            "must be a number such as +966500000000",
        )?,
        account,
        authorization: Secret::new(format!("Basic {basic}")),
        token,
        base_url,
    }))
}

fn pbx_webhook(variables: &dyn Variables) -> Result<Option<PbxWebhook>, SettingError> {
    const NAME: &str = "PBX_SMS_WEBHOOK";
    let Some(text) = variables.filled(NAME) else {
        return Ok(None);
    };
    let is_path = |path: &str| {
        path.len() > 1
            && path.starts_with('/')
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    };
    let wrong = || {
        let rule = "must be what 3CX shows on the trunk's SMS tab: its address, or the path /sms/generic/…";
        SettingError::new(NAME, rule)
    };
    let (base_url, path) = match text.split_once("://") {
        None => (None, text),
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').ok_or_else(wrong)?);
            let base_url = base_from_url(NAME, &format!("{scheme}://{host}"))?;
            (Some(base_url), path.to_owned())
        }
    };
    if is_path(&path) {
        Ok(Some(PbxWebhook { base_url, path }))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Given;
    use super::*;

    const ACCOUNT: [(&str, &str); 2] = [("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "t")];

    fn read(pairs: &[(&str, &str)]) -> Result<MessageSettings, String> {
        MessageSettings::read(&Given::new(pairs)).map_err(|error| error.to_string())
    }

    fn with(pair: (&str, &str)) -> Result<MessageSettings, String> {
        read(&[ACCOUNT[0], ACCOUNT[1], pair])
    }

    #[test]
    fn every_road_is_closed_by_default() {
        let settings = read(&[]).unwrap();
        assert!(settings.twilio.is_none() && settings.gateway_key.is_none());
        assert!(settings.pbx_webhook.is_none() && !settings.chat);
    }

    #[test]
    fn an_account() {
        let settings = with(("TWILIO_WHATSAPP_FROM", "whatsapp:+966500000000")).unwrap();
        let twilio = settings.twilio.unwrap();
        assert_eq!(twilio.base_url, TWILIO);
        assert_eq!(twilio.authorization.expose(), "Basic QUMxOnQ=");
        let sender = twilio.sender(Channel::Whatsapp).unwrap();
        assert_eq!(sender.as_str(), "+966500000000");
        assert!(twilio.sender(Channel::Sms).is_none());
        assert!(!format!("{twilio:?}").contains("QUMx"));
        let local = with(("TWILIO_BASE_URL", "http://127.0.0.1:9/")).unwrap();
        assert_eq!(local.twilio.unwrap().base_url, "http://127.0.0.1:9");
    }

    #[test]
    fn webhooks() {
        let webhook = |text| read(&[("PBX_SMS_WEBHOOK", text)]).map(|it| it.pbx_webhook.unwrap());
        let path = "/sms/generic/0a1b".to_owned();
        let check = |text, base_url: Option<&str>| {
            let expected = PbxWebhook {
                base_url: base_url.map(str::to_owned),
                path: path.clone(),
            };
            assert_eq!(webhook(text).unwrap(), expected);
        };
        check("/sms/generic/0a1b", None);
        check(
            "https://pbx.example.com:5001/sms/generic/0a1b",
            Some("https://pbx.example.com:5001"),
        );
        for bad in [
            "sms/generic/x",
            "https://pbx.example.com",
            "http://pbx.example.com/sms/generic/x",
            "https://pbx.example.com/",
            "/",
            "/sms generic",
        ] {
            let error = webhook(bad).unwrap_err();
            assert!(error.starts_with("PBX_SMS_WEBHOOK: "), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_named_without_its_value() {
        let check = |outcome: Result<MessageSettings, String>, variable: &str, value: &str| {
            let error = outcome.unwrap_err();
            assert!(error.starts_with(&format!("{variable}: ")), "{error}");
            assert!(!error.contains(value), "{error}");
        };
        check(read(&[ACCOUNT[0]]), "TWILIO_AUTH_TOKEN", "AC1");
        check(read(&[ACCOUNT[1]]), "TWILIO_ACCOUNT_SID", " t ");
        let key = ("TWILIO_ACCOUNT_SID", "SKxyzzy");
        check(read(&[key, ACCOUNT[1]]), "TWILIO_ACCOUNT_SID", "xyzzy");
        let alone = ("TWILIO_SMS_FROM", "+966500000000");
        check(read(&[alone]), "TWILIO_SMS_FROM", "+966");
        for (variable, value) in [
            ("TWILIO_SMS_FROM", "0500000001"),
            ("TWILIO_WHATSAPP_FROM", "Clinic"),
            ("TWILIO_BASE_URL", "http://api.example.com"),
            ("SMS_GATEWAY_KEY", "short"),
            ("SMS_GATEWAY_KEY", "long enough but with spaces"),
            ("MYPHONE_CHAT", "yes"),
        ] {
            check(with((variable, value)), variable, value);
        }
    }
}
