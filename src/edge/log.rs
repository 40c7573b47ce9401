//! One JSON line an event. Never bodies, secrets or telephone numbers.

use serde_json::{Value, json};
use worker::{console_error, console_log};

use super::clock;

/// Something that went as it should.
pub(super) fn info(event: &str, fields: Value) {
    console_log!("{}", line("info", event, fields));
}

/// Something an administrator should look at.
pub(super) fn error(event: &str, fields: Value) {
    console_error!("{}", line("error", event, fields));
}

fn line(level: &str, event: &str, fields: Value) -> Value {
    let mut line = json!({
        "level": level,
        "event": event,
        "at": crate::time::iso(clock::now()),
    });
    if let (Some(members), Value::Object(fields)) = (line.as_object_mut(), fields) {
        members.extend(fields);
    }
    line
}
