//! The body of a request to the mind, held against the documented shape.

use serde_json::Value;

const MEMBERS: [&str; 12] = [
    "model",
    "max_tokens",
    "system",
    "messages",
    "stream",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "metadata",
];

type Verdict<T = ()> = Result<T, String>;

/// A good body, or why it is none.
pub(super) fn read(body: &[u8]) -> Verdict<Value> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let members = body.as_object().ok_or("the body is no object")?;
    if let Some(name) = members
        .keys()
        .find(|name| !MEMBERS.contains(&name.as_str()))
    {
        return Err(format!("no member {name:?}"));
    }
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Err("no model".to_owned());
    }
    if !body["max_tokens"]
        .as_u64()
        .is_some_and(|it| (1..=64_000).contains(&it))
    {
        return Err(format!("max_tokens: {}", body["max_tokens"]));
    }
    if body["stream"] != true {
        return Err("not streamed".to_owned());
    }
    if let Some(system) = members.get("system") {
        texts(system).map_err(|why| format!("system: {why}"))?;
    }
    if let Some(tools) = members.get("tools") {
        for tool in tools.as_array().ok_or("tools are no list")? {
            check_tool(tool).map_err(|why| format!("tools: {why}"))?;
        }
    }
    messages(&body["messages"])?;
    Ok(body)
}

/// A text, or a list of blocks of text.
fn texts(value: &Value) -> Verdict {
    let filled = |value: &Value| value.as_str().is_some_and(|it| !it.trim().is_empty());
    let blocks = value.as_array();
    let is_text = |block: &Value| block["type"] == "text" && filled(&block["text"]);
    if filled(value) || blocks.is_some_and(|it| !it.is_empty() && it.iter().all(is_text)) {
        Ok(())
    } else {
        Err(format!("neither a text nor texts: {value}"))
    }
}

fn check_tool(tool: &Value) -> Verdict {
    let name = tool["name"].as_str().unwrap_or_default();
    let fine = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    if name.is_empty() || name.len() > 128 || !name.bytes().all(fine) {
        return Err(format!("name {name:?}"));
    }
    let schema = &tool["input_schema"];
    let named = |it: &Value| {
        it.as_str()
            .is_some_and(|it| !schema["properties"][it].is_null())
    };
    let required = schema["required"].as_array();
    if schema["type"] != "object" || required.is_some_and(|it| !it.iter().all(named)) {
        return Err(format!("the schema of {name}: {schema}"));
    }
    Ok(())
}

/// Sides alternate, the user begins and ends, and every use of a tool is followed by its result.
fn messages(messages: &Value) -> Verdict {
    let messages = messages.as_array().ok_or("no messages")?;
    let mut used: Vec<&str> = Vec::new();
    let mut expected = ["user", "assistant"].into_iter().cycle();
    for (index, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if Some(role) != expected.next() {
            return Err(format!("message {index} is {role:?}: sides must alternate"));
        }
        let content = &message["content"];
        let blocks = match content.as_array() {
            Some(blocks) if !blocks.is_empty() => blocks.as_slice(),
            _ => {
                texts(content).map_err(|why| format!("message {index}: {why}"))?;
                &[]
            }
        };
        let mut results = Vec::new();
        let mut uses = Vec::new();
        for (place, block) in blocks.iter().enumerate() {
            let id = |name: &str| block[name].as_str().filter(|it| !it.is_empty());
            match (role, block["type"].as_str().unwrap_or_default()) {
                (_, "text") => {
                    let text = block["text"].as_str().unwrap_or_default();
                    if text.trim().is_empty() {
                        return Err(format!("message {index}: an empty text"));
                    }
                }
                ("assistant", "tool_use") => {
                    if block["name"].as_str().is_none() || !block["input"].is_object() {
                        return Err(format!("message {index}: {block}"));
                    }
                    uses.push(id("id").ok_or("a use without an id")?);
                }
                ("user", "tool_result") => {
                    if place > results.len() {
                        return Err(format!("message {index}: a result behind something else"));
                    }
                    results.push(id("tool_use_id").ok_or("a result of nothing")?);
                }
                (_, other) => return Err(format!("message {index}: a block {other:?}")),
            }
        }
        results.sort_unstable();
        used.sort_unstable();
        if results != used {
            return Err(format!(
                "message {index}: results of {results:?}, not of {used:?}"
            ));
        }
        used = uses;
    }
    match messages.last() {
        Some(last) if last["role"] == "user" => Ok(()),
        _ => Err("the last message is not the user's".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(messages: Value) -> Value {
        json!({
            "model": "claude-haiku-4-5", "max_tokens": 300, "stream": true, "system": "You are Basma.",
            "tools": [{ "name": "transfer", "description": "x", "input_schema": {
                "type": "object", "properties": { "to": { "type": "string" } }, "required": ["to"] } }],
            "messages": messages,
        })
    }

    fn taken(body: &Value) -> bool {
        read(body.to_string().as_bytes()).is_ok()
    }

    fn user(content: Value) -> Value {
        json!({ "role": "user", "content": content })
    }

    fn assistant(content: Value) -> Value {
        json!({ "role": "assistant", "content": content })
    }

    #[test]
    fn conversations() {
        let used = || {
            assistant(json!([{ "type": "text", "text": "One moment." },
            { "type": "tool_use", "id": "t1", "name": "transfer", "input": { "to": "100" } }]))
        };
        let result =
            |id: &str| json!({ "type": "tool_result", "tool_use_id": id, "content": "done" });
        let text = json!({ "type": "text", "text": "and?" });
        for (messages, good) in [
            (json!([user(json!("hi"))]), true),
            (
                json!([
                    user(json!("hi")),
                    assistant(json!("yes?")),
                    user(json!("how"))
                ]),
                true,
            ),
            (
                json!([user(json!("hi")), used(), user(json!([result("t1"), text]))]),
                true,
            ),
            (json!([]), false),
            (json!([assistant(json!("yes?"))]), false),
            (json!([user(json!("hi")), user(json!("hi"))]), false),
            (json!([user(json!("hi")), assistant(json!("yes?"))]), false),
            (json!([user(json!(""))]), false),
            (json!([user(json!([]))]), false),
            (
                json!([user(json!([{ "type": "text", "text": " " }]))]),
                false,
            ),
            (
                json!([user(json!("hi")), used(), user(json!("and?"))]),
                false,
            ),
            (
                json!([user(json!("hi")), used(), user(json!([result("t2")]))]),
                false,
            ),
            (
                json!([user(json!("hi")), used(), user(json!([text, result("t1")]))]),
                false,
            ),
            (json!([user(json!([result("t1")]))]), false),
        ] {
            assert_eq!(taken(&body(messages.clone())), good, "{messages}");
        }
    }

    #[test]
    fn members() {
        let good = body(json!([user(json!("hi"))]));
        for (name, value) in [
            ("model", json!("")),
            ("max_tokens", Value::Null),
            ("max_tokens", json!(0)),
            ("stream", json!(false)),
            ("system", json!("")),
            ("system", json!({ "text": "x" })),
            (
                "tools",
                json!([{ "name": "a b", "input_schema": { "type": "object" } }]),
            ),
            (
                "tools",
                json!([{ "name": "a", "input_schema": { "type": "string" } }]),
            ),
            (
                "tools",
                json!([{ "name": "a", "input_schema": {
                "type": "object", "properties": {}, "required": ["to"] } }]),
            ),
            ("response_format", json!("json")),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(!taken(&bad), "{bad}");
        }
        assert!(read(b"[]").is_err() && read(b"{").is_err());
    }
}
