//! This Worker as 3CX's "Generic SMS" provider: what the PBX hands to us, and what we post to its webhook.
//!
//! The envelope is Telnyx's. 3CX's request has no id of its own, so a repeated one cannot be told from
//! somebody who writes the same words twice.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::json;
use crate::time::{Millis, iso};

/// An SMS that somebody wrote in 3CX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The number of the trunk.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The text.
    pub text: String,
}

/// Not what 3CX posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotHanded(pub &'static str);

#[derive(Deserialize)]
struct Post {
    from: Option<String>,
    to: Option<String>,
    text: Option<String>,
}

impl Handed {
    /// Reads the body of a post. What is not known in it is passed over.
    pub fn read(body: &[u8]) -> Result<Self, NotHanded> {
        let post: Post = json::read(body)
            .map_err(|_| NotHanded("the body must be JSON with the texts from, to and text"))?;
        let filled = |text: Option<String>, missing| {
            text.filter(|text| !text.trim().is_empty())
                .ok_or(NotHanded(missing))
        };
        Ok(Self {
            from: filled(post.from, "from is missing")?,
            to: filled(post.to, "to is missing")?,
            text: filled(post.text, "text is missing")?,
        })
    }
}

/// When a post to the PBX that failed so often is tried again: after 2 s, 4 s, … up to an hour, for a good day;
/// then no more.
pub fn next_try(failures: i64) -> Option<Millis> {
    const FIRST_MS: Millis = 2_000;
    const LONGEST_MS: Millis = 60 * 60 * 1000;
    const MOST: i64 = 40;
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or_default();
    let wait = FIRST_MS.saturating_mul(2_i64.saturating_pow(doublings));
    (failures < MOST).then(|| wait.min(LONGEST_MS))
}

/// The answer when the carrier took it.
pub fn accepted(id: &str) -> Value {
    json!({ "data": { "payload": { "id": id } } })
}

/// The answer when it did not go out.
pub fn refused(code: &str, message: &str) -> Value {
    json!({ "errors": [{ "code": code, "title": message, "detail": message }] })
}

/// A message that came from outside, for the PBX's webhook.
pub fn received(id: &str, from: &str, to: &str, text: &str, at: Millis) -> String {
    let [id, from, to, text, at] = [id, from, to, text, &iso(at)].map(quoted);
    format!(
        r#"{{"data":{{"id":{id},"event_type":"message.received","occurred_at":{at},"record_type":"event","payload":{{"direction":"inbound","type":"SMS","record_type":"message","received_at":{at},"text":{text},"from":{{"phone_number":{from},"status":"webhook_delivered"}},"to":[{{"phone_number":{to},"status":"webhook_delivered"}}]}}}}}}"#
    )
}

/// As JSON writes a text. Built by hand, because trees of it cost kilobytes.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What became of a message that the PBX handed to us; `None` for what it does not want to know.
pub fn delivery_report(id: &str, from: &str, to: &str, status: &str, at: Millis) -> Option<String> {
    let (kind, status) = match status {
        "sent" => ("message.sent", "sent"),
        "delivered" | "read" => ("message.finalized", "delivered"),
        "failed" | "undelivered" | "canceled" => ("message.finalized", "sending_failed"),
        _ => return None,
    };
    let event = format!("{id}-{status}");
    let [id, from, to, event, at] = [id, from, to, &event, &iso(at)].map(quoted);
    Some(format!(
        r#"{{"data":{{"event_type":"{kind}","id":{event},"occurred_at":{at},"payload":{{"completed_at":{at},"from":{{"phone_number":{from}}},"id":{id},"to":[{{"status":"{status}","phone_number":{to}}}],"type":"SMS"}},"record_type":"event"}}}}"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_3cx_posts() {
        let handed = Handed::read(
            r#"{"from":"+966500000001","to":"+966500000000","text":"مرحبا","extra":{"a":[1]}}"#
                .as_bytes(),
        );
        assert_eq!(
            handed,
            Ok(Handed {
                from: "+966500000001".into(),
                to: "+966500000000".into(),
                text: "مرحبا".into(),
            })
        );
        for (body, problem) in [
            (&b"{}"[..], "from"),
            (br#"{"from":"a","text":"b"}"#, "to is"),
            (br#"{"from":"a","to":"b","text":" "}"#, "text is"),
            (br#"{"from":1,"to":"b","text":"c"}"#, "JSON"),
            (b"\xff\xfe", "JSON"),
            (b"from=a", "JSON"),
            (b"", "JSON"),
            (b"[]", "JSON"),
        ] {
            let NotHanded(said) = Handed::read(body).unwrap_err();
            assert!(said.contains(problem), "{said}");
        }
    }

    #[test]
    fn posts_are_tried_for_a_day() {
        assert_eq!(next_try(1), Some(2_000));
        assert_eq!(next_try(5), Some(32_000));
        assert_eq!(next_try(39), Some(60 * 60 * 1000));
        assert_eq!(next_try(40), None);
        let total: Millis = (1..40).filter_map(next_try).sum();
        assert!((24..36).contains(&(total / 3_600_000)), "{total}");
    }

    /// The same members as in what is published of the contract.
    #[test]
    fn what_is_posted_to_3cx() {
        let tree = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let hello = received(
            "msg-1",
            "+13055550111",
            "+13055550110",
            "He\"llo\n",
            1_773_787_829_000,
        );
        assert_eq!(
            tree(hello),
            json!({"data":{"id":"msg-1","event_type":"message.received","occurred_at":"2026-03-17T22:50:29Z",
                "record_type":"event","payload":{"direction":"inbound","type":"SMS","record_type":"message",
                "received_at":"2026-03-17T22:50:29Z","text":"He\"llo\n",
                "from":{"phone_number":"+13055550111","status":"webhook_delivered"},
                "to":[{"phone_number":"+13055550110","status":"webhook_delivered"}]}}})
        );
        let report =
            |status| delivery_report("m1", "+13055550110", "+13055550111", status, 0).map(tree);
        assert_eq!(
            report("delivered").unwrap(),
            json!({"data":{"event_type":"message.finalized","id":"m1-delivered","occurred_at":"1970-01-01T00:00:00Z",
                "payload":{"completed_at":"1970-01-01T00:00:00Z","from":{"phone_number":"+13055550110"},"id":"m1",
                "to":[{"status":"delivered","phone_number":"+13055550111"}],"type":"SMS"},"record_type":"event"}})
        );
        let said = |status| {
            let report: Value = report(status)?;
            let data = &report["data"];
            let status = data["payload"]["to"][0]["status"].as_str()?;
            Some(format!("{} {status}", data["event_type"].as_str()?))
        };
        assert_eq!(said("sent").unwrap(), "message.sent sent");
        assert_eq!(
            said("undelivered").unwrap(),
            "message.finalized sending_failed"
        );
        assert_eq!(said("queued"), None);
        assert_eq!(said("unknown"), None);
    }
}
