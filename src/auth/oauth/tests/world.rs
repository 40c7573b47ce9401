//! A server with keys, a client and a store in memory, and the steps that a client takes there.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

/// SHA-256 of `alpha` and of `beta`.
pub(super) const ALPHA: &str = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
pub(super) const BETA: &str = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";
/// RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(super) const CALLBACK: &str = "https://client.example.com/cb";
pub(super) const MINUTE: Millis = 60_000;

#[derive(Default)]
pub(super) struct Memory(pub(super) RefCell<BTreeMap<(Kind, String), (Value, Millis)>>);

impl Records for Memory {
    fn get(&self, kind: Kind, id: &str, now: Millis) -> Result<Option<Value>, StoreFailed> {
        let records = self.0.borrow();
        let found = records.get(&(kind, id.to_owned()));
        let found = found.filter(|(_, ends_at)| *ends_at > now);
        Ok(found.map(|(value, _)| value.clone()))
    }

    fn put(
        &self,
        kind: Kind,
        id: &str,
        value: &Value,
        _used_at: Millis,
        ends_at: Millis,
    ) -> Result<(), StoreFailed> {
        let record = (value.clone(), ends_at);
        self.0.borrow_mut().insert((kind, id.to_owned()), record);
        Ok(())
    }

    fn remove(&self, kind: Kind, id: &str) -> Result<(), StoreFailed> {
        self.0.borrow_mut().remove(&(kind, id.to_owned()));
        Ok(())
    }
}

/// A server with two keys and one client, at a time that a story moves.
pub(super) struct World {
    pub(super) settings: AuthSettings,
    pub(super) key: SigningKey,
    pub(super) site: Site,
    pub(super) client: Client,
    pub(super) records: Memory,
    pub(super) now: Cell<Millis>,
    drawn: Cell<u8>,
}

pub(super) fn keys(text: &str) -> AuthSettings {
    let text = text.replace("ALPHA", ALPHA).replace("BETA", BETA);
    AuthSettings::from_settings(Some(&text), None).unwrap()
}

impl World {
    pub(super) fn new() -> Self {
        let body = json!({
            "client_name": "Claude", "redirect_uris": [CALLBACK, "http://127.0.0.1/cb"],
        });
        let world = Self {
            settings: keys(
                r#"[{"name":"laptop","sha256":"ALPHA","scopes":["read","control"],"extensions":["100-199"]},
                    {"name":"reader","sha256":"BETA","scopes":["read"]}]"#,
            ),
            key: SigningKey::parse(&"k".repeat(44)).unwrap(),
            site: Site::new(Some("https://phone.example.com"), "").unwrap(),
            client: Client::from_registration(body.to_string().as_bytes(), &[99; 32]).unwrap(),
            records: Memory::default(),
            now: Cell::new(1_800_000_000_000),
            drawn: Cell::new(0),
        };
        world.store(&Command::register(&world.client));
        world
    }

    pub(super) fn random(&self) -> [u8; 32] {
        self.drawn.set(self.drawn.get() + 1);
        [self.drawn.get(); 32]
    }

    pub(super) fn wait(&self, time: Millis) {
        self.now.set(self.now.get() + time);
    }

    pub(super) fn keys(&self) -> &ApiKeys {
        &self.settings.keys
    }

    pub(super) fn store(&self, command: &Command) -> Value {
        let command = Command::from_bytes(&command.to_bytes()).unwrap();
        decide(&self.records, &command, self.now.get()).unwrap()
    }

    /// The query of a good request, with changes; a parameter given as "" is left out.
    pub(super) fn query(&self, changes: &[(&str, &str)]) -> Form {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("state", "s&1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", "https://phone.example.com/mcp"),
            ("scope", "read control message"),
        ];
        pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        form(&pairs)
    }

    pub(super) fn asked(&self, changes: &[(&str, &str)]) -> Result<Asked, Refusal> {
        consider(&self.site, &self.client, &self.query(changes))
    }

    pub(super) fn answer(&self, asked: &Asked, fields: &[(&str, &str)]) -> Answer {
        let sealed = asked.seal(&self.key, self.now.get());
        let asked = Asked::open(&self.key, &self.site, self.now.get(), &sealed).unwrap();
        asked.answered(&self.site, self.keys(), &form(fields), &self.random())
    }

    /// A code for what was asked, with every box ticked.
    pub(super) fn code(&self, changes: &[(&str, &str)]) -> String {
        let asked = self.asked(changes).unwrap();
        let fields = [
            ("answer", "allow"),
            ("key", " alpha\n"),
            ("scope", "read"),
            ("scope", "control"),
            ("scope", "message"),
            ("scope", "record"),
            ("scope", "admin"),
        ];
        let Answer::Granted(consent) = self.answer(&asked, &fields) else {
            panic!("refused");
        };
        let location = consent.location.clone();
        self.store(&Command::keep(consent));
        let (_, query) = location.split_once('?').unwrap();
        let query = Form::parse(query.as_bytes());
        assert_eq!(query.one("state"), Ok(Some("s&1")));
        assert_eq!(query.one("iss"), Ok(Some("https://phone.example.com")));
        query.first("code").unwrap().to_owned()
    }

    pub(super) fn token(&self, fields: &[(&str, &str)]) -> Result<Value, &'static str> {
        let (first, second) = (self.random(), self.random());
        let exchange = exchange(&self.site, &self.key, &form(fields), [&first, &second])
            .map_err(|error| error.error)?;
        let stored = self.store(&exchange.command);
        issue(&exchange, &stored, &self.key, self.keys(), self.now.get()).map_err(
            |(error, revoke)| {
                revoke.map(|command| self.store(&command));
                error.error
            },
        )
    }

    pub(super) fn redeem(
        &self,
        code: &str,
        changes: &[(&str, &str)],
    ) -> Result<Value, &'static str> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client.id.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", "https://phone.example.com/mcp/"),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.token(&fields)
    }

    pub(super) fn refresh(
        &self,
        token: &str,
        changes: &[(&str, &str)],
    ) -> Result<Value, &'static str> {
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("client_id", self.client.id.as_str()),
            ("refresh_token", token),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.token(&fields)
    }

    pub(super) fn tokens(&self) -> Value {
        self.redeem(&self.code(&[]), &[]).unwrap()
    }

    /// Who comes in with a token.
    pub(super) fn admitted(&self, token: &str) -> Option<Caller> {
        let authorization = format!("Bearer {token}");
        let request = AuthRequest {
            host: "phone.example.com",
            authorization: Some(&authorization),
            oauth: Some(OAuth {
                key: &self.key,
                site: &self.site,
                now: self.now.get(),
            }),
        };
        match authenticate(&self.settings, &request) {
            Decision::Allow(caller) => Some(caller),
            Decision::Challenge(challenge) => {
                let header = challenge.header_value();
                assert!(header.contains("error=\"invalid_token\""), "{header}");
                assert!(header.contains("scope=\"read control message record\""));
                assert!(header.contains(
                    "resource_metadata=\"https://phone.example.com/.well-known/oauth-protected-resource/mcp\""
                ));
                None
            }
            Decision::NotConfigured => panic!("not configured"),
        }
    }
}

pub(super) fn form(pairs: &[(&str, &str)]) -> Form {
    let mut text = String::new();
    for (name, value) in pairs {
        super::form::append(&mut text, name, value);
    }
    Form::parse(text.as_bytes())
}

pub(super) fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}
