//! The decision at the door.

use super::*;

/// SHA-256 of `alpha`.
const ALPHA: &str = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";

fn settings(keys: bool, mode: Option<&str>) -> AuthSettings {
    let entry = format!(r#"[{{"name":"laptop","sha256":"{ALPHA}"}}]"#);
    AuthSettings::from_settings(keys.then_some(entry.as_str()), mode).unwrap()
}

/// `expected`: a caller's name, `503`, or what follows the realm in the challenge.
fn check(settings: &AuthSettings, host: &str, authorization: Option<&str>, expected: &str) {
    let actual = match authenticate(
        settings,
        &AuthRequest {
            host,
            authorization,
            oauth: None,
        },
    ) {
        Decision::Allow(caller) => caller.name,
        Decision::NotConfigured => "503".to_owned(),
        Decision::Challenge(challenge) => {
            assert_eq!(challenge.status(), 401);
            challenge
                .header_value()
                .replace("Bearer realm=\"3cx-mcp\"", "401")
        }
    };
    let same = actual == expected || (expected == "401 invalid" && is_invalid(&actual));
    assert!(
        same,
        "host {host}, {authorization:?}: {actual}, expected {expected}"
    );
}

fn is_invalid(challenge: &str) -> bool {
    challenge.starts_with("401, error=\"invalid_token\"")
}

const PUBLIC: &str = "pbx.example.com";

#[test]
fn nothing_set_up() {
    let settings = settings(false, None);
    check(&settings, PUBLIC, None, "503");
    check(&settings, PUBLIC, Some("Bearer alpha"), "503");
    check(&settings, "localhost", None, "503");
    check(
        &AuthSettings::from_settings(Some("[]"), None).unwrap(),
        PUBLIC,
        None,
        "503",
    );
}

#[test]
fn keys() {
    let settings = settings(true, None);
    check(&settings, PUBLIC, Some("Bearer alpha"), "laptop");
    check(&settings, "localhost", Some("bearer alpha"), "laptop");
    check(&settings, PUBLIC, None, "401");
    check(&settings, "localhost", None, "401");
    check(&settings, PUBLIC, Some("Basic YTpi"), "401");
    check(&settings, PUBLIC, Some("Bearer wrong"), "401 invalid");
    check(&settings, PUBLIC, Some("Bearer"), "401 invalid");
    check(
        &settings,
        PUBLIC,
        Some(&format!("Bearer {ALPHA}")),
        "401 invalid",
    );
}

#[test]
fn open_on_loopback_only() {
    let open = settings(false, Some("none"));
    check(&open, "localhost", None, "local");
    check(&open, "127.0.0.1", None, "local");
    check(&open, "[::1]", Some("Bearer anything"), "local");
    check(&open, PUBLIC, None, "503");
    check(&open, "localhost.evil.com", None, "503");
    check(&open, "127.0.0.1.evil.com", None, "503");

    let both = settings(true, Some(" none "));
    check(&both, "localhost", None, "local");
    check(&both, "localhost", Some("Bearer alpha"), "laptop");
    check(&both, "localhost", Some("Bearer wrong"), "401 invalid");
    check(&both, PUBLIC, None, "401");
}

#[test]
fn settings_that_cannot_be_used() {
    let check = |keys, mode, variable: &str, expected: &str| {
        let problem = AuthSettings::from_settings(keys, mode).unwrap_err();
        assert_eq!(problem.variable(), variable);
        assert!(problem.to_string().starts_with(expected), "{problem}");
    };
    check(None, Some("off"), "MCP_AUTH", "MCP_AUTH can only be none");
    check(None, Some("None"), "MCP_AUTH", "MCP_AUTH can only be none");
    check(
        Some("hunter2"),
        None,
        "MCP_API_KEYS",
        "MCP_API_KEYS is not JSON",
    );
    check(
        Some("[1]"),
        None,
        "MCP_API_KEYS",
        "MCP_API_KEYS entry 0: is not an object",
    );
}

#[test]
fn debug_shows_no_secret() {
    let settings = settings(true, None);
    let request = AuthRequest {
        host: PUBLIC,
        authorization: Some("Bearer alpha"),
        oauth: None,
    };
    let shown = format!(
        "{settings:?} {request:?} {:?}",
        authenticate(&settings, &request)
    );
    assert!(
        !shown.contains(ALPHA) && !shown.contains("alpha"),
        "{shown}"
    );
    assert!(!shown.contains("142, 211, 246"), "{shown}");
}
