//! The whole way from a request to tokens, and everything that must not lead there, on a store in memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::auth::key::ApiKeys;
use crate::auth::{AuthRequest, AuthSettings, Caller, Decision, OAuth, authenticate};
use crate::time::Millis;

/// SHA-256 of `alpha` and of `beta`.
const ALPHA: &str = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
const BETA: &str = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://client.example.com/cb";
const MINUTE: Millis = 60_000;

#[derive(Default)]
struct Memory(RefCell<BTreeMap<(Kind, String), (Value, Millis)>>);

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
struct World {
    settings: AuthSettings,
    key: SigningKey,
    site: Site,
    client: Client,
    records: Memory,
    now: Cell<Millis>,
    drawn: Cell<u8>,
}

fn keys(text: &str) -> AuthSettings {
    let text = text.replace("ALPHA", ALPHA).replace("BETA", BETA);
    AuthSettings::from_settings(Some(&text), None).unwrap()
}

impl World {
    fn new() -> Self {
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

    fn random(&self) -> [u8; 32] {
        self.drawn.set(self.drawn.get() + 1);
        [self.drawn.get(); 32]
    }

    fn wait(&self, time: Millis) {
        self.now.set(self.now.get() + time);
    }

    fn keys(&self) -> &ApiKeys {
        &self.settings.keys
    }

    fn store(&self, command: &Command) -> Value {
        let command = Command::from_bytes(&command.to_bytes()).unwrap();
        decide(&self.records, &command, self.now.get()).unwrap()
    }

    /// The query of a good request, with changes; a parameter given as "" is left out.
    fn query(&self, changes: &[(&str, &str)]) -> Form {
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

    fn asked(&self, changes: &[(&str, &str)]) -> Result<Asked, Refusal> {
        consider(&self.site, &self.client, &self.query(changes))
    }

    fn answer(&self, asked: &Asked, fields: &[(&str, &str)]) -> Answer {
        let sealed = asked.seal(&self.key, self.now.get());
        let asked = Asked::open(&self.key, &self.site, self.now.get(), &sealed).unwrap();
        asked.answered(&self.site, self.keys(), &form(fields), &self.random())
    }

    /// A code for what was asked, with every box ticked.
    fn code(&self, changes: &[(&str, &str)]) -> String {
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

    fn token(&self, fields: &[(&str, &str)]) -> Result<Value, &'static str> {
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

    fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Result<Value, &'static str> {
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

    fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Result<Value, &'static str> {
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("client_id", self.client.id.as_str()),
            ("refresh_token", token),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.token(&fields)
    }

    fn tokens(&self) -> Value {
        self.redeem(&self.code(&[]), &[]).unwrap()
    }

    /// Who comes in with a token.
    fn admitted(&self, token: &str) -> Option<Caller> {
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

fn form(pairs: &[(&str, &str)]) -> Form {
    let mut text = String::new();
    for (name, value) in pairs {
        super::form::append(&mut text, name, value);
    }
    Form::parse(text.as_bytes())
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

#[test]
fn from_a_request_to_a_caller() {
    let world = World::new();
    let tokens = world.tokens();
    assert_eq!(tokens["token_type"], json!("Bearer"));
    assert_eq!(tokens["expires_in"], json!(900));
    assert_eq!(
        tokens["scope"],
        json!("read control"),
        "the key permits no more"
    );
    let caller = world.admitted(text(&tokens, "access_token")).unwrap();
    assert_eq!(caller.name, "laptop");
    assert_eq!(caller.client.as_deref(), Some("Claude"));
    assert_eq!(caller.scopes.to_string(), "read control");
    assert!(caller.may_act_for("150") && !caller.may_act_for("200"));
    assert_eq!(caller.kind, crate::auth::CallerKind::OAuth);

    let next = world.refresh(text(&tokens, "refresh_token"), &[]).unwrap();
    assert!(world.admitted(text(&next, "access_token")).is_some());
    assert_ne!(next["refresh_token"], tokens["refresh_token"]);
}

#[test]
fn nothing_is_kept_in_the_clear() {
    let world = World::new();
    let code = world.code(&[]);
    let tokens = world.redeem(&code, &[]).unwrap();
    let kept = format!("{:?}", world.records.0.borrow());
    for secret in [
        code.as_str(),
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        "alpha",
        ALPHA,
        VERIFIER,
    ] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
}

#[test]
fn requests_that_are_shown_and_not_redirected() {
    let world = World::new();
    for redirect in [
        "",
        "https://client.example.com/cb/",
        "https://client.example.com/cb/../evil",
        "https://client.example.com/cb#x",
        "https://client.example.com.evil.com/cb",
        "https://user@client.example.com/cb",
        "https://client.example.com@evil.com/cb",
        "https://CLIENT.example.com/cb",
        "http://client.example.com/cb",
        "javascript:alert(1)",
        "http://127.0.0.1.evil.com/cb",
    ] {
        let refused = world.asked(&[("redirect_uri", redirect)]).unwrap_err();
        assert!(
            matches!(refused, Refusal::Show(_)),
            "{redirect}: {refused:?}"
        );
    }
    let twice = [
        ("redirect_uri", CALLBACK),
        ("redirect_uri", "https://evil.com/"),
    ];
    assert!(matches!(world.asked(&twice), Err(Refusal::Show(_))));
    assert!(
        world
            .asked(&[("redirect_uri", "http://127.0.0.1:4711/cb")])
            .is_ok()
    );
}

#[test]
fn requests_that_are_sent_back() {
    let world = World::new();
    let check = |changes: &[(&str, &str)], error: &str| {
        let Err(Refusal::Redirect(location)) = world.asked(changes) else {
            panic!("{changes:?} was not sent back");
        };
        let query = location
            .strip_prefix("https://client.example.com/cb?")
            .unwrap();
        let query = Form::parse(query.as_bytes());
        assert_eq!(query.first("error"), Some(error), "{changes:?}");
        assert_eq!(query.first("state"), Some("s&1"));
        assert_eq!(query.first("iss"), Some("https://phone.example.com"));
    };
    check(&[("response_type", "token")], "unsupported_response_type");
    check(&[("response_type", "")], "unsupported_response_type");
    check(&[("response_mode", "fragment")], "invalid_request");
    check(&[("code_challenge_method", "plain")], "invalid_request");
    check(&[("code_challenge_method", "")], "invalid_request");
    check(&[("code_challenge", "")], "invalid_request");
    check(&[("code_challenge", "short")], "invalid_request");
    check(
        &[("code_challenge", VERIFIER), ("code_challenge", CHALLENGE)],
        "invalid_request",
    );
    check(&[("scope", "read everything")], "invalid_scope");
    for resource in [
        "https://phone.example.com",
        "https://phone.example.com/mcp/x",
        "https://phone.example.com/mcp//",
        "https://phone.example.com/other",
        "https://evil.com/mcp",
        "http://phone.example.com/mcp",
        "https://phone.example.com:8443/mcp",
        "mcp",
    ] {
        check(&[("resource", resource)], "invalid_target");
    }
    let two = [
        ("resource", "https://phone.example.com/mcp"),
        ("resource", "https://evil.com/mcp"),
    ];
    check(&two, "invalid_target");
    for resource in [
        "",
        "https://phone.example.com/mcp/",
        "HTTPS://PHONE.example.com:443/mcp",
    ] {
        assert!(world.asked(&[("resource", resource)]).is_ok(), "{resource}");
    }
    let unasked = world.asked(&[("scope", "")]).unwrap();
    assert_eq!(unasked.scopes, BASELINE);
    let habit = world.asked(&[("scope", "openid offline_access")]).unwrap();
    assert_eq!(habit.scopes, BASELINE);
    let admin = world.asked(&[("scope", "read admin")]).unwrap();
    assert_eq!(admin.scopes.to_string(), "read admin");
}

#[test]
fn what_a_person_may_answer() {
    let world = World::new();
    let asked = world.asked(&[]).unwrap();
    let again = |fields: &[(&str, &str)], trouble: Trouble| {
        assert_eq!(
            world.answer(&asked, fields),
            Answer::Again(trouble),
            "{fields:?}"
        );
    };
    again(&[("answer", "allow"), ("scope", "read")], Trouble::WrongKey);
    again(
        &[("answer", "allow"), ("scope", "read"), ("key", "wrong")],
        Trouble::WrongKey,
    );
    again(
        &[("answer", "allow"), ("scope", "read"), ("key", ALPHA)],
        Trouble::WrongKey,
    );
    again(
        &[("answer", "allow"), ("key", "alpha")],
        Trouble::NothingGranted,
    );
    again(
        &[("answer", "allow"), ("key", "beta"), ("scope", "control")],
        Trouble::NothingGranted,
    );
    // Not asked for, so not to be had, whatever is ticked.
    again(
        &[("answer", "allow"), ("key", "alpha"), ("scope", "admin")],
        Trouble::NothingGranted,
    );

    let little = world.asked(&[("scope", "read")]).unwrap();
    let ticked = [("answer", "allow"), ("key", "alpha"), ("scope", "control")];
    let answer = world.answer(&little, &ticked);
    assert_eq!(
        answer,
        Answer::Again(Trouble::NothingGranted),
        "the key permits it, but who asked?"
    );

    for fields in [
        &[("answer", "deny"), ("key", "alpha"), ("scope", "read")][..],
        &[],
    ] {
        let Answer::Denied { location } = world.answer(&asked, fields) else {
            panic!("not denied");
        };
        assert!(location.contains("error=access_denied") && location.contains("iss="));
    }
}

#[test]
fn the_page_returns_what_it_was_given() {
    let world = World::new();
    let asked = world.asked(&[]).unwrap();
    let now = world.now.get();
    let sealed = asked.seal(&world.key, now);
    let open = |site: &Site, now: Millis, sealed: &str| Asked::open(&world.key, site, now, sealed);
    assert_eq!(open(&world.site, now, &sealed), Some(asked));
    assert_eq!(
        open(&world.site, now + 31 * MINUTE, &sealed),
        None,
        "too late"
    );
    let other = Site::new(Some("https://other.example.com"), "").unwrap();
    assert_eq!(open(&other, now, &sealed), None, "another server's");
    assert_eq!(
        open(&world.site, now, &sealed.replace("mcpq1.", "mcpq1.A")),
        None
    );
    let access = world.tokens();
    assert_eq!(
        open(&world.site, now, text(&access, "access_token")),
        None,
        "another kind"
    );
}

#[test]
fn a_code_is_bound_and_is_used_once() {
    for (name, value, error) in [
        ("client_id", "someone-else", "invalid_client"),
        ("client_id", "https://client.example.com/m", "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1/cb", "invalid_grant"),
        ("code_verifier", CHALLENGE, "invalid_grant"),
    ] {
        let world = World::new();
        let code = world.code(&[]);
        assert_eq!(world.redeem(&code, &[(name, value)]), Err(error), "{name}");
        assert_eq!(
            world.redeem(&code, &[]),
            Err("invalid_grant"),
            "one attempt is all there is"
        );
    }
    let world = World::new();
    let code = world.code(&[]);
    for (changes, error) in [
        (&[("code_verifier", "")][..], "invalid_request"),
        (&[("client_id", "")], "invalid_request"),
        (&[("code", "")], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("resource", "https://evil.com/mcp")], "invalid_target"),
        (&[("scope", "read admin")], "invalid_scope"),
        (&[("scope", "root")], "invalid_scope"),
    ] {
        assert_eq!(world.redeem(&code, changes), Err(error), "{changes:?}");
    }
    // None of these used it up.
    let narrow = world
        .redeem(&code, &[("scope", "read"), ("redirect_uri", "")])
        .unwrap();
    assert_eq!(narrow["scope"], json!("read"));
    let refresh = text(&narrow, "refresh_token");
    assert_eq!(world.redeem(&code, &[]), Err("invalid_grant"));
    assert_eq!(
        world.refresh(refresh, &[]),
        Err("invalid_grant"),
        "the replay ended the grant"
    );

    let world = World::new();
    let code = world.code(&[]);
    world.wait(10 * MINUTE);
    assert_eq!(world.redeem(&code, &[]), Err("invalid_grant"), "too late");

    let world = World::new();
    let code = world.code(&[]);
    let tokens = world.redeem(&code, &[]).unwrap();
    world.wait(60 * MINUTE);
    assert_eq!(world.redeem(&code, &[]), Err("invalid_grant"));
    let refresh = text(&tokens, "refresh_token");
    assert_eq!(
        world.refresh(refresh, &[]),
        Err("invalid_grant"),
        "a late replay ends it, too"
    );
}

#[test]
fn refresh_tokens_take_turns() {
    let world = World::new();
    let first = world.tokens();
    let first = text(&first, "refresh_token");
    let second = world.refresh(first, &[]).unwrap();
    // The answer was lost: the first is still good, until one of its successors is used.
    let retried = world.refresh(first, &[]).unwrap();
    let third = world.refresh(text(&second, "refresh_token"), &[]).unwrap();
    let third = text(&third, "refresh_token");
    assert_eq!(
        world.refresh(text(&retried, "refresh_token"), &[]),
        Err("invalid_grant")
    );
    assert_eq!(
        world.refresh(third, &[]),
        Err("invalid_grant"),
        "the grant is gone"
    );
}

#[test]
fn a_stolen_refresh_token_ends_the_grant() {
    let world = World::new();
    let first = world.tokens();
    let first = text(&first, "refresh_token");
    let stolen = world.refresh(first, &[]).unwrap();
    world.refresh(text(&stolen, "refresh_token"), &[]).unwrap();
    assert_eq!(
        world.refresh(first, &[]),
        Err("invalid_grant"),
        "the owner comes back"
    );
    assert_eq!(
        world.refresh(text(&stolen, "refresh_token"), &[]),
        Err("invalid_grant")
    );
}

#[test]
fn refresh_tokens_are_bound() {
    let world = World::new();
    let tokens = world.tokens();
    let token = text(&tokens, "refresh_token");
    for (changes, error) in [
        (&[("client_id", "someone-else")][..], "invalid_client"),
        (&[("client_id", "")], "invalid_request"),
        (&[("resource", "https://evil.com/mcp")], "invalid_target"),
        (&[("scope", "read control message")], "invalid_scope"),
        (&[("refresh_token", "mcpr1.e30.e30")], "invalid_grant"),
    ] {
        assert_eq!(world.refresh(token, changes), Err(error), "{changes:?}");
    }
    let access = text(&tokens, "access_token").to_owned();
    assert_eq!(world.refresh(&access, &[]), Err("invalid_grant"));
    assert!(
        world.admitted(token).is_none(),
        "a refresh token opens nothing"
    );
    let narrow = world.refresh(token, &[("scope", "read")]).unwrap();
    let caller = world.admitted(text(&narrow, "access_token")).unwrap();
    assert_eq!(caller.scopes.to_string(), "read");
    assert!(caller.could_get(Scope::Control) && !caller.could_get(Scope::Admin));
    // What was granted stays granted.
    let wide = world.refresh(text(&narrow, "refresh_token"), &[]).unwrap();
    assert_eq!(wide["scope"], json!("read control"));
    world.wait(31 * 24 * 60 * MINUTE);
    assert_eq!(
        world.refresh(text(&wide, "refresh_token"), &[]),
        Err("invalid_grant"),
        "unused"
    );
}

#[test]
fn access_tokens_end_and_stay_here() {
    let mut world = World::new();
    let tokens = world.tokens();
    let token = text(&tokens, "access_token");
    world.wait(14 * MINUTE);
    assert!(world.admitted(token).is_some());
    world.wait(MINUTE);
    assert!(world.admitted(token).is_none(), "expired");
    world.wait(-MINUTE);

    let mut tampered = token.to_owned();
    tampered.insert(8, 'A');
    assert!(world.admitted(&tampered).is_none());
    world.site = Site::new(Some("https://other.example.com"), "").unwrap();
    let opened = AccessToken::open(&world.key, token).unwrap();
    assert_eq!(opened.audience, "https://phone.example.com/mcp");
    let (key, keys, now) = (&world.key, world.keys(), world.now.get());
    assert!(
        AccessToken::admit(key, keys, &world.site, now, token).is_none(),
        "another audience"
    );
    world.key = SigningKey::parse(&"x".repeat(44)).unwrap();
    assert!(
        AccessToken::open(&world.key, token).is_none(),
        "another signing key"
    );
}

#[test]
fn a_key_that_changes_changes_its_grants() {
    let mut world = World::new();
    let tokens = world.tokens();
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );

    let narrower = r#"[{"name":"laptop","sha256":"ALPHA","scopes":["read"],"extensions":["101"]}]"#;
    world.settings = keys(narrower);
    let caller = world.admitted(access).unwrap();
    assert_eq!(caller.scopes.to_string(), "read");
    assert!(caller.may_act_for("101") && !caller.may_act_for("100"));

    for other in [
        r#"[{"name":"laptop","sha256":"BETA","scopes":["read","control"]}]"#,
        r#"[{"name":"other","sha256":"ALPHA","scopes":["read","control"]}]"#,
    ] {
        world.settings = keys(other);
        assert!(world.admitted(access).is_none(), "{other}");
    }
    assert_eq!(world.refresh(refresh, &[]), Err("invalid_grant"));
    world.settings = World::new().settings;
    assert_eq!(
        world.refresh(refresh, &[]),
        Err("invalid_grant"),
        "the grant has ended"
    );
}

#[test]
fn revoking() {
    let by = |name: &str, client: &str, revoked: bool| {
        let world = World::new();
        let tokens = world.tokens();
        let fields = [("token", text(&tokens, name)), ("client_id", client)];
        let command = revocation(&world.key, &form(&fields)).unwrap();
        world.store(&command);
        let refreshed = world.refresh(text(&tokens, "refresh_token"), &[]);
        assert_eq!(refreshed.is_err(), revoked, "{name} {client}");
    };
    let own = World::new().client.id;
    by("refresh_token", &own, true);
    by("access_token", &own, true);
    by("refresh_token", "someone-else", false);
    let world = World::new();
    assert!(revocation(&world.key, &form(&[("token", "nonsense")])).is_none());
    assert!(revocation(&world.key, &form(&[])).is_none());
}

#[test]
fn metadata() {
    let site = Site::new(None, "https://phone.example.com").unwrap();
    let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let resource = read(protected_resource(&site));
    assert_eq!(resource["resource"], json!("https://phone.example.com/mcp"));
    assert_eq!(resource["authorization_servers"], json!([site.issuer()]));
    assert_eq!(
        resource["scopes_supported"],
        json!(BASELINE.iter().map(Scope::as_str).collect::<Vec<_>>())
    );
    let server = read(authorization_server(&site));
    assert_eq!(
        server["scopes_supported"],
        json!(Scope::ALL.map(Scope::as_str))
    );
    assert_eq!(server["issuer"], json!("https://phone.example.com"));
    assert_eq!(
        server["token_endpoint"],
        json!("https://phone.example.com/token")
    );
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
}

#[test]
fn sites() {
    let check = |public: Option<&str>, origin: &str, expected: Option<&str>| {
        let site = Site::new(public, origin);
        assert_eq!(
            site.as_ref().map(Site::issuer),
            expected,
            "{public:?} {origin}"
        );
    };
    check(None, "https://a.example.com", Some("https://a.example.com"));
    check(None, "http://127.0.0.1:8787", Some("http://127.0.0.1:8787"));
    check(None, "http://a.example.com", None);
    let public = Some("https://Phone.example.com:443");
    check(
        public,
        "http://127.0.0.1:8787",
        Some("https://phone.example.com"),
    );
    check(Some("https://a.example.com/path"), "", None);
    check(Some("phone.example.com"), "", None);
}
