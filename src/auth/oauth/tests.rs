//! The whole way from a request to tokens, and everything that must not lead there (`asking`, `tokens`), on a
//! store in memory (`world`).

mod asking;
mod tokens;
mod world;

use serde_json::{Value, json};

use self::world::*;
use super::*;
use crate::auth::key::ApiKeys;
use crate::auth::{AuthRequest, AuthSettings, Caller, Decision, OAuth, authenticate};
use crate::time::Millis;

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
