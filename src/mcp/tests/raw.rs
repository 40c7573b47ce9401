//! Where values begin and end, against `RawValue` of serde_json.

use std::borrow::Cow;
use std::fmt;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::mcp::body::elements;
use crate::mcp::members::Members;
use crate::mcp::raw::{Raw, check};

const KNOWN: [&str; 3] = ["id", "method", "params"];

/// The members as serde_json delimits them.
struct Reference;

impl<'de> DeserializeSeed<'de> for Reference {
    type Value = Vec<(&'static str, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reference {
    type Value = Vec<(&'static str, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members: Self::Value = Vec::new();
        while let Some(name) = object.next_key::<Cow<'_, str>>()? {
            let Some(known) = KNOWN.into_iter().find(|known| *known == name) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if members.iter().any(|(name, _)| *name == known) {
                return Err(A::Error::duplicate_field(known));
            }
            members.push((known, object.next_value()?));
        }
        Ok(members)
    }
}

fn reference(text: &str) -> serde_json::Result<Vec<(&'static str, &RawValue)>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = Reference.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(members)
}

fn joined(open: &str, items: &[String], close: &str) -> String {
    format!("{open}{}{close}", items.join(","))
}

fn spaced(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (r"[ \n\r\t]{0,2}", text, r"[ \n\r\t]{0,2}")
        .prop_map(|(before, text, after)| format!("{before}{text}{after}"))
}

/// Strings full of what could be taken for something else; rarely half a surrogate pair.
fn string() -> impl Strategy<Value = String> {
    let pieces = r#"a| |{|}|[|]|,|:|1|ب|😀|\n|\"|\\|\u0628|\ud83d\ude00|id|null"#;
    let pieces: Vec<_> = pieces.split('|').collect();
    let piece = prop_oneof![60 => select(pieces), 1 => Just(r"\ud83d")];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn name() -> impl Strategy<Value = String> {
    let known = r#""id"|"\u0069d"|"method"|"params"|"p\u0061rams""#;
    let known: Vec<_> = known.split('|').map(str::to_owned).collect();
    prop_oneof![select(known), string()]
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let member =
        (spaced(name()), spaced(value)).prop_map(|(name, value)| format!("{name}:{value}"));
    prop::collection::vec(member, 0..6).prop_map(|members| joined("{", &members, "}"))
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["null", "true", "false", "-0", "1e999"][..]).prop_map(str::to_owned),
        r"-?[1-9][0-9]{0,30}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        string(),
    ]
}

fn value() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 20, 4, |inner| {
        let items = prop::collection::vec(spaced(inner.clone()), 0..4);
        prop_oneof![
            object(inner),
            items.prop_map(|items| joined("[", &items, "]"))
        ]
    })
}

/// A few of anything, or about as many as are looked at.
fn array() -> impl Strategy<Value = String> {
    let few = prop::collection::vec(spaced(value()), 0..4);
    let many = prop::collection::vec(spaced(leaf()), 48..54);
    prop_oneof![few, many].prop_map(|items| joined("[", &items, "]"))
}

/// What stands at one place of the text, and what is put there instead.
fn damage() -> impl Strategy<Value = Option<(Index, char)>> {
    let marks: Vec<char> = "{}[]\",: 0\\-ن".chars().collect();
    prop::option::of((any::<Index>(), select(marks)))
}

fn damaged(text: String, damage: Option<(Index, char)>) -> String {
    let Some((index, mark)) = damage else {
        return text;
    };
    let mut characters: Vec<char> = text.chars().collect();
    let place = index.index(characters.len());
    characters[place] = mark;
    characters.into_iter().collect()
}

fn without_place(words: &str) -> &str {
    words.split(" at line ").next().unwrap()
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, words) in [
        (
            "{\n \"id\":1,\n \"id\" :2}",
            "duplicate field `id` at line 3 column 5",
        ),
        (
            r#"{"\ud800":1}"#,
            "expected a name in Unicode at line 1 column 9",
        ),
        (" []", "expected an object at line 1 column 1"),
        ("", "expected an object at line 1 column 0"),
        (r#"{"id":1,"#, "expected a name at line 1 column 8"),
        (r#"{"id":1}}"#, "expected nothing more at line 1 column 8"),
    ] {
        assert_eq!(Members::read(text, &KNOWN).unwrap_err(), words, "{text}");
    }
}

proptest! {
    #[test]
    fn members_are_where_serde_json_finds_them(text in spaced(object(value())), damage in damage()) {
        let text = damaged(text, damage);
        let ours = Members::read(&text, &KNOWN);
        match (check(&text), reference(&text)) {
            (Ok(()), Ok(theirs)) => {
                let ours = ours.unwrap();
                for name in KNOWN {
                    let expected = theirs.iter().find(|(known, _)| *known == name);
                    let found = ours.present(name).map(Raw::get);
                    prop_assert_eq!(found, expected.map(|(_, raw)| raw.get()));
                }
            }
            (Ok(()), Err(error)) => {
                let words = ours.unwrap_err();
                let (words, theirs) = (without_place(&words), error.to_string());
                let is_known = ["expected an object", "expected a name in Unicode"].contains(&words);
                prop_assert!(is_known || words == without_place(&theirs), "{words}, not {theirs}");
            }
            (Err(_), theirs) => prop_assert!(theirs.is_err() && ours.is_err(), "{text}"),
        }
    }

    #[test]
    fn elements_are_where_serde_json_finds_them(text in spaced(array()), damage in damage()) {
        let text = damaged(text, damage);
        let ours = elements(&text);
        if check(&text).is_err() {
            return Ok(());
        }
        let theirs = Vec::<&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(&text));
        let theirs = theirs.unwrap_or_default();
        prop_assert_eq!(ours.len(), theirs.len().min(51));
        for (ours, theirs) in ours.iter().zip(theirs) {
            prop_assert_eq!(ours.get(), theirs.get());
        }
    }
}
