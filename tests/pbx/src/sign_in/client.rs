//! API clients, web-client users and their live tokens.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::clinic::PEOPLE;
use crate::settings::Settings;
use crate::world::World;

use super::jwt;

/// An API client: what 3CX calls a service principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiClient {
    /// Client id; also the number of its own route point.
    pub id: String,
    /// Its key.
    pub secret: String,
    /// "3CX Configuration API Access" is ticked.
    pub xapi: bool,
    /// "3CX Call Control API Access" is ticked.
    pub call_control: bool,
    /// `system_owners`, `system_admins`, `users` ...
    pub role: String,
    /// Extensions it may control besides its own number.
    pub monitored: Vec<String>,
}

impl ApiClient {
    /// The demo's client: everything ticked, System Owner, every extension but 113.
    pub(crate) fn owner(settings: &Settings) -> Self {
        let numbers = PEOPLE.iter().map(|person| person.number);
        Self {
            id: settings.client_id.clone(),
            secret: settings.client_secret.clone(),
            xapi: true,
            call_control: true,
            role: "system_owners".to_owned(),
            monitored: numbers
                .filter(|&number| number != "113")
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// A person's sign-in to the web client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) number: String,
    pub(crate) password: String,
    /// The code of the second factor, where one is set up.
    pub(crate) security_code: Option<String>,
    pub(crate) role: String,
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An API client, by id.
    Client(String),
    /// A person, by number.
    User(String),
}

/// One live token.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) subject: Subject,
    pub(crate) access_token: String,
    /// Only people have one; it changes with every use.
    pub(crate) refresh_token: Option<String>,
    pub(crate) expires_at: Instant,
    /// Whether it opened an event socket already.
    pub(crate) opened_socket: bool,
}

impl World {
    /// Mints a token; an API client's former token dies.
    pub(crate) fn mint(&mut self, subject: Subject, refresh_token: Option<String>) -> Session {
        if matches!(subject, Subject::Client(_)) {
            self.sessions.retain(|session| session.subject != subject);
        }
        let (name, role) = match &subject {
            Subject::Client(id) => {
                let client = self.clients.iter().find(|client| client.id == *id);
                (id.clone(), client.map(|client| client.role.clone()))
            }
            Subject::User(number) => {
                let login = self.logins.iter().find(|login| login.number == *number);
                (number.clone(), login.map(|login| login.role.clone()))
            }
        };
        let access_token = jwt::token(&self.settings, &name, role.as_deref().unwrap_or("users"));
        let lifetime = Duration::from_secs(self.settings.token_lifetime_s);
        let expires_at = Instant::now() + lifetime;
        let session = Session {
            subject,
            access_token,
            refresh_token,
            expires_at,
            opened_socket: false,
        };
        self.sessions.push(session.clone());
        self.counters.tokens_minted += 1;
        session
    }

    /// The live session of an access token.
    pub(crate) fn session(&self, access_token: &str) -> Option<&Session> {
        let live = |session: &&Session| {
            session.access_token == access_token && session.expires_at > Instant::now()
        };
        self.sessions.iter().find(live)
    }

    /// Counts a refused sign-in; enough of them and the PBX stops listening.
    pub(crate) fn note_failed_sign_in(&mut self) {
        self.counters.failed_sign_ins += 1;
        let limit = self.settings.blacklist_after;
        self.blacklisted |= limit.is_some_and(|limit| self.counters.failed_sign_ins >= limit);
    }
}
