//! Clients: programs that people let in. They introduce themselves at `/register` (RFC 7591), or their
//! `client_id` is the address of a document that describes them (Client ID Metadata Document).
//!
//! Invariants
//! - What a client says of itself is data: its name is cleaned and never believed; only the host of its
//!   document is vouched for, by TLS.
//! - A client without an address that people may be sent to is none.
//!
//! Not here: fetching documents and keeping registrations (`edge`, `store`).

use serde_json::{Value, json};

use super::address::{document_host, is_listed, is_redirect};
use super::seal::text_of;
use super::{Site, member, record, set};
use crate::json;

/// Names are cut after so many characters.
const LONGEST_NAME: usize = 60;
/// What every registration is answered with.
const REGISTERED: &str = r#"{"grant_types":["authorization_code","refresh_token"],
"response_types":["code"],"token_endpoint_auth_method":"none"}"#;
/// So many addresses are read of a list; more are passed over.
const MOST_REDIRECTS: usize = 20;

/// A client whose word is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The URL of its document, or what `/register` gave it.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Where its document was read: the one thing that is certain about it.
    pub host: Option<String>,
    redirects: Vec<String>,
}

/// What a `client_id` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// A document to be fetched; its host may be fetched from.
    Document {
        /// The host.
        host: String,
    },
    /// To be looked up among the registered ones.
    Registered,
}

/// Why a description makes no client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAClient {
    /// The `error` of RFC 7591 §3.2.2.
    pub code: &'static str,
    /// In words.
    pub problem: String,
}

impl ClientId {
    /// Tells the two kinds apart.
    ///
    /// # Errors
    /// [`NotAClient`] for an address that must not be fetched.
    pub fn read(site: &Site, id: &str) -> Result<Self, NotAClient> {
        if !id.contains(':') {
            return Ok(Self::Registered);
        }
        match document_host(site, id) {
            Ok(host) => Ok(Self::Document {
                host: host.to_ascii_lowercase(),
            }),
            Err(problem) => Err(invalid(format!(
                "client_id cannot be the address of a client's document: {problem}"
            ))),
        }
    }
}

impl Client {
    /// From the body of `/register`; `random` makes its id.
    ///
    /// # Errors
    /// [`NotAClient`], to be answered with 400.
    pub fn from_registration(body: &[u8], random: &[u8; 32]) -> Result<Self, NotAClient> {
        let body = object(body)?;
        Ok(Self {
            id: text_of(random),
            name: name_of(&body).unwrap_or_else(|| "an assistant".to_owned()),
            host: None,
            redirects: redirects_of(&body)?,
        })
    }

    /// From the document that was fetched from `id`, which is at `host`.
    ///
    /// # Errors
    /// [`NotAClient`], to be shown to a person.
    pub fn from_document(id: &str, host: &str, body: &[u8]) -> Result<Self, NotAClient> {
        let body = object(body)?;
        if member(&body, "client_id").as_str() != Some(id) {
            return Err(invalid("the client's document is about another client_id"));
        }
        if body.get("client_secret").is_some() {
            return Err(invalid("the client's document holds a secret"));
        }
        let Some(name) = name_of(&body) else {
            return Err(invalid("the client's document has no client_name"));
        };
        Ok(Self {
            id: id.to_owned(),
            name,
            host: Some(host.to_owned()),
            redirects: redirects_of(&body)?,
        })
    }

    /// What `/register` answers.
    #[must_use]
    pub fn registration(&self, issued_at: i64) -> Value {
        let mut answer = json::any(REGISTERED.as_bytes()).unwrap_or_default();
        set(&mut answer, "client_id", json!(self.id));
        set(&mut answer, "client_id_issued_at", json!(issued_at));
        set(&mut answer, "client_name", json!(self.name));
        set(&mut answer, "redirect_uris", json!(self.redirects));
        answer
    }

    /// As it is kept.
    #[must_use]
    pub fn record(&self) -> Value {
        let mut kept = record(&[("name", Some(&self.name))]);
        set(&mut kept, "redirects", json!(self.redirects));
        kept
    }

    /// From what was kept.
    #[must_use]
    pub fn of_record(id: &str, record: &Value) -> Option<Self> {
        Some(Self {
            id: id.to_owned(),
            name: member(record, "name").as_str()?.to_owned(),
            host: None,
            redirects: texts(member(record, "redirects"))?,
        })
    }

    /// Whether people may be sent to `asked`.
    pub(super) fn lists(&self, asked: &str) -> bool {
        is_redirect(asked) && self.redirects.iter().any(|listed| is_listed(listed, asked))
    }

    /// Whether it is nowhere but on the person's own machine, where any program can pose as it.
    pub(super) fn is_local(&self) -> bool {
        !self
            .redirects
            .iter()
            .any(|listed| listed.starts_with("https://"))
    }
}

fn object(body: &[u8]) -> Result<Value, NotAClient> {
    json::any(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| invalid("the client's description is not a JSON object"))
}

/// Addresses that will do; others in the list are passed over, since clients list some for others.
fn redirects_of(body: &Value) -> Result<Vec<String>, NotAClient> {
    let mut redirects = texts(member(body, "redirect_uris")).unwrap_or_default();
    redirects.truncate(MOST_REDIRECTS);
    redirects.retain(|redirect| is_redirect(redirect));
    if redirects.is_empty() {
        return Err(NotAClient {
            code: "invalid_redirect_uri",
            problem: "redirect_uris needs an https address, or an http one on localhost; without \
                      user name and fragment"
                .to_owned(),
        });
    }
    Ok(redirects)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let entries = value.as_array()?.iter();
    entries
        .map(|entry| entry.as_str().map(str::to_owned))
        .collect()
}

/// The name without characters that could make a page say something else.
fn name_of(body: &Value) -> Option<String> {
    let shows = |character: &char| {
        !character.is_control()
            && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let name: String = member(body, "client_name")
        .as_str()?
        .chars()
        .filter(shows)
        .take(LONGEST_NAME)
        .collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn invalid(problem: impl Into<String>) -> NotAClient {
    NotAClient {
        code: "invalid_client_metadata",
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(body: &Value) -> Result<Client, NotAClient> {
        Client::from_registration(body.to_string().as_bytes(), &[7; 32])
    }

    #[test]
    fn registrations() {
        let client = registered(&json!({
            "client_name": "Claude\u{202e}\n", "application_type": "native",
            "redirect_uris": ["cursor://a.b/cb", "ftp://x/", "http://127.0.0.1:1/cb"],
        }))
        .unwrap();
        assert_eq!(client.name, "Claude");
        assert!(client.is_local() && client.host.is_none());
        assert!(client.lists("http://127.0.0.1:99/cb") && client.lists("cursor://a.b/cb"));
        assert!(!client.lists("ftp://x/") && !client.lists("https://evil.com/cb"));
        let kept = Client::of_record("x", &client.record()).unwrap();
        assert!(kept.lists("http://127.0.0.1:99/cb"));
        assert_eq!(kept.name, client.name);

        let long = registered(&json!({
            "client_name": "a".repeat(1000), "redirect_uris": ["https://a.example.com/"],
        }));
        assert_eq!(long.unwrap().name.len(), LONGEST_NAME);
        let nameless = registered(&json!({ "redirect_uris": ["https://a.example.com/"] }));
        assert_eq!(nameless.unwrap().name, "an assistant");
    }

    #[test]
    fn what_makes_no_client() {
        for body in [
            json!({}),
            json!({ "redirect_uris": [] }),
            json!({ "redirect_uris": "https://a.example.com/" }),
            json!({ "redirect_uris": [1] }),
            json!({ "redirect_uris": ["javascript:alert(1)", "http://a.example.com/"] }),
        ] {
            assert_eq!(
                registered(&body).unwrap_err().code,
                "invalid_redirect_uri",
                "{body}"
            );
        }
        assert!(registered(&json!([])).is_err());
        assert!(Client::from_registration(b"{", &[7; 32]).is_err());
    }

    #[test]
    fn documents() {
        let id = "https://client.example.com/m.json";
        let read = |body: Value| {
            Client::from_document(id, "client.example.com", body.to_string().as_bytes())
        };
        let body = json!({ "client_id": id, "client_name": "C", "redirect_uris": ["https://client.example.com/cb"] });
        let client = read(body.clone()).unwrap();
        assert_eq!(client.host.as_deref(), Some("client.example.com"));
        assert!(!client.is_local());
        for (name, value) in [
            ("client_id", json!("https://client.example.com/m.json/")),
            ("client_id", json!(null)),
            ("client_name", json!("")),
            ("client_name", json!(1)),
            ("redirect_uris", json!([])),
            ("client_secret", json!("x")),
        ] {
            let mut other = body.clone();
            other[name] = value;
            assert!(read(other.clone()).is_err(), "{other}");
        }
    }

    #[test]
    fn ids() {
        let site = Site::new(Some("https://phone.example.com"), "").unwrap();
        assert_eq!(ClientId::read(&site, "abc"), Ok(ClientId::Registered));
        assert!(matches!(
            ClientId::read(&site, "https://client.example.com/m.json"),
            Ok(ClientId::Document { .. })
        ));
        for bad in [
            "https://10.0.0.1/m.json",
            "http://client.example.com/m",
            "urn:x",
        ] {
            assert!(ClientId::read(&site, bad).is_err(), "{bad}");
        }
    }
}
