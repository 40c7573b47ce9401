//! What is posted to Call Control, and what comes back.
//!
//! HTTP 200 or 202 is not success: `finalstatus` is, written as text in 3CX's documentation and as
//! a number in its TypeScript types (Failed -1, Rejected 0, Success 1).

use std::fmt;

use serde::de::Visitor;
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
        struct Status;
        impl Visitor<'_> for Status {
            type Value = FinalStatus;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("finalstatus as text or number")
            }

            fn visit_str<E>(self, text: &str) -> Result<FinalStatus, E> {
                Ok(if text.eq_ignore_ascii_case("success") {
                    FinalStatus::Success
                } else {
                    FinalStatus::Other(text.to_owned())
                })
            }

            fn visit_i64<E>(self, number: i64) -> Result<FinalStatus, E> {
                Ok(match number {
                    1 => FinalStatus::Success,
                    0 => FinalStatus::Other("Rejected".to_owned()),
                    -1 => FinalStatus::Other("Failed".to_owned()),
                    other => FinalStatus::Other(other.to_string()),
                })
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<FinalStatus, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        deserializer.deserialize_any(Status)
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
