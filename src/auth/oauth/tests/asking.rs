//! What a client may ask for, and what a person may say to it.

use super::world::*;
use super::*;

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
