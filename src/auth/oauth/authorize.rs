//! `/authorize`: what a client asks for, and what a person says to it.
//!
//! Owns the rules of the request (OAuth 2.1 §4.1, RFC 7636, RFC 8707, RFC 9207) and of the answer.
//! Invariants
//! - Before client and redirect address are known to belong together, nobody is redirected.
//! - What a person agreed to is what they saw: the request travels in the page under a seal, and only
//!   its scopes can be made fewer.
//! - Nothing is granted beyond what was asked, ticked, and permitted to the key.
//!
//! Not here: the page (`page`), and keeping the code (`store`).

use serde_json::Value;

use super::client::Client;
use super::form::{Form, Repeated, append};
use super::seal::{REQUEST, SigningKey, digest, text_of};
use super::{BASELINE, Site, member, record};
use crate::auth::key::ApiKeys;
use crate::auth::{Scope, Scopes};
use crate::time::Millis;

/// So long a person may look at the page.
const PAGE_LIVES_MS: i64 = 30 * 60 * 1000;
/// What clients want back unchanged has to fit into an address.
const LONGEST_STATE: usize = 4096;

/// A request that may be put to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub(super) client: String,
    pub(crate) client_name: String,
    pub(crate) client_host: Option<String>,
    pub(crate) is_local: bool,
    pub(crate) redirect: String,
    state: Option<String>,
    challenge: String,
    resource: String,
    pub(crate) scopes: Scopes,
}

/// A request that is not put to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Who asks is not known: say so on a page.
    Show(String),
    /// The client is known: send it there with the error.
    Redirect(String),
}

/// What a person's answer leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The page again, with what was wrong.
    Again(Trouble),
    /// Back to the client with a no.
    Denied {
        /// Where to.
        location: String,
    },
    /// Back to the client, once `record` is kept.
    Granted(Consent),
}

/// What was wrong with a person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The key is nobody's.
    WrongKey,
    /// The key permits nothing of what is ticked.
    NothingGranted,
}

/// A yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Where to send the person.
    pub location: String,
    /// The hash under which the code is kept.
    pub code: String,
    /// What is kept with it.
    pub record: Value,
}

/// Reads a request of `client`, whose word on its addresses is taken.
///
/// # Errors
/// [`Refusal`] for a request that breaks a rule.
pub fn consider(site: &Site, client: &Client, query: &Form) -> Result<Asked, Refusal> {
    let show = |problem: &str| Refusal::Show(problem.to_owned());
    let repeated = |Repeated(name)| show(&format!("{name} stands more than once"));
    let redirect = query
        .one("redirect_uri")
        .map_err(repeated)?
        .ok_or_else(|| show("redirect_uri is missing"))?;
    if !client.lists(redirect) {
        return Err(show(
            "redirect_uri is none of the addresses that this client has listed",
        ));
    }
    let state = query.one("state").map_err(repeated)?;
    if state.is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err(show("state is too long"));
    }
    let refuse = |(error, description): (&str, &str)| {
        Refusal::Redirect(location(
            site,
            redirect,
            state,
            &[("error", error), ("error_description", description)],
        ))
    };
    let terms = terms(site, query).map_err(refuse)?;
    Ok(Asked {
        client: client.id.clone(),
        client_name: client.name.clone(),
        client_host: client.host.clone(),
        is_local: client.is_local(),
        redirect: redirect.to_owned(),
        state: state.map(str::to_owned),
        challenge: terms.0,
        resource: site.resource(),
        scopes: terms.1,
    })
}

/// PKCE challenge and scopes, of a client that may be told what is wrong.
fn terms(site: &Site, query: &Form) -> Result<(String, Scopes), (&'static str, &'static str)> {
    let one = |name| {
        let repeated = |_| ("invalid_request", "a parameter stands more than once");
        query.one(name).map_err(repeated)
    };
    if one("response_type")? != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code"));
    }
    if !matches!(one("response_mode")?, None | Some("query")) {
        return Err(("invalid_request", "response_mode must be query"));
    }
    if one("code_challenge_method")? != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = one("code_challenge")?.filter(|text| is_challenge(text));
    let challenge = challenge.ok_or((
        "invalid_request",
        "code_challenge must be a SHA-256 in base64url",
    ))?;
    check_resource(site, query)?;
    let scopes = match one("scope")? {
        None => BASELINE,
        // OpenID's names mean nothing here and are asked for by habit.
        Some(text) => {
            Scopes::parse(text.split(' ').filter(|name| !is_habit(name))).map_err(|_| {
                (
                    "invalid_scope",
                    "scope names something that is no scope here",
                )
            })?
        }
    };
    let scopes = if scopes.is_empty() { BASELINE } else { scopes };
    Ok((challenge.to_owned(), scopes))
}

fn is_habit(name: &str) -> bool {
    matches!(name, "" | "offline_access" | "openid" | "profile" | "email")
}

/// `resource`, where it stands, is ours (RFC 8707 §2).
pub(super) fn check_resource(site: &Site, form: &Form) -> Result<(), (&'static str, &'static str)> {
    if form.all("resource").all(|asked| site.is_resource(asked)) {
        Ok(())
    } else {
        Err((
            "invalid_target",
            "resource is not the one that this server protects",
        ))
    }
}

/// The 43 characters of a SHA-256 in base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl Consent {
    /// What a log may know of it: who let in whom, for what.
    #[must_use]
    pub fn told(&self) -> Value {
        let of = |name| member(&self.record, name).as_str();
        record(&[
            ("caller", of("key")),
            ("client", of("label")),
            ("scopes", of("scopes")),
        ])
    }
}

impl Asked {
    /// The request as it travels in the page. Only `state`, at its end, may hold line ends.
    #[must_use]
    pub fn seal(&self, key: &SigningKey, now: Millis) -> String {
        let payload = [
            &*now.saturating_add(PAGE_LIVES_MS).to_string(),
            &*self.client,
            &*self.client_name,
            self.client_host.as_deref().unwrap_or_default(),
            if self.is_local { "local" } else { "" },
            &*self.redirect,
            &*self.challenge,
            &*self.resource,
            &*self.scopes.to_string(),
            self.state.as_deref().unwrap_or_default(),
        ];
        key.seal(REQUEST, &payload.join("\n"))
    }

    /// The request as it came back; `None` for one that is not ours, or too old, or of another site.
    #[must_use]
    pub fn open(key: &SigningKey, site: &Site, now: Millis, sealed: &str) -> Option<Self> {
        let payload = key.open(REQUEST, sealed)?;
        let mut parts = payload.splitn(10, '\n').map(str::to_owned);
        let mut next = || parts.next();
        if next()?.parse::<Millis>().ok()? <= now {
            return None;
        }
        let asked = Self {
            client: next()?,
            client_name: next()?,
            client_host: next().filter(|host| !host.is_empty()),
            is_local: next()? == "local",
            redirect: next()?,
            challenge: next()?,
            resource: next()?,
            scopes: scopes_of(&next()?)?,
            state: next().filter(|state| !state.is_empty()),
        };
        (asked.resource == site.resource()).then_some(asked)
    }

    /// What becomes of the person's answer. `random` makes the code.
    #[must_use]
    pub fn answered(&self, site: &Site, keys: &ApiKeys, form: &Form, random: &[u8; 32]) -> Answer {
        let back = |parameters: &[(&str, &str)]| {
            location(site, &self.redirect, self.state.as_deref(), parameters)
        };
        if form.first("answer") != Some("allow") {
            let refusal = [
                ("error", "access_denied"),
                ("error_description", "the person said no"),
            ];
            return Answer::Denied {
                location: back(&refusal),
            };
        }
        let presented = form.first("key").unwrap_or_default().trim();
        let Some((caller, fingerprint)) = keys.sign_in(presented) else {
            return Answer::Again(Trouble::WrongKey);
        };
        let scopes = self
            .scopes
            .intersection(ticked(form))
            .intersection(caller.scopes);
        if scopes.is_empty() {
            return Answer::Again(Trouble::NothingGranted);
        }
        let code = text_of(random);
        let client_label = match &self.client_host {
            Some(host) => format!("{} ({host})", self.client_name),
            None => self.client_name.clone(),
        };
        Answer::Granted(Consent {
            location: back(&[("code", &code)]),
            code: digest(&code),
            record: record(&[
                ("client", Some(&self.client)),
                ("label", Some(&client_label)),
                ("redirect", Some(&self.redirect)),
                ("challenge", Some(&self.challenge)),
                ("resource", Some(&self.resource)),
                ("key", Some(&caller.name)),
                ("fingerprint", Some(fingerprint)),
                ("scopes", Some(&scopes.to_string())),
            ]),
        })
    }
}

/// Scopes as they are kept: names with spaces between.
pub(super) fn scopes_of(text: &str) -> Option<Scopes> {
    Scopes::parse(text.split(' ').filter(|name| !name.is_empty())).ok()
}

/// The client's address with the answer, its `state` and our `iss` (RFC 9207).
fn location(site: &Site, redirect: &str, state: Option<&str>, answer: &[(&str, &str)]) -> String {
    let mut query = String::new();
    let state = state.map(|state| ("state", state));
    let iss = ("iss", site.issuer());
    for (name, value) in answer.iter().copied().chain(state).chain([iss]) {
        append(&mut query, name, value);
    }
    let separator = if redirect.contains('?') { '&' } else { '?' };
    format!("{redirect}{separator}{query}")
}

/// Which boxes of the page a person left ticked.
pub(crate) fn ticked(form: &Form) -> Scopes {
    Scope::ALL
        .into_iter()
        .filter(|scope| form.all("scope").any(|name| name == scope.as_str()))
        .collect()
}
