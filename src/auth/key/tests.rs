//! `MCP_API_KEYS`: what is accepted, the exact errors, and that nothing leaks.

use super::*;

/// SHA-256 of `alpha` and of `beta`.
const ALPHA: &str = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
const BETA: &str = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";

fn keys(text: &str) -> ApiKeys {
    ApiKeys::parse(&filled(text)).unwrap()
}

fn filled(text: &str) -> String {
    text.replace("ALPHA", ALPHA).replace("BETA", BETA)
}

#[test]
fn finding_callers() {
    let keys = keys(
        r#"[{"name":"one","sha256":"ALPHA","scopes":["read","control"],"extensions":["100-199"]},
            {"name":"two","sha256":"BETA"}]"#,
    );
    let check = |presented: &str, expected: Option<&str>| {
        let found = keys.find(presented).map(|caller| caller.name.as_str());
        assert_eq!(found, expected, "presented {presented:?}");
    };
    check("alpha", Some("one"));
    check("beta", Some("two"));
    check("Alpha", None);
    check("alpha ", None);
    check("", None);
    check(ALPHA, None);

    let one = keys.find("alpha").unwrap();
    assert!(one.may(Scope::Control) && !one.may(Scope::Admin));
    assert!(one.may_act_for("150") && !one.may_act_for("200"));
    assert_eq!(one.kind, CallerKind::ApiKey);
}

#[test]
fn what_is_not_granted_is_off() {
    let keys = keys(r#"[{"name":"two","sha256":"BETA"}]"#);
    let two = keys.find("beta").unwrap();
    assert_eq!(two.scopes, Scopes::NONE.with(Scope::Read));
    assert_eq!(two.extensions, ExtensionSet::Everything);
}

#[test]
fn no_keys() {
    for text in ["", "  ", "[]"] {
        let keys = keys(text);
        assert!(keys.is_empty() && keys.find("alpha").is_none() && keys.find("").is_none());
    }
}

#[test]
fn upper_case_digests_are_read() {
    let text = filled(r#"[{"name":"one","sha256":"ALPHA"}]"#).replace(ALPHA, &ALPHA.to_uppercase());
    assert!(ApiKeys::parse(&text).unwrap().find("alpha").is_some());
}

#[test]
fn exact_errors() {
    let check = |text: &str, expected: &str| {
        let problem = ApiKeys::parse(&filled(text)).unwrap_err().to_string();
        assert!(problem.starts_with(expected), "text {text}: {problem}");
        assert!(
            !problem.contains("hunter2") && !problem.contains(ALPHA),
            "{problem}"
        );
    };
    check("hunter2", "is not JSON: it breaks at line 1, column 1");
    check(r#"{"name":"one"}"#, "must be an array");
    check(r#""hunter2""#, "must be an array");
    check(r#"["hunter2"]"#, "entry 0: is not an object");
    check(
        r#"[{"name":"one","hunter2":1}]"#,
        "entry 0 (\"one\"): has a field other than",
    );
    check(
        r#"[{"name":"one","key":"hunter2"}]"#,
        "entry 0 (\"one\"): has a field other than",
    );
    check(r#"[{"sha256":"ALPHA"}]"#, "entry 0: name must be");
    check(
        r#"[{"name":" ","sha256":"ALPHA"}]"#,
        "entry 0: name must be",
    );
    check(
        r#"[{"name":"a\nb","sha256":"ALPHA"}]"#,
        "entry 0: name must be",
    );
    check(r#"[{"name":7,"sha256":"ALPHA"}]"#, "entry 0: name must be");
    check(r#"[{"name":"one"}]"#, "entry 0 (\"one\"): sha256 must be");
    check(
        r#"[{"name":"one","sha256":"hunter2"}]"#,
        "entry 0 (\"one\"): sha256 must be",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA0"}]"#,
        "entry 0 (\"one\"): sha256 must be",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA00"}]"#,
        "entry 0 (\"one\"): sha256 must be",
    );
    check(
        r#"[{"name":"one","sha256":["ALPHA"]}]"#,
        "entry 0 (\"one\"): sha256 must be",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA"},{"name":"one","sha256":"BETA"}]"#,
        "entry 1 (\"one\"): an earlier entry has the same name",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA"},{"name":"two","sha256":"ALPHA"}]"#,
        "entry 1 (\"two\"): an earlier entry has the same sha256",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","scopes":["read","write"]}]"#,
        "entry 0 (\"one\"): scopes: \"write\" is not a scope; known: read, control",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","scopes":[]}]"#,
        "entry 0 (\"one\"): scopes must",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","scopes":"read"}]"#,
        "entry 0 (\"one\"): scopes must",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","extensions":[100]}]"#,
        "entry 0 (\"one\"): extensions must be a list",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","extensions":["1xx"]}]"#,
        "entry 0 (\"one\"): extensions: \"1xx\" is neither",
    );
    check(
        r#"[{"name":"one","sha256":"ALPHA","extensions":[]}]"#,
        "entry 0 (\"one\"): extensions: an empty list",
    );
}

#[test]
fn debug_shows_no_digest() {
    let keys = keys(r#"[{"name":"one","sha256":"ALPHA"}]"#);
    let shown = format!("{keys:?} {:?}", keys.find("alpha"));
    let bytes = format!("{:?}", read_hex(ALPHA).unwrap());
    assert!(
        !shown.contains(ALPHA) && !shown.contains(bytes.trim_matches(['[', ']'])),
        "{shown}"
    );
    assert!(shown.contains("***"));
}
