//! The served product of the tests: the oracle's tools and resource, and one prompt with completion.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::mcp::{
    CallError, Completion, CompletionReference, CompletionRequest, Identity, NotPermitted, Prompt,
    PromptArguments, PromptError, PromptMessage, ReadError, ResourceText, Role, Service, ToolCall,
    ToolResult,
};

pub(super) struct Fixture {
    identity: Identity,
    tools: String,
    pub(super) can_watch: bool,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let identity = Identity {
            name: Cow::Borrowed("oracle"),
            title: Cow::Borrowed("Oracle"),
            version: Cow::Borrowed("1.0.0"),
            website_url: Some(Cow::Borrowed("https://oracle.example/")),
            description: Some(Cow::Borrowed("Answers like the SDK.")),
            instructions: Cow::Borrowed("hello"),
        };
        Self {
            identity,
            tools: tools().to_string(),
            can_watch: false,
        }
    }
}

fn lacks() -> NotPermitted {
    NotPermitted {
        message: "the key is under the mat".to_owned(),
        needs: "read open".to_owned(),
    }
}

pub(super) fn tools() -> Value {
    let number = json!({"type": "number"});
    let anything = json!({"type": "object"});
    json!([
        {
            "name": "add",
            "description": "Add",
            "inputSchema": {
                "type": "object",
                "properties": {"a": number, "b": number},
                "required": ["a", "b"],
            },
            "outputSchema": {
                "type": "object",
                "properties": {"sum": number},
                "required": ["sum"],
            },
        },
        {"name": "boom", "description": "Fails", "inputSchema": anything},
        {"name": "slow", "description": "Takes its time", "inputSchema": anything},
    ])
}

pub(super) const RESOURCES: &str =
    r#"[{"uri":"test://cfg","name":"cfg","description":"d","mimeType":"text/plain"}]"#;
pub(super) const PROMPTS: &str =
    r#"[{"name":"greet","description":"g","arguments":[{"name":"who","required":true}]}]"#;

impl Service for Fixture {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn tools(&self) -> &str {
        &self.tools
    }

    fn resources(&self) -> &str {
        RESOURCES
    }

    fn resource_templates(&self) -> &'static str {
        "[]"
    }

    fn prompts(&self) -> &str {
        PROMPTS
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<ToolResult, CallError> {
        match call.name {
            "add" => Ok(add(call.arguments)),
            "boom" => Ok(failure("kaput")),
            "slow" => Ok(text("done")),
            "context" => Ok(text(&format!("{:?}", call.context))),
            "locked" => Err(CallError::NotPermitted(lacks())),
            _ => Err(CallError::UnknownTool),
        }
    }

    async fn read_resource(&self, uri: &str) -> Result<ResourceText, ReadError> {
        match uri {
            "test://cfg" => Ok(ResourceText {
                uri: uri.to_owned(),
                mime_type: Cow::Borrowed("text/plain"),
                text: "x".to_owned(),
            }),
            "test://broken" => Err(ReadError::Failed {
                message: "the disk is wet; dry it".to_owned(),
                data: json!({"code": "wet"}),
            }),
            "test://locked" => Err(ReadError::NotPermitted(lacks())),
            _ => Err(ReadError::NotFound),
        }
    }

    fn can_watch(&self) -> bool {
        self.can_watch
    }

    fn may_watch(&self, uri: &str) -> Result<bool, NotPermitted> {
        match uri {
            "test://cfg" | "test://more" => Ok(true),
            "test://locked" => Err(lacks()),
            _ => Ok(false),
        }
    }

    fn get_prompt(&self, name: &str, arguments: &PromptArguments) -> Result<Prompt, PromptError> {
        if name != "greet" {
            return Err(PromptError::NotFound);
        }
        let who = arguments
            .get("who")
            .ok_or_else(|| PromptError::Invalid("who is missing; say whom to greet".to_owned()))?;
        let message = PromptMessage {
            role: Role::User,
            text: format!("Greet {who}."),
        };
        Ok(Prompt {
            description: Some("g".to_owned()),
            messages: vec![message],
        })
    }

    async fn complete(&self, request: CompletionRequest<'_>) -> Completion {
        match request.reference {
            CompletionReference::Prompt("greet") => Completion {
                values: (0..150).map(|n| format!("{}{n}", request.value)).collect(),
                ..Completion::default()
            },
            CompletionReference::Resource("test://{city}") => Completion {
                values: request
                    .context
                    .get("country")
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                total: Some(1),
                has_more: Some(false),
            },
            _ => Completion::default(),
        }
    }
}

fn add(arguments: &str) -> ToolResult {
    let Ok(arguments) = serde_json::from_str::<Value>(arguments) else {
        return failure("the arguments are nested too deeply");
    };
    match (arguments["a"].as_i64(), arguments["b"].as_i64()) {
        (Some(a), Some(b)) => ToolResult {
            structured: Some(json!({"sum": a + b}).to_string()),
            ..text(&(a + b).to_string())
        },
        _ => failure("a and b must be numbers"),
    }
}

fn text(text: &str) -> ToolResult {
    ToolResult {
        text: text.to_owned(),
        structured: None,
        is_error: false,
        question: None,
    }
}

fn failure(message: &str) -> ToolResult {
    ToolResult {
        is_error: true,
        ..text(message)
    }
}
