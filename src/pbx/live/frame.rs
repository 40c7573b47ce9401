//! Reads one message of `/callcontrol/ws` (3CX Call Control API).
//!
//! `{"sequence":60,"event":{"event_type":0,"entity":"/callcontrol/100/participants/1"}}`
//!
//! Invariants
//! - Numbers and paths that nobody knows yet are no errors: they are ignored, and counted.
//! - What cannot be read is told apart from what is not for us: it may have been an event.

use serde::Deserialize;

use super::leg::LegKey;
use crate::json;

/// One message of the PBX.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its place among the events of this socket.
    pub(super) sequence: Option<i64>,
    /// What it says.
    pub(super) event: Event,
}

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A leg appeared or changed: read it.
    Upsert(LegKey),
    /// A leg left.
    Remove(LegKey),
    /// Known, and nothing to the table: keys pressed, prompts played, replies.
    Aside,
    /// Not known.
    Unknown,
}

#[derive(Deserialize)]
struct Message {
    sequence: Option<i64>,
    event: Option<Body>,
}

#[derive(Deserialize)]
struct Body {
    event_type: i64,
    entity: Option<String>,
}

impl Frame {
    /// `None` if it cannot be read.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let message: Message = json::read(bytes).ok()?;
        let leg = |body: &Body| body.entity.as_deref().and_then(leg);
        let event = match &message.event {
            None => Event::Unknown,
            Some(body) => match (body.event_type, leg(body)) {
                (0, Some(leg)) => Event::Upsert(leg),
                (1, Some(leg)) => Event::Remove(leg),
                (2..=4, _) => Event::Aside,
                _ => Event::Unknown,
            },
        };
        Some(Self {
            sequence: message.sequence,
            event,
        })
    }
}

/// `/callcontrol/{dn}/participants/{id}`.
fn leg(path: &str) -> Option<LegKey> {
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    let (root, dn, kind, id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_leg = root.eq_ignore_ascii_case("callcontrol")
        && kind.eq_ignore_ascii_case("participants")
        && !dn.is_empty()
        && parts.next().is_none();
    let id = id.parse().ok().filter(|_| is_leg)?;
    Some(LegKey {
        dn: dn.to_owned(),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(dn: &str, id: i64) -> LegKey {
        LegKey {
            dn: dn.to_owned(),
            id,
        }
    }

    fn check(text: &str, sequence: Option<i64>, event: Event) {
        assert_eq!(
            Frame::read(text.as_bytes()),
            Some(Frame { sequence, event }),
            "{text}"
        );
    }

    fn typed(event_type: i64, entity: &str) -> String {
        format!(r#"{{"sequence":7,"event":{{"event_type":{event_type},"entity":"{entity}"}}}}"#)
    }

    #[test]
    fn what_3cx_sends() {
        check(
            r#"{"sequence":60,"event":{"event_type":0,"entity":"/callcontrol/100/participants/1","attached_data":null}}"#,
            Some(60),
            Event::Upsert(key("100", 1)),
        );
        check(
            &typed(1, "/callcontrol/assistant/participants/8106"),
            Some(7),
            Event::Remove(key("assistant", 8106)),
        );
        check(
            r#"{"sequence":61,"event":{"event_type":2,"entity":"/callcontrol/100/participants/1","attached_data":{"dtmf_input":"1"}}}"#,
            Some(61),
            Event::Aside,
        );
        for aside in [3, 4] {
            check(&typed(aside, ""), Some(7), Event::Aside);
        }
    }

    #[test]
    fn what_nobody_knows_is_ignored() {
        for event_type in [-1, 5, 99, i64::MAX] {
            check(
                &typed(event_type, "/callcontrol/100/participants/1"),
                Some(7),
                Event::Unknown,
            );
        }
        for path in [
            "",
            "/callcontrol/100",
            "/callcontrol/100/devices/1",
            "/callcontrol//participants/1",
            "/callcontrol/100/participants/",
            "/callcontrol/100/participants/one",
            "/callcontrol/100/participants/1/stream",
            "/xapi/100/participants/1",
        ] {
            check(&typed(0, path), Some(7), Event::Unknown);
        }
        check(
            r#"{"sequence":1,"event":{"event_type":0}}"#,
            Some(1),
            Event::Unknown,
        );
        check(r#"{"news":[1]}"#, None, Event::Unknown);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for text in [
            "",
            "hello",
            "[1",
            "null",
            r#"{"sequence":1,"event":{}}"#,
            "\u{FEFF}{}",
        ] {
            assert_eq!(Frame::read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Frame::read(&[0xFF, 0xFE, 0]), None);
    }
}
