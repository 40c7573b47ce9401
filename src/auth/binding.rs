//! Who calls over a service binding: the binding's props name them.
//!
//! Props stand in the configuration of the Worker that calls, in the same account, and cannot be sent by
//! anybody: `{"name":"masterlinc","scopes":["read","control"],"extensions":["100-199"]}`. As with a key,
//! `extensions` left out means all; unlike with a key, `scopes` left out means none.

use serde_json::Value;

use super::caller::{Caller, CallerKind};
use super::extension_set::ExtensionSet;
use super::scope::Scopes;
use crate::json;

/// How a binding without a name is called.
const NAMELESS: &str = "binding";
/// Longer names are cut.
const MOST_NAME_CHARS: usize = 60;

/// The caller that props (JSON) name; or what is wrong with them.
pub fn bound_caller(props: &[u8]) -> Result<Caller, String> {
    let props = json::any(props).unwrap_or_default();
    let name: String = props
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or(NAMELESS)
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST_NAME_CHARS)
        .collect();
    let wrong =
        |what: &str, problem: String| format!("props of the binding `{name}`: {what}: {problem}");
    let scopes = match words(props.get("scopes")) {
        Ok(words) => Scopes::parse(words.unwrap_or_default())
            .map_err(|error| wrong("scopes", error.to_string()))?,
        Err(problem) => return Err(wrong("scopes", problem)),
    };
    let extensions = match words(props.get("extensions")) {
        Ok(None) => ExtensionSet::Everything,
        Ok(Some(words)) => {
            ExtensionSet::parse(words).map_err(|error| wrong("extensions", error.to_string()))?
        }
        Err(problem) => return Err(wrong("extensions", problem)),
    };
    Ok(Caller {
        name,
        scopes,
        extensions,
        kind: CallerKind::Binding,
        client: None,
        within_reach: Scopes::NONE,
    })
}

/// A list of words, where there is one.
fn words(member: Option<&Value>) -> Result<Option<Vec<&str>>, String> {
    let list = match member {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("must be a list".to_owned()),
    };
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    words
        .map(Some)
        .ok_or_else(|| "must be a list of texts".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Scope;

    #[test]
    fn props_name_the_caller() {
        let props =
            br#"{"name":"masterlinc","scopes":["read","control"],"extensions":["100-199"]}"#;
        let caller = bound_caller(props).unwrap();
        assert_eq!(caller.name, "masterlinc");
        assert_eq!(caller.kind, CallerKind::Binding);
        assert!(caller.may(Scope::Control) && !caller.may(Scope::Message));
        assert!(caller.may_act_for("150") && !caller.may_act_for("200"));
    }

    #[test]
    fn without_props_nothing_is_permitted() {
        for props in [
            "",
            "null",
            "{}",
            "[]",
            r#"{"name":"x"}"#,
            r#"{"scopes":[]}"#,
        ] {
            let caller = bound_caller(props.as_bytes()).unwrap();
            assert!(caller.scopes.is_empty(), "{props}");
        }
    }

    #[test]
    fn props_that_cannot_be_meant_let_nobody_in() {
        for props in [
            r#"{"scopes":"read"}"#,
            r#"{"scopes":["everything"]}"#,
            r#"{"scopes":[1]}"#,
            r#"{"scopes":["read"],"extensions":[]}"#,
            r#"{"scopes":["read"],"extensions":["all"]}"#,
            r#"{"scopes":["read"],"extensions":100}"#,
        ] {
            let problem = bound_caller(props.as_bytes()).unwrap_err();
            assert!(
                problem.contains("props of the binding"),
                "{props}: {problem}"
            );
        }
    }
}
