//! OAuth: from a 401 to a tool call by way of the page, and everything that must not lead there.

mod attacks;
mod documents;
mod flow;

use std::fmt::Write as _;

use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Client, Raw, Stage};

pub(crate) const KEY: &str = "a-key-that-an-administrator-gave-out";
pub(crate) const READER: &str = "a-key-that-may-only-read";
pub(crate) const SIGNING_KEY: &str = "dGhpcnR5LXR3byBieXRlcyB0aGF0IGFyZSBubyBzZWNyZXQ=";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://client.example.com/cb";

fn hex(key: &str) -> String {
    Sha256::digest(key)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Two keys: one for most things at most extensions, and one for reading.
pub(crate) fn keys() -> String {
    json!([
        { "name": "front-desk", "sha256": hex(KEY), "scopes": ["read", "control", "message"],
          "extensions": ["100-103"] },
        { "name": "reader", "sha256": hex(READER), "scopes": ["read"] },
    ])
    .to_string()
}

/// A stage with OAuth, and more variables.
pub(crate) async fn stage(more: &[(&str, &str)], isolates: usize) -> Stage {
    let keys = keys();
    let mut variables = vec![
        ("MCP_AUTH", ""),
        ("MCP_API_KEYS", keys.as_str()),
        ("OAUTH_SIGNING_KEY", SIGNING_KEY),
    ];
    variables.retain(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    variables.extend(more);
    Stage::of(&variables, isolates).await
}

/// Pairs as a query or a form.
fn encoded(pairs: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://localhost/", pairs).expect("a URL");
    url.query().unwrap_or_default().to_owned()
}

/// `base` with other values for some names; "" leaves one out.
fn changed<'a>(
    base: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = base.to_vec();
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    pairs
}

/// A client and the person before its browser.
pub(crate) struct Visitor {
    client: Client,
    issuer: String,
    pub(crate) id: String,
}

impl Visitor {
    /// Registers at a stage that is reached under its own address.
    pub(crate) async fn at(stage: &Stage) -> Self {
        Self::new(stage.client(), stage.runtime.url()).await
    }

    async fn new(client: Client, issuer: &str) -> Self {
        let body = json!({
            "client_name": "A Story", "redirect_uris": [CALLBACK, "http://127.0.0.1/cb"],
            "token_endpoint_auth_method": "none", "application_type": "web",
        });
        let answer = client
            .send("POST", "/register", Some(body.to_string().into_bytes()))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let registered = answer.json();
        assert_eq!(registered["token_endpoint_auth_method"], json!("none"));
        Self {
            client,
            issuer: issuer.to_owned(),
            id: registered["client_id"].as_str().expect("an id").to_owned(),
        }
    }

    fn resource(&self) -> String {
        format!("{}/mcp", self.issuer)
    }

    /// Opens `/authorize` with changes to a good request.
    async fn open(&self, changes: &[(&str, &str)]) -> Raw {
        let resource = self.resource();
        let base = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("state", "a state & more"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", resource.as_str()),
            ("scope", "read control message"),
        ];
        let query = encoded(&changed(&base, changes));
        self.client
            .send("GET", &format!("/authorize?{query}"), None)
            .await
    }

    /// Posts a form from the page of `origin`.
    async fn post(&self, path: &str, origin: Option<&str>, pairs: &[(&str, &str)]) -> Raw {
        let mut client = self
            .client
            .clone()
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            client = client.header("origin", origin);
        }
        client
            .send("POST", path, Some(encoded(pairs).into_bytes()))
            .await
    }

    /// Fills in the page: which boxes are ticked, and the key.
    async fn allow(&self, page: &Raw, key: &str, scopes: &[&str]) -> Raw {
        assert_eq!(page.status, 200, "{}", page.body);
        let sealed = sealed(page);
        let mut fields = vec![
            ("request", sealed.as_str()),
            ("answer", "allow"),
            ("key", key),
        ];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        self.post("/authorize", Some(&self.issuer), &fields).await
    }

    /// A code for the three scopes that a good request asks for.
    async fn code(&self, key: &str, scopes: &[&str]) -> String {
        let page = self.open(&[]).await;
        let answer = self.allow(&page, key, scopes).await;
        self.code_in(&answer)
    }

    fn code_in(&self, answer: &Raw) -> String {
        assert_eq!(answer.status, 303, "{}", answer.body);
        let location = Url::parse(answer.header("location").expect("a location")).expect("a URL");
        assert!(location.as_str().starts_with(CALLBACK));
        let value = |name: &str| {
            let mut pairs = location.query_pairs();
            let found = pairs.find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        assert_eq!(value("state").as_deref(), Some("a state & more"));
        assert_eq!(
            value("iss").as_deref(),
            Some(self.issuer.as_str()),
            "RFC 9207"
        );
        value("code").expect("a code")
    }

    async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Raw {
        let resource = self.resource();
        let base = [
            ("grant_type", "authorization_code"),
            ("client_id", self.id.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("resource", resource.as_str()),
        ];
        self.post("/token", None, &changed(&base, changes)).await
    }

    async fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Raw {
        let base = [
            ("grant_type", "refresh_token"),
            ("client_id", self.id.as_str()),
            ("refresh_token", token),
        ];
        self.post("/token", None, &changed(&base, changes)).await
    }

    /// The whole way, with the boxes that are named.
    pub(crate) async fn tokens(&self, key: &str, scopes: &[&str]) -> Value {
        let answer = self.redeem(&self.code(key, scopes).await, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// A caller with an access token.
    pub(crate) fn with(&self, token: &str) -> Client {
        self.client
            .clone()
            .header("authorization", &format!("Bearer {token}"))
    }
}

/// The request as the page carries it.
fn sealed(page: &Raw) -> String {
    let (_, rest) = page
        .body
        .split_once("name=request value=\"")
        .expect("a form");
    rest.split_once('"').expect("a value").0.to_owned()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

fn list() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments },
    })
}

/// The same sealed text with another payload.
fn bent(sealed: &str) -> String {
    let (kind, rest) = sealed.split_once('.').expect("a kind");
    let other = if rest.starts_with('A') { 'B' } else { 'A' };
    format!("{kind}.{other}{}", rest.chars().skip(1).collect::<String>())
}
