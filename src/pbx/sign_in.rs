//! Signing in at the PBX: the three ways, and what each answer means.
//!
//! Never retried here: the PBX blocks addresses that guess, so the [`super::TokenKeeper`] alone
//! decides when to try again. Error bodies are read as 3CX's own client reads them:
//! `error_description`, else `error`, else the status.

use std::time::Duration;

use serde::Deserialize;

use super::odata::encode;
use super::transport::{Body, HttpRequest, HttpResponse, Method, Transport, TransportError};
use crate::auth::Secret;
use crate::json;

/// A PBX that does not sign us in within this time is down for us.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One way to sign in.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An API client: `POST /connect/token`, `grant_type=client_credentials`.
    Client {
        /// "Client ID" of Integrations > API; also the DN of the client's route point.
        id: String,
        /// The key that was shown once.
        secret: Secret<String>,
    },
    /// A user at the web client's login: `POST /webclient/api/Login/GetAccessToken`.
    WebClient {
        /// Extension number or e-mail address.
        name: String,
        /// The user's password.
        password: Secret<String>,
    },
    /// A user with the OAuth password grant.
    Password {
        /// Extension number or e-mail address.
        name: String,
        /// The user's password.
        password: Secret<String>,
    },
}

impl Credentials {
    /// The way's name, as `PBX_AUTH` writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Client { .. } => "client_credentials",
            Self::WebClient { .. } => "webclient",
            Self::Password { .. } => "password",
        }
    }

    /// Who signs in: safe to show.
    pub fn name(&self) -> &str {
        match self {
            Self::Client { id: name, .. }
            | Self::WebClient { name, .. }
            | Self::Password { name, .. } => name,
        }
    }

    /// The key or password.
    pub fn secret(&self) -> &Secret<String> {
        match self {
            Self::Client { secret, .. }
            | Self::WebClient {
                password: secret, ..
            }
            | Self::Password {
                password: secret, ..
            } => secret,
        }
    }

    fn request(&self) -> HttpRequest {
        let form = |text: String| Body::Form(Secret::new(text));
        let (path, body) = match self {
            Self::Client { id, secret } => (
                "/connect/token",
                form(format!(
                    "client_id={}&client_secret={}&grant_type=client_credentials",
                    encode(id),
                    encode(secret.expose())
                )),
            ),
            Self::WebClient { name, password } => {
                let login = serde_json::json!({
                    "SecurityCode": "",
                    "Username": name,
                    "Password": password.expose(),
                    "ReCaptchaResponse": null,
                });
                (
                    "/webclient/api/Login/GetAccessToken",
                    Body::Json(login.to_string().into_bytes()),
                )
            }
            Self::Password { name, password } => (
                "/connect/token",
                form(format!(
                    "client_id=WebClient&grant_type=password&username={}&password={}",
                    encode(name),
                    encode(password.expose())
                )),
            ),
        };
        HttpRequest {
            method: Method::Post,
            path: path.to_owned(),
            bearer: None,
            body: Some(body),
            timeout: TIMEOUT,
        }
    }
}

/// What a successful sign-in gave.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The token.
    pub access_token: Secret<String>,
    /// Minutes or seconds, see [`super::token`].
    pub expires_in: Option<i64>,
}

/// Why signing in failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInError {
    /// The PBX does not accept the name or the secret.
    #[error("the PBX does not accept the sign-in of `{name}` by {way}: {said}")]
    Refused {
        /// Who tried.
        name: String,
        /// Which way.
        way: String,
        /// What the PBX said.
        said: String,
    },
    /// The user has two-factor sign-in, which nobody can answer here.
    #[error(
        "the PBX asks for a second factor for user `{name}`; use an API client \
         (PBX_CLIENT_ID, PBX_CLIENT_SECRET) instead"
    )]
    SecondFactor {
        /// Who tried.
        name: String,
    },
    /// The PBX has no such way to sign in (404).
    #[error("the PBX has no sign-in by {way}")]
    NoSuchWay {
        /// Which way.
        way: String,
    },
    /// No answer, or none that can be read: nothing is known about the credentials.
    #[error("the PBX cannot be reached to sign in: {said}")]
    Unreachable {
        /// What happened instead.
        said: String,
    },
    /// Too many failures: the next try is later, so that the PBX does not block this address.
    #[error("signing in to the PBX keeps failing; next try in {retry_after_s} s. Last: {said}")]
    BackingOff {
        /// Seconds until the next try.
        retry_after_s: i64,
        /// The failure before.
        said: String,
        /// The failure before was the PBX's word on the credentials, not a lost connection.
        refused: bool,
    },
}

impl SignInError {
    /// The PBX answered and said no, as opposed to not being reached.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::SecondFactor { .. } | Self::NoSuchWay { .. } => true,
            Self::Unreachable { .. } => false,
            Self::BackingOff { refused, .. } => *refused,
        }
    }
}

/// Signs in by the first way that the PBX has. A way that it refuses ends the search: only "there
/// is no such way" moves on to the next.
pub async fn sign_in(
    transport: &dyn Transport,
    ways: &[Credentials],
) -> Result<Grant, SignInError> {
    let mut last = SignInError::NoSuchWay {
        way: "any configured way".to_owned(),
    };
    for way in ways {
        match attempt(transport, way).await {
            Err(error @ SignInError::NoSuchWay { .. }) => last = error,
            outcome => return outcome,
        }
    }
    Err(last)
}

async fn attempt(transport: &dyn Transport, way: &Credentials) -> Result<Grant, SignInError> {
    let response = transport
        .send(way.request())
        .await
        .map_err(|error| unreachable(&error))?;
    let said = || complaint(&response);
    match response.status {
        200..=299 => read_grant(&response, way),
        404 => Err(SignInError::NoSuchWay {
            way: way.kind().to_owned(),
        }),
        400..=499 => Err(SignInError::Refused {
            name: way.name().to_owned(),
            way: way.kind().to_owned(),
            said: said(),
        }),
        _ => Err(SignInError::Unreachable { said: said() }),
    }
}

fn unreachable(error: &TransportError) -> SignInError {
    SignInError::Unreachable {
        said: error.to_string(),
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoginAnswer {
    status: Option<String>,
    token: Option<TokenAnswer>,
}

fn read_grant(response: &HttpResponse, way: &Credentials) -> Result<Grant, SignInError> {
    let answer = match way {
        Credentials::Client { .. } | Credentials::Password { .. } => {
            json::read::<TokenAnswer>(&response.body).ok()
        }
        Credentials::WebClient { name, .. } => {
            let login = json::read::<LoginAnswer>(&response.body).ok();
            if login.as_ref().and_then(|login| login.status.as_deref()) == Some("Required2FA") {
                return Err(SignInError::SecondFactor { name: name.clone() });
            }
            login.and_then(|login| login.token)
        }
    };
    let expires_in = answer.as_ref().and_then(|answer| answer.expires_in);
    match answer
        .and_then(|answer| answer.access_token)
        .filter(|token| !token.is_empty())
    {
        Some(token) => Ok(Grant {
            access_token: Secret::new(token),
            expires_in,
        }),
        None => Err(SignInError::Unreachable {
            said: format!(
                "it answered {} without a token; is PBX_FQDN (and its port) the 3CX web server?",
                response.status
            ),
        }),
    }
}

#[derive(Deserialize)]
struct OAuthError {
    error: Option<String>,
    error_description: Option<String>,
}

/// The PBX's own words; never more than one line of them.
fn complaint(response: &HttpResponse) -> String {
    json::read::<OAuthError>(&response.body)
        .ok()
        .and_then(|body| body.error_description.or(body.error))
        .filter(|text| !text.is_empty())
        .map_or_else(
            || format!("HTTP {}", response.status),
            |text| text.chars().take(200).collect(),
        )
}
