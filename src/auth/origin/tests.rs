//! Origins: what is one, and which may speak to the server.

use super::*;

#[test]
fn reading() {
    let check = |text: &str, expected: Option<&str>| {
        let actual = Origin::parse(text).ok().map(|origin| origin.to_string());
        assert_eq!(actual.as_deref(), expected, "text {text:?}");
    };
    check("https://App.Example.com", Some("https://app.example.com"));
    check(
        "HTTPS://app.example.com:443",
        Some("https://app.example.com"),
    );
    check("http://localhost:6274", Some("http://localhost:6274"));
    check("http://[::1]:80", Some("http://[::1]"));
    check("http://[::1]", Some("http://[::1]"));
    check("vscode-webview://1abc", Some("vscode-webview://1abc"));
    check("null", None);
    check("", None);
    check("https://", None);
    check("https://a.example/", None);
    check("https://a.example/path", None);
    check("https://a.example?x", None);
    check("https://user@a.example", None);
    check("https://localhost@evil.example", None);
    check("https://localhost:8787@evil.example", None);
    check("https://a.example:", None);
    check("https://a.example:+80", None);
    check("https://a.example:99999", None);
    check("https://a b", None);
    check("https://a.example, https://b.example", None);
    check("http://::1", None);
    check("http://[::1", None);
    check("http://[::1]evil", None);
    check("http://[evil]", None);
    check("a.example", None);
    check("://a.example", None);
    check("https://éxample.com", None);
}

/// `listed` is `MCP_ALLOWED_ORIGINS`, `own` the request's origin.
fn check(listed: Option<&str>, own: &str, origin: &str, expected: Result<(), OriginRefusal>) {
    let rules = OriginRules::from_setting(listed).unwrap();
    let actual = rules.check(Some(origin), &[own, "https://public.example"]);
    assert_eq!(
        actual, expected,
        "listed {listed:?} own {own} origin {origin}"
    );
}

const OWN: &str = "https://pbx.example.com";
const LOCAL: &str = "http://localhost:8787";

#[test]
fn default_rules() {
    let foreign = Err(OriginRefusal::Foreign);
    let opaque = Err(OriginRefusal::Opaque);
    assert_eq!(OriginRules::default().check(None, &[OWN]), Ok(()));
    check(None, OWN, OWN, Ok(()));
    check(None, OWN, "https://PBX.example.com:443", Ok(()));
    check(None, OWN, "https://public.example", Ok(()));
    check(None, OWN, "https://evil.example", foreign);
    check(None, OWN, "http://pbx.example.com", foreign);
    check(None, OWN, "https://pbx.example.com:8443", foreign);
    check(None, OWN, "https://pbx.example.com.evil.example", foreign);
    check(None, OWN, "null", opaque);
    check(None, OWN, "", opaque);
    check(None, OWN, "garbage", opaque);
    for origin in [
        "http://localhost:3000",
        "https://127.0.0.1",
        "http://[::1]:5173",
    ] {
        check(None, OWN, origin, Ok(()));
        check(None, LOCAL, origin, Ok(()));
    }
    for origin in [
        "http://localhost.evil.com",
        "http://127.0.0.1.evil.com:8787",
    ] {
        check(None, LOCAL, origin, foreign);
    }
    check(None, LOCAL, "http://localhost@evil.com", opaque);
    check(None, LOCAL, "ftp://localhost", foreign);
}

#[test]
fn a_rebound_name_is_not_the_servers_own() {
    let rebound = "http://evil.example.com:8787";
    check(None, rebound, rebound, Err(OriginRefusal::Foreign));
    check(Some(rebound), rebound, rebound, Ok(()));
}

#[test]
fn a_list_replaces_loopback() {
    let listed = Some("https://app.example, http://lan.example:8080");
    check(listed, OWN, "https://APP.example", Ok(()));
    check(listed, OWN, "http://lan.example:8080", Ok(()));
    check(
        listed,
        OWN,
        "http://lan.example",
        Err(OriginRefusal::Foreign),
    );
    check(
        listed,
        OWN,
        "http://localhost:3000",
        Err(OriginRefusal::Foreign),
    );
    check(listed, OWN, OWN, Ok(()));
    check(listed, LOCAL, LOCAL, Ok(()));
    check(Some(" "), OWN, "http://localhost:3000", Ok(()));
    for text in [
        "https://app.example/",
        "*",
        "https://a.example,",
        "app.example",
    ] {
        assert!(OriginRules::from_setting(Some(text)).is_err(), "{text}");
    }
}
