//! The deserializer against serde_json's own.

use serde::Deserialize;
use serde_json::json;

use super::{any, read};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Wrapped(u32),
    Pair(i64, String),
    Full { a: Option<bool> },
}

#[derive(Debug, PartialEq, Deserialize)]
struct All {
    text: String,
    whole: i32,
    large: u64,
    float: f64,
    #[serde(default)]
    absent: Vec<String>,
    maybe: Option<Box<str>>,
    list: Vec<(u32, u32)>,
    kinds: Vec<Kind>,
    any: serde_json::Value,
}

const TEXT: &str = r#"{"text":"a\u0628","whole":-5,"large":18446744073709551615,"float":3,
    "maybe":null,"list":[[1,2],[3,4]],"unknown":{"deep":[1,{}]},
    "kinds":["plain",{"wrapped":7},{"pair":[1,"x"]},{"full":{"a":true}}],"any":{"b":[null,1.5]}}"#;

/// serde_json itself is the reference.
#[test]
fn reads_what_serde_json_reads() {
    let expected: All = serde_json::from_str(TEXT).unwrap();
    assert_eq!(read::<All>(TEXT.as_bytes()).unwrap(), expected);
    assert_eq!(expected.any, json!({ "b": [null, 1.5] }));
    let result: Result<u8, String> = read(br#"{"Err":"no"}"#).unwrap();
    assert_eq!(result, Err("no".to_owned()));
    assert_eq!(read::<Option<()>>(b"null").unwrap(), None);
}

#[test]
fn any_json_is_as_serde_json_has_it() {
    let expected: serde_json::Value = serde_json::from_str(TEXT).unwrap();
    assert_eq!(any(TEXT.as_bytes()).unwrap(), expected);
    let twice = any(br#"{"a":1,"a":-2.5,"b":false}"#).unwrap();
    assert_eq!(twice, json!({ "a": -2.5, "b": false }));
}

#[test]
fn refuses_what_serde_json_refuses() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct One {
        number: u8,
    }
    for text in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"number":256}"#,
        r#"{"number":-1}"#,
        r#"{"number":1.5}"#,
        r#"{"number":"1"}"#,
        r#"{"number":null}"#,
        r#"{"number":1,"number":1}"#,
        r#"{"number":1} x"#,
    ] {
        let (ours, theirs) = (
            read::<One>(text.as_bytes()),
            serde_json::from_str::<One>(text),
        );
        assert_eq!(ours.is_err(), text == "[]" || theirs.is_err(), "{text}");
    }
    assert!(read::<Kind>(br#"{"plain":1}"#).is_err());
    assert!(read::<Kind>(br#"{"wrapped":1,"plain":2}"#).is_err());
    assert!(read::<Kind>(br#"{"pair":[1]}"#).is_err());
    assert!(read::<Kind>(br#""other""#).is_err());
    let error = read::<One>(br#"{"number":"x"}"#).unwrap_err().to_string();
    assert!(
        error.starts_with("invalid type: string \"x\", expected u8"),
        "{error}"
    );
}

#[test]
fn deep_nonsense_ends() {
    let deep = "[".repeat(100_000);
    assert!(any(deep.as_bytes()).is_err());
}
