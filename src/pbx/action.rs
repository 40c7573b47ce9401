//! What is posted to Call Control, and what comes back.
//!
//! HTTP 200 or 202 is not success: `finalstatus` is, written as text in 3CX's documentation and as
//! a number in its TypeScript types (Failed -1, Rejected 0, Success 1).

use serde::{Deserialize, Deserializer, Serialize};

use super::types::Participant;

/// Body of `makecall` and of every action (`CallControlRequest`).
#[derive(Debug, Clone, Default, Serialize)]
pub struct ActionRequest {
    /// Extension or number as dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Seconds to ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
}

/// `finalstatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinalStatus {
    /// Done.
    Success,
    /// Anything else, in the PBX's own word.
    Other(String),
}

impl<'de> Deserialize<'de> for FinalStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Text(String),
            Number(i64),
        }
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Text(text) if text.eq_ignore_ascii_case("success") => Self::Success,
            Wire::Number(1) => Self::Success,
            Wire::Number(0) => Self::Other("Rejected".to_owned()),
            Wire::Number(-1) => Self::Other("Failed".to_owned()),
            Wire::Text(text) => Self::Other(text),
            Wire::Number(number) => Self::Other(number.to_string()),
        })
    }
}

/// Answer of `makecall` and of every action (`CallControlResult`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Performed {
    /// Whether it was done.
    pub finalstatus: FinalStatus,
    /// `UnknownDestination`, `DestinationBusy` …; an open set.
    #[serde(default)]
    pub reason: Option<String>,
    /// The same in words.
    #[serde(default)]
    pub reasontext: Option<String>,
    /// A hint whose meaning depends on the request: for `makecall` the new leg.
    #[serde(default)]
    pub result: Option<Participant>,
}

impl Performed {
    /// Why it failed, in the PBX's words; `None` if it did not.
    pub fn failure(&self) -> Option<String> {
        let FinalStatus::Other(status) = &self.finalstatus else {
            return None;
        };
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let parts = [
            Some(status.clone()),
            filled(&self.reason),
            filled(&self.reasontext),
        ];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, failure: Option<&str>) {
        let performed: Performed = serde_json::from_str(json).unwrap();
        assert_eq!(performed.failure().as_deref(), failure, "{json}");
    }

    #[test]
    fn final_status_as_text_or_number() {
        check(
            r#"{"finalstatus":"Success","reason":"","result":{"id":7001}}"#,
            None,
        );
        check(r#"{"finalstatus":1}"#, None);
        check(
            r#"{"finalstatus":"Failure","reasontext":"no free device"}"#,
            Some("Failure, no free device"),
        );
        check(
            r#"{"finalstatus":0,"reason":"DestinationBusy"}"#,
            Some("Rejected, DestinationBusy"),
        );
        check(r#"{"finalstatus":-1,"result":null}"#, Some("Failed"));
        check(r#"{"finalstatus":"Perhaps"}"#, Some("Perhaps"));
    }

    #[test]
    fn a_body_without_finalstatus_is_no_success() {
        assert!(serde_json::from_str::<Performed>("{}").is_err());
    }

    #[test]
    fn requests_say_only_what_is_needed() {
        assert_eq!(
            serde_json::to_string(&ActionRequest::default()).unwrap(),
            "{}"
        );
    }
}
