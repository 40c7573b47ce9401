//! The check in front of every door: whose token is this, and may it come in.
//!
//! 401: missing, dead or replaced token. 403: a living one without the right.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::directory::Kind;
use crate::world::World;

use super::{ApiClient, Subject};

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Any token that XAPI accepts at all.
    Xapi,
    /// System Admin or System Owner.
    XapiAdmin,
    /// System Owner.
    XapiOwner,
    /// Call Control.
    CallControl,
    /// What the web client speaks.
    MyPhone,
}

/// Who asks, with everything the doors want to know.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Client id or extension: the number that is always its own.
    pub(crate) own_dn: String,
    pub(crate) monitored: Vec<String>,
    /// Whether the token is a person's.
    pub(crate) is_user: bool,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No token, a dead one, or one replaced by a newer.
    NoToken,
    /// A living token without the right.
    NotAllowed,
    /// This status, because a test wants it.
    Staged(StatusCode),
}

impl IntoResponse for Denial {
    fn into_response(self) -> Response {
        match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                [(header::WWW_AUTHENTICATE, "Bearer")],
            )
                .into_response(),
            Self::Staged(status) => status.into_response(),
            Self::NotAllowed => StatusCode::FORBIDDEN.into_response(),
        }
    }
}

impl World {
    /// The caller of a request, or the answer that turns it away.
    pub(crate) fn admit(&mut self, headers: &HeaderMap, need: Need) -> Result<Caller, Denial> {
        let subject = bearer(headers)
            .and_then(|token| self.session(token))
            .map(|session| session.subject.clone());
        let Some(subject) = subject else {
            self.counters.refused_bearers += 1;
            return Err(Denial::NoToken);
        };
        match subject {
            Subject::Client(id) => {
                let client = self.clients.iter().find(|client| client.id == id);
                let client = client
                    .filter(|client| match need {
                        Need::MyPhone => self.settings.my_phone,
                        other => allowed(client, other),
                    })
                    .ok_or(Denial::NotAllowed)?;
                let monitored = client.monitored.clone();
                Ok(Caller {
                    own_dn: client.id.clone(),
                    monitored,
                    is_user: false,
                })
            }
            Subject::User(number) => {
                let login = self.logins.iter().find(|login| login.number == number);
                let role = login.map_or("users", |login| login.role.as_str());
                let admitted = match need {
                    Need::CallControl => self.settings.user_call_control,
                    other => role_allows(role, other),
                };
                let caller = Caller {
                    own_dn: number,
                    monitored: Vec::new(),
                    is_user: true,
                };
                if admitted {
                    Ok(caller)
                } else {
                    Err(Denial::NotAllowed)
                }
            }
        }
    }

    /// Whether Call Control shows a number to the caller.
    pub(crate) fn visible(&self, caller: &Caller, dn: &str) -> bool {
        caller.own_dn == dn
            || self.settings.monitor_everything
            || (self.settings.monitor_parking && self.is_parking(dn))
            || caller.monitored.iter().any(|number| number == dn)
    }
}

impl World {
    fn is_parking(&self, dn: &str) -> bool {
        self.dns.get(dn).is_some_and(|dn| dn.kind == Kind::Parking)
    }
}

/// The text after `Bearer `.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn allowed(client: &ApiClient, need: Need) -> bool {
    match need {
        Need::CallControl => client.call_control,
        other => client.xapi && role_allows(&client.role, other),
    }
}

fn role_allows(role: &str, need: Need) -> bool {
    match need {
        Need::Xapi | Need::CallControl | Need::MyPhone => true,
        Need::XapiOwner => role == "system_owners",
        Need::XapiAdmin => matches!(role, "system_owners" | "system_admins"),
    }
}
