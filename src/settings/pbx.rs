//! Where the PBX is and how to sign in there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{SettingError, Variables};
use crate::auth::{Secret, is_loopback_host};
use crate::pbx::Credentials;
use crate::pbx::live::EventsMode;

/// The PBX that this Worker drives.
#[derive(Debug, Clone)]
pub struct PbxSettings {
    /// `https://pbx.example.com` or `https://pbx.example.com:5001`, without a slash at the end.
    /// From `PBX_BASE_URL`, else from `PBX_FQDN`.
    pub base_url: String,
    /// `PBX_AUTH`: which way of signing in.
    pub auth: AuthMode,
    /// `PBX_EVENTS`: when the live link is kept.
    pub events: EventsMode,
    /// What to sign in with, in the order in which it is tried.
    pub credentials: Vec<Credentials>,
}

/// `PBX_AUTH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMode {
    /// Client credentials where given; else the web client's login; else, only where that login
    /// does not exist (404), the password grant.
    Auto,
    /// An API client of the PBX ("Integrations > API"): the recommended way.
    ClientCredentials,
    /// A user's name and password at the web client's login.
    WebClient,
    /// OAuth password grant at `/connect/token`: no build is known to accept it.
    Password,
}

impl AuthMode {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "auto" => Self::Auto,
            "client_credentials" => Self::ClientCredentials,
            "webclient" => Self::WebClient,
            "password" => Self::Password,
            _ => return None,
        })
    }
}

impl PbxSettings {
    /// Names the account without showing it: another PBX or another key is another account, whose
    /// tokens and failures say nothing about this one.
    pub fn account(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.base_url);
        for way in &self.credentials {
            for part in [way.kind(), way.name(), way.secret().expose()] {
                hash.update([0]);
                hash.update(part);
            }
        }
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// Reads `PBX_FQDN`, `PBX_BASE_URL`, `PBX_AUTH` and the credentials.
    pub fn read(variables: &dyn Variables) -> Result<Option<Self>, SettingError> {
        let base_url = match (
            variables.filled("PBX_BASE_URL"),
            variables.filled("PBX_FQDN"),
        ) {
            (Some(url), _) => base_from_url("PBX_BASE_URL", &url)?,
            (None, Some(host)) => base_from_host(&host)?,
            (None, None) => return Ok(None),
        };
        let auth = match variables.filled("PBX_AUTH") {
            None => AuthMode::Auto,
            Some(text) => AuthMode::parse(&text).ok_or_else(|| {
                let rule = "use auto, client_credentials, webclient or password";
                SettingError::new(
                    "PBX_AUTH",
                    format!("`{text}` is not a way to sign in; {rule}"),
                )
            })?,
        };
        let events = match variables.filled("PBX_EVENTS") {
            None => EventsMode::default(),
            Some(text) => EventsMode::parse(&text).ok_or_else(|| {
                SettingError::new(
                    "PBX_EVENTS",
                    format!("`{text}` is none of always, on_demand, off"),
                )
            })?,
        };
        let credentials = credentials(auth, variables)?;
        Ok(Some(Self {
            base_url,
            auth,
            events,
            credentials,
        }))
    }
}

fn credentials(
    auth: AuthMode,
    variables: &dyn Variables,
) -> Result<Vec<Credentials>, SettingError> {
    let client = pair(variables, "PBX_CLIENT_ID", "PBX_CLIENT_SECRET")?
        .map(|(id, secret)| Credentials::Client { id, secret });
    let user = pair(variables, "PBX_USERNAME", "PBX_PASSWORD")?;
    let web = user
        .clone()
        .map(|(name, password)| Credentials::WebClient { name, password });
    let password = user.map(|(name, password)| Credentials::Password { name, password });

    let wanted: Vec<Credentials> = match auth {
        AuthMode::Auto if client.is_some() => client.into_iter().collect(),
        AuthMode::Auto => web.into_iter().chain(password).collect(),
        AuthMode::ClientCredentials => client.into_iter().collect(),
        AuthMode::WebClient => web.into_iter().collect(),
        AuthMode::Password => password.into_iter().collect(),
    };
    if wanted.is_empty() {
        let (variable, names) = match auth {
            AuthMode::WebClient | AuthMode::Password => {
                ("PBX_USERNAME", "PBX_USERNAME and PBX_PASSWORD")
            }
            AuthMode::Auto | AuthMode::ClientCredentials => {
                ("PBX_CLIENT_ID", "PBX_CLIENT_ID and PBX_CLIENT_SECRET")
            }
        };
        let problem = format!("there is nothing to sign in to the PBX with; set {names}");
        return Err(SettingError::new(variable, problem));
    }
    Ok(wanted)
}

/// A name and its secret: both or none.
pub(super) fn pair(
    variables: &dyn Variables,
    name: &'static str,
    secret: &'static str,
) -> Result<Option<(String, Secret<String>)>, SettingError> {
    match (
        variables.filled(name),
        variables.get(secret).filter(|text| !text.is_empty()),
    ) {
        (Some(value), Some(key)) => Ok(Some((value, Secret::new(key)))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingError::new(
            secret,
            format!("is not set, but {name} is"),
        )),
        (None, Some(_)) => Err(SettingError::new(
            name,
            format!("is not set, but {secret} is"),
        )),
    }
}

fn base_from_host(text: &str) -> Result<String, SettingError> {
    const RULE: &str = "give the host alone, for example pbx.example.com or pbx.example.com:5001";
    check_authority(text)
        .map_err(|problem| SettingError::new("PBX_FQDN", format!("{problem}; {RULE}")))?;
    Ok(format!("https://{text}"))
}

/// Scheme and authority of an address that stands in the variable `name`.
pub(super) fn base_from_url(name: &'static str, text: &str) -> Result<String, SettingError> {
    let text = text.trim_end_matches('/');
    let (scheme, authority) = text.split_once("://").ok_or_else(|| {
        SettingError::new(
            name,
            "is not a URL; for example https://pbx.example.com:5001",
        )
    })?;
    let host = check_authority(authority).map_err(|problem| SettingError::new(name, problem))?;
    match scheme {
        "https" => Ok(text.to_owned()),
        "http" if is_loopback_host(host) => Ok(text.to_owned()),
        "http" => Err(SettingError::new(
            name,
            "plain http is only for this machine (localhost); use https",
        )),
        _ => Err(SettingError::new(name, "must begin with https://")),
    }
}

/// The host of `host` or `host:port`; an error says what does not belong there.
pub(super) fn check_authority(authority: &str) -> Result<&str, String> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("the port is not a number up to 65535".to_owned());
    }
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let fits = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        }
    };
    if fits {
        Ok(host)
    } else {
        Err("holds something that is not a host name".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Given;
    use super::*;

    const CLIENT: [(&str, &str); 2] = [("PBX_CLIENT_ID", "mcp"), ("PBX_CLIENT_SECRET", "s3cret")];
    const USER: [(&str, &str); 2] = [("PBX_USERNAME", "100"), ("PBX_PASSWORD", "pass word")];

    fn read(parts: &[&[(&str, &str)]]) -> Result<Option<PbxSettings>, String> {
        PbxSettings::read(&Given::new(&parts.concat())).map_err(|error| error.to_string())
    }

    fn kinds(parts: &[&[(&str, &str)]]) -> Vec<&'static str> {
        let settings = read(parts).unwrap().unwrap();
        settings.credentials.iter().map(Credentials::kind).collect()
    }

    #[test]
    fn without_a_host_there_is_nothing_to_drive() {
        assert!(read(&[&CLIENT]).unwrap().is_none());
    }

    #[test]
    fn base_urls() {
        let check = |name: &str, value: &str, expected: Result<&str, &str>| {
            let actual = read(&[&[(name, value)], &CLIENT]);
            match (actual, expected) {
                (Ok(Some(settings)), Ok(url)) => assert_eq!(settings.base_url, url, "{value}"),
                (Err(error), Err(part)) => assert!(error.contains(part), "{value}: {error}"),
                (actual, _) => panic!("{name}={value}: {actual:?}"),
            }
        };
        check("PBX_FQDN", "pbx.example.com", Ok("https://pbx.example.com"));
        check(
            "PBX_FQDN",
            "pbx.example.com:5001",
            Ok("https://pbx.example.com:5001"),
        );
        check("PBX_FQDN", "https://pbx.example.com", Err("PBX_FQDN: "));
        check("PBX_FQDN", "pbx.example.com/api", Err("host alone"));
        check("PBX_FQDN", "pbx.example.com:99999", Err("port"));
        check("PBX_FQDN", "user@pbx.example.com", Err("not a host name"));
        check(
            "PBX_BASE_URL",
            "https://pbx.example.com/",
            Ok("https://pbx.example.com"),
        );
        check(
            "PBX_BASE_URL",
            "http://127.0.0.1:5000",
            Ok("http://127.0.0.1:5000"),
        );
        check("PBX_BASE_URL", "http://[::1]:5000", Ok("http://[::1]:5000"));
        check("PBX_BASE_URL", "http://pbx.example.com", Err("plain http"));
        check("PBX_BASE_URL", "ftp://pbx.example.com", Err("https://"));
    }

    #[test]
    fn which_credentials_are_used() {
        let host: &[(&str, &str)] = &[("PBX_FQDN", "pbx.example.com")];
        let mode = |value| [("PBX_AUTH", value)];
        assert_eq!(kinds(&[host, &CLIENT, &USER]), ["client_credentials"]);
        assert_eq!(kinds(&[host, &USER]), ["webclient", "password"]);
        assert_eq!(
            kinds(&[host, &CLIENT, &USER, &mode("webclient")]),
            ["webclient"]
        );
        assert_eq!(
            kinds(&[host, &CLIENT, &USER, &mode("password")]),
            ["password"]
        );
        assert_eq!(
            kinds(&[host, &CLIENT, &mode("client_credentials")]),
            ["client_credentials"]
        );
    }

    #[test]
    fn faults_name_the_variable_and_no_secret() {
        let host: &[(&str, &str)] = &[("PBX_FQDN", "pbx.example.com")];
        let check = |parts: &[&[(&str, &str)]], begins: &str| {
            let error = read(parts).unwrap_err();
            assert!(error.starts_with(begins), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        };
        check(&[host], "PBX_CLIENT_ID: there is nothing");
        check(
            &[host, &[("PBX_CLIENT_SECRET", "s3cret")]],
            "PBX_CLIENT_ID: is not set",
        );
        check(
            &[host, &[("PBX_CLIENT_ID", "mcp")]],
            "PBX_CLIENT_SECRET: is not set",
        );
        check(
            &[host, &CLIENT, &[("PBX_AUTH", "webclient")]],
            "PBX_USERNAME: ",
        );
        check(
            &[host, &CLIENT, &[("PBX_AUTH", "magic")]],
            "PBX_AUTH: `magic`",
        );
        let settings = read(&[host, &CLIENT]).unwrap();
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}
