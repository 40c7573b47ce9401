//! A reply as server-sent events, in the documented order, and cut into pieces that keep to no boundary.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::{Part, Reply};

/// Letters of a piece of text, and of a tool's arguments.
const LETTERS: usize = 6;

/// One event as bytes.
fn event(data: &Value) -> Vec<u8> {
    let name = data["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

/// All events of a reply; `is_broken`: an error comes in the middle of the first text.
pub(super) fn of(reply: &Reply, model: &str, is_broken: bool) -> Vec<Vec<u8>> {
    let mut events = vec![json!({
        "type": "message_start",
        "message": {
            "id": "msg_stand_in", "type": "message", "role": "assistant", "model": model,
            "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": { "input_tokens": 25, "output_tokens": 1 },
        },
    })];
    let mut reason = "end_turn";
    for (index, part) in reply.parts.iter().enumerate() {
        let block = match part {
            Part::Text(_) => json!({ "type": "text", "text": "" }),
            Part::Tool { name, .. } => {
                reason = "tool_use";
                json!({ "type": "tool_use", "id": format!("toolu_{index}"), "name": name, "input": {} })
            }
        };
        events
            .push(json!({ "type": "content_block_start", "index": index, "content_block": block }));
        if index == 0 {
            events.push(json!({ "type": "ping" }));
        }
        let deltas: Vec<Value> = match part {
            Part::Text(text) => cut(text)
                .map(|text| json!({ "type": "text_delta", "text": text }))
                .collect(),
            Part::Tool { input, .. } => {
                // As the real service does: an empty one first.
                let empty = std::iter::once(String::new());
                empty
                    .chain(cut(&input.to_string()))
                    .map(|json| json!({ "type": "input_json_delta", "partial_json": json }))
                    .collect()
            }
        };
        let half = deltas.len() / 2;
        for (place, delta) in deltas.into_iter().enumerate() {
            if is_broken && place == half {
                let error = json!({ "type": "overloaded_error", "message": "Overloaded" });
                events.push(json!({ "type": "error", "error": error }));
                return events.iter().map(event).collect();
            }
            if place == 1 {
                // Nobody may stumble over what came later than the documentation.
                events.push(
                    json!({ "type": "weather", "index": index, "delta": { "text": "sunny" } }),
                );
            }
            events.push(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        }
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    events.push(json!({
        "type": "message_delta",
        "delta": { "stop_reason": reason, "stop_sequence": null },
        "usage": { "output_tokens": 15 },
    }));
    events.push(json!({ "type": "message_stop" }));
    events.iter().map(event).collect()
}

fn cut(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = letters
        .chunks(LETTERS)
        .map(|it| it.iter().collect())
        .collect();
    pieces.into_iter()
}

/// The bodies of chunks: an event each, or from the middle of one to the middle of the next: inside a
/// letter of several bytes where there is one.
pub(super) fn pieces(events: &[Vec<u8>], splits: bool) -> Vec<Bytes> {
    if !splits {
        return events.iter().map(|it| Bytes::from(it.clone())).collect();
    }
    let mut pieces = Vec::new();
    let mut begun: Vec<u8> = Vec::new();
    for event in events {
        let inside = |byte: &u8| (0x80..0xC0).contains(byte);
        let middle = event.iter().position(inside).unwrap_or(event.len() / 2);
        let (head, tail) = event.split_at(middle);
        begun.extend(head);
        pieces.push(Bytes::from(std::mem::replace(&mut begun, tail.to_vec())));
    }
    pieces.push(Bytes::from(begun));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(events: &[Vec<u8>]) -> Vec<String> {
        let name = |event: &Vec<u8>| {
            let text = String::from_utf8(event.clone()).unwrap();
            let (head, data) = text.split_once("\ndata: ").unwrap();
            let data: Value = serde_json::from_str(data.trim_end()).unwrap();
            let name = head.strip_prefix("event: ").unwrap();
            assert!(data["type"] == name && text.ends_with("\n\n"), "{text}");
            name.to_owned()
        };
        events.iter().map(name).collect()
    }

    #[test]
    fn the_order_of_events() {
        let reply = Reply::text("Certainly.").with_tool("transfer", json!({ "to": "100" }));
        let names = names(&of(&reply, "m", false));
        assert_eq!(
            names,
            [
                "message_start",
                "content_block_start",
                "ping",
                "content_block_delta",
                "weather",
                "content_block_delta",
                "content_block_stop",
                "content_block_start",
                "content_block_delta",
                "weather",
                "content_block_delta",
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop"
            ]
        );
    }

    #[test]
    fn an_error_is_the_last_event() {
        let names = names(&of(&Reply::text("How can I help you today?"), "m", true));
        assert_eq!(names.last().unwrap(), "error");
        assert!(names.contains(&"content_block_delta".to_owned()));
    }

    #[test]
    fn pieces_cut_letters_in_half() {
        let events = of(&Reply::text("مرحبا، كيف حالك؟"), "m", false);
        let whole = events.concat();
        let pieces = pieces(&events, true);
        assert_eq!(pieces.concat(), whole);
        assert!(pieces.iter().any(|it| std::str::from_utf8(it).is_err()));
        assert!(
            pieces
                .iter()
                .all(|it| !it.ends_with(b"\n\n") || it == pieces.last().unwrap())
        );
        assert_eq!(super::pieces(&events, false).len(), events.len());
    }
}
