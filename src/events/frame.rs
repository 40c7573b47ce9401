//! Server-sent events as text (WHATWG HTML §9.2).
//!
//! Invariant: data is JSON on one line, so that no line of it is taken for a field.

/// One event.
pub(super) fn event(id: Option<&str>, kind: &str, data: &str) -> String {
    match id {
        Some(id) => format!("id: {id}\nevent: {kind}\ndata: {data}\n\n"),
        None => format!("event: {kind}\ndata: {data}\n\n"),
    }
}

/// How soon to come back after the end.
pub(super) const RETRY: &str = "retry: 2000\n";

/// A sign of life. With an id, the reader remembers how far it has come although nothing was for it.
pub(super) fn heartbeat(id: Option<&str>) -> String {
    match id {
        Some(id) => format!(":\nid: {id}\n\n"),
        None => ":\n\n".to_owned(),
    }
}
