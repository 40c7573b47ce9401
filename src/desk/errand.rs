//! What is being done for the caller: the tool, its arguments, and a yes that came with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::json;

/// One request to act. Empty where nothing acts (resources, completions).
#[derive(Debug, Clone, Copy, Default)]
pub struct Errand<'a> {
    /// The tool.
    pub tool: &'static str,
    /// The JSON text of its arguments.
    pub arguments: &'a str,
    /// The program that asks, in its own words.
    pub client: &'a str,
    /// What a person said when the client asked them.
    pub said: Said<'a>,
}

/// What a person said, beside the arguments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Said<'a> {
    /// Nothing.
    #[default]
    Nothing,
    /// Yes, to the question that this handle stands for.
    Yes(&'a str),
    /// No.
    No,
}

/// Arguments that do not change what is done.
const BESIDE: [&str; 2] = ["confirm", "idempotency_key"];

impl Errand<'_> {
    /// Every argument that was given.
    pub(crate) fn arguments(&self) -> Map<String, Value> {
        match json::any(self.arguments.as_bytes()) {
            Ok(Value::Object(arguments)) => arguments,
            _ => Map::new(),
        }
    }

    /// The handle that says yes, if one came.
    pub(super) fn handle(&self) -> Option<String> {
        let arguments = self.arguments();
        let own = arguments.get("confirm").and_then(Value::as_str);
        let said = match self.said {
            Said::Yes(handle) => Some(handle),
            Said::Nothing | Said::No => None,
        };
        let handle = own.or(said).map(str::trim);
        handle
            .filter(|handle| !handle.is_empty())
            .map(str::to_owned)
    }

    /// A digest of the arguments that say what is done: the same for the same ones in any order.
    pub(super) fn digest(&self) -> String {
        let mut arguments = self.arguments();
        arguments.retain(|name, value| !BESIDE.contains(&name.as_str()) && !value.is_null());
        URL_SAFE_NO_PAD.encode(Sha256::digest(Value::from(arguments).to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errand<'a>(arguments: &'a str, said: Option<&'a str>) -> Errand<'a> {
        Errand {
            tool: "make_call",
            arguments,
            client: "",
            said: said.map_or(Said::Nothing, Said::Yes),
        }
    }

    #[test]
    fn the_same_request_whatever_its_order_and_key() {
        let digest = |text: &str| errand(text, None).digest();
        let one = digest(r#"{"destination":"0500000000","extension":"100"}"#);
        for same in [
            r#"{"extension":"100","destination":"0500000000","confirm":"x"}"#,
            r#"{"extension":"100","destination":"0500000000","idempotency_key":"k","device_id":null}"#,
        ] {
            assert_eq!(digest(same), one, "{same}");
        }
        for other in [
            r#"{"extension":"101","destination":"0500000000"}"#,
            r#"{"extension":"100","destination":"0500000000","timeout_seconds":20}"#,
            r#"{"extension":100,"destination":"0500000000"}"#,
            "{}",
        ] {
            assert_ne!(digest(other), one, "{other}");
        }
    }

    #[test]
    fn the_handle_of_the_arguments_comes_first() {
        assert_eq!(
            errand(r#"{"confirm":" a "}"#, Some("b")).handle().unwrap(),
            "a"
        );
        assert_eq!(errand("{}", Some("b")).handle().unwrap(), "b");
        assert_eq!(errand(r#"{"confirm":true}"#, None).handle(), None);
        assert_eq!(errand(r#"{"confirm":""}"#, None).handle(), None);
    }
}
