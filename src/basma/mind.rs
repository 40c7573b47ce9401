//! Claude's stream, read event by event: text, tools, and how it ended.
//!
//! Unknown events and blocks are passed over. An error may come inside a stream that began well; a stream
//! that ends without `message_stop` was cut. Not here: what is sent (`persona`).

use super::fault::Fault;
use super::sse::Events;
use crate::json::Tree;

/// What the mind says or wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thought {
    /// More of the answer.
    Text(String),
    /// It is about to use a tool; the arguments are still coming.
    Reaching,
    /// It uses a tool.
    Use(ToolUse),
    /// The end of the answer.
    Done,
    /// No more will come, and it was not the end.
    Failed(Fault),
}

/// A tool with what it is used for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolUse {
    /// Names this use.
    pub id: String,
    /// Of the tool.
    pub name: String,
    /// JSON, as it came.
    pub input: String,
}

/// Reads one answer.
#[derive(Debug, Default)]
pub struct Reader {
    events: Events,
    using: Option<ToolUse>,
    is_over: bool,
}

impl Reader {
    /// More bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Thought> {
        let mut thoughts = Vec::new();
        for data in self.events.push(bytes) {
            if self.is_over {
                break;
            }
            if let Ok(event) = Tree::parse(data.as_bytes()) {
                thoughts.extend(self.take(&event));
            }
        }
        thoughts
    }

    /// The stream has ended.
    pub fn finish(&mut self) -> Option<Thought> {
        (!std::mem::replace(&mut self.is_over, true)).then_some(Thought::Failed(Fault::Passing))
    }

    fn take(&mut self, event: &Tree<'_>) -> Option<Thought> {
        let text = |of: &Tree<'_>, name: &str| {
            let text = of.member(name).and_then(Tree::text);
            text.unwrap_or_default().to_owned()
        };
        match event.member("type")?.text()? {
            "content_block_start" => {
                let block = event.member("content_block")?;
                if block.member("type")?.text()? != "tool_use" {
                    return None;
                }
                self.using = Some(ToolUse {
                    id: text(block, "id"),
                    name: text(block, "name"),
                    input: String::new(),
                });
                Some(Thought::Reaching)
            }
            "content_block_delta" => {
                let delta = event.member("delta")?;
                match delta.member("type")?.text()? {
                    "text_delta" => Some(Thought::Text(text(delta, "text"))),
                    "input_json_delta" => {
                        let using = self.using.as_mut()?;
                        using.input.push_str(&text(delta, "partial_json"));
                        None
                    }
                    _ => None,
                }
            }
            "content_block_stop" => self.using.take().map(Thought::Use),
            "message_stop" => {
                self.is_over = true;
                Some(Thought::Done)
            }
            "error" => {
                self.is_over = true;
                let kind = event.member("error").map(|error| text(error, "type"));
                Some(Thought::Failed(match kind.as_deref() {
                    Some(
                        "invalid_request_error"
                        | "authentication_error"
                        | "permission_error"
                        | "not_found_error"
                        | "billing_error",
                    ) => Fault::Lasting,
                    _ => Fault::Passing,
                }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &str, size: usize) -> Vec<Thought> {
        let mut reader = Reader::default();
        let mut thoughts: Vec<Thought> = stream
            .as_bytes()
            .chunks(size)
            .flat_map(|chunk| reader.push(chunk))
            .collect();
        thoughts.extend(reader.finish());
        thoughts
    }

    fn event(data: &str) -> String {
        format!("event: x\ndata: {data}\n\n")
    }

    fn text(text: &str) -> String {
        event(&format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#
        ))
    }

    #[test]
    fn text_and_a_tool_however_the_stream_is_cut() {
        let stream = [
            event(r#"{"type":"message_start","message":{"id":"m"}}"#),
            event(r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#),
            event(r#"{"type":"ping"}"#),
            text("مرحبا "),
            event(r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"x"}}"#),
            text("يا أحمد"),
            event(r#"{"type":"content_block_stop","index":0}"#),
            event(r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1","name":"transfer_to","input":{}}}"#),
            event(r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"destination\":"}}"#),
            event(r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"104\"}"}}"#),
            event(r#"{"type":"content_block_stop","index":1}"#),
            event(r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":15}}"#),
            event(r#"{"type":"news","of":["tomorrow"]}"#),
            event(r#"{"type":"message_stop"}"#),
            text("after the end"),
        ]
        .concat();
        let expected = [
            Thought::Text("مرحبا ".into()),
            Thought::Text("يا أحمد".into()),
            Thought::Reaching,
            Thought::Use(ToolUse {
                id: "t1".into(),
                name: "transfer_to".into(),
                input: r#"{"destination":"104"}"#.into(),
            }),
            Thought::Done,
        ];
        for size in [1, 2, 7, 64, 100_000] {
            assert_eq!(read(&stream, size), expected, "{size} bytes at a time");
        }
    }

    #[test]
    fn a_cut_and_an_error_inside_a_good_stream() {
        let cut = [text("Half a sen"), "event: content_block_del".to_owned()].concat();
        let expected = [
            Thought::Text("Half a sen".into()),
            Thought::Failed(Fault::Passing),
        ];
        assert_eq!(read(&cut, 9), expected);
        let overloaded =
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        let stream = [text("Half a sen"), event(overloaded)].concat();
        assert_eq!(read(&stream, 9), expected);
        let refused = r#"{"type":"error","error":{"type":"permission_error","message":"no"}}"#;
        assert_eq!(read(&event(refused), 9), [Thought::Failed(Fault::Lasting)]);
        assert_eq!(read("", 9), [Thought::Failed(Fault::Passing)]);
        assert_eq!(
            read("data: {not json\n\n", 9),
            [Thought::Failed(Fault::Passing)]
        );
    }
}
