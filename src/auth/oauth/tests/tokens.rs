//! Codes, refresh tokens and access tokens: what they are good for, how long, and once.

use super::world::*;
use super::*;

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
