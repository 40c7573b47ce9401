//! The envelope of a Generic SMS webhook, read as strictly as its published samples allow.
//!
//! Every key of the samples is required and no other is taken, because nobody knows what 3CX does with
//! what it does not expect. Samples: EC-SH/3cx-SMS-VI-Connector (a message), NdoleStudio/httpsms (a report).

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    data: Data,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    id: String,
    event_type: String,
    occurred_at: String,
    record_type: String,
    payload: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Received {
    direction: String,
    r#type: String,
    record_type: String,
    received_at: String,
    text: String,
    from: Party,
    to: Vec<Party>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    id: String,
    #[serde(default)]
    completed_at: Option<String>,
    r#type: String,
    from: Party,
    to: Vec<Party>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Party {
    phone_number: String,
    #[serde(default)]
    status: String,
}

/// What the provider tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Somebody outside wrote.
    Received {
        id: String,
        from: String,
        to: String,
        text: String,
    },
    /// What became of a message.
    Report { id: String, status: String },
}

/// Reads a body, or says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Told, String> {
    let Envelope { data } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if data.record_type != "event" || data.id.is_empty() || !is_time(&data.occurred_at) {
        return Err("data: id, occurred_at or record_type".to_owned());
    }
    match data.event_type.as_str() {
        "message.received" => received(data),
        "message.sent" | "message.finalized" => report(data),
        other => Err(format!("event_type {other}")),
    }
}

fn received(data: Data) -> Result<Told, String> {
    let it: Received = serde_json::from_value(data.payload).map_err(|error| error.to_string())?;
    let [to] = it.to.as_slice() else {
        return Err("to: one number".to_owned());
    };
    let arrived = [&it.from, to]
        .iter()
        .all(|party| party.status == "webhook_delivered");
    let kinds = (
        it.direction.as_str(),
        it.r#type.as_str(),
        it.record_type.as_str(),
    );
    if kinds != ("inbound", "SMS", "message") || !arrived || !is_time(&it.received_at) {
        return Err("payload: direction, type, record_type, status or received_at".to_owned());
    }
    let (from, to) = (number(&it.from)?, number(to)?);
    Ok(Told::Received {
        id: data.id,
        from,
        to,
        text: it.text,
    })
}

fn report(data: Data) -> Result<Told, String> {
    let it: Report = serde_json::from_value(data.payload).map_err(|error| error.to_string())?;
    let [to] = it.to.as_slice() else {
        return Err("to: one number".to_owned());
    };
    number(&it.from)?;
    number(to)?;
    let is_final = data.event_type == "message.finalized";
    let statuses: &[&str] = if is_final {
        &["delivered", "sending_failed"]
    } else {
        &["sent"]
    };
    if it.r#type != "SMS" || it.id.is_empty() || !statuses.contains(&to.status.as_str()) {
        return Err("payload: id, type or status".to_owned());
    }
    if is_final && !it.completed_at.as_deref().is_some_and(is_time) {
        return Err("payload: completed_at".to_owned());
    }
    Ok(Told::Report {
        id: it.id,
        status: to.status.clone(),
    })
}

/// E.164, as 3CX asks for everywhere.
fn number(party: &Party) -> Result<String, String> {
    let number = &party.phone_number;
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(number.clone())
    } else {
        Err(format!("phone_number {number}"))
    }
}

/// `2026-03-17T22:50:29.000Z`, with a fraction or without.
fn is_time(text: &str) -> bool {
    let shape = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    let shape: String = text.bytes().map(|byte| char::from(shape(byte))).collect();
    let head = shape
        .strip_prefix("0000-00-00T00:00:00")
        .and_then(|rest| rest.strip_suffix('Z'));
    head.is_some_and(|fraction| {
        fraction.is_empty()
            || (fraction.starts_with('.') && fraction[1..].bytes().all(|it| it == b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INBOUND: &str = include_str!("../../tests/samples/generic_sms_inbound_to_3cx.json");
    const REPORT: &str = include_str!("../../tests/samples/generic_sms_delivery_report.json");

    #[test]
    fn published_samples() {
        let Told::Received { text, from, .. } = read(INBOUND.as_bytes()).expect("a message") else {
            panic!("not a message");
        };
        assert_eq!((text.as_str(), from.as_str()), ("Hello", "+13055550111"));
        let Told::Report { status, .. } = read(REPORT.as_bytes()).expect("a report") else {
            panic!("not a report");
        };
        assert_eq!(status, "delivered");
    }

    #[track_caller]
    fn refused(sample: &str, from: &str, to: &str) {
        let changed = sample.replace(from, to);
        assert_ne!(changed, sample, "{from}");
        assert!(read(changed.as_bytes()).is_err(), "{changed}");
    }

    #[test]
    fn everything_else() {
        refused(INBOUND, "message.received", "message.arrived");
        refused(INBOUND, "\"direction\"", "\"way\"");
        refused(INBOUND, "webhook_delivered", "delivered");
        refused(INBOUND, "+13055550111", "13055550111");
        refused(INBOUND, "\"type\":\"SMS\"", "\"type\":\"WhatsApp\"");
        refused(INBOUND, "2026-03-17T22:50:29.000Z", "17.3.2026");
        refused(INBOUND, "\"text\":\"Hello\"", "\"text\":null");
        refused(REPORT, "\"delivered\"", "\"read\"");
        refused(REPORT, "message.finalized", "message.sent");
        refused(REPORT, "completed_at", "done_at");
        assert!(read(b"{}").is_err() && read(b"\xff").is_err());
    }
}
