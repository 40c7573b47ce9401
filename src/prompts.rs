//! The prompts: what people really start with, ready to pick in a client's menu.

use std::sync::LazyLock;

use serde_json::json;

use crate::mcp::{Prompt, PromptArguments, PromptError, PromptMessage, Role};

/// `prompts/list`: a JSON array, written once per isolate.
pub fn list() -> &'static str {
    static LIST: LazyLock<String> = LazyLock::new(|| {
        json!([
            {
                "name": REACH,
                "title": "Reach somebody",
                "description": "Find a person or somebody free in a department, and call them.",
                "arguments": [
                    {
                        "name": "who",
                        "title": "Who",
                        "description": "A name, an extension number, or a department",
                        "required": true,
                    },
                    {
                        "name": "from",
                        "title": "From",
                        "description": "Your own extension; the default one if left out",
                        "required": false,
                    },
                ],
            },
            {
                "name": WHO_IS_FREE,
                "title": "Who is free?",
                "description": "Who of a department, or of everybody, could take a call now.",
                "arguments": [
                    {
                        "name": "department",
                        "title": "Department",
                        "description": "Name of the department; everybody if left out",
                        "required": false,
                    },
                ],
            },
        ])
        .to_string()
    });
    &LIST
}

/// The name of the prompt that places a call.
pub const REACH: &str = "reach_somebody";
/// The name of the prompt that looks for free people.
pub const WHO_IS_FREE: &str = "who_is_free";

/// Fills in a prompt.
pub fn get(name: &str, arguments: &PromptArguments) -> Result<Prompt, PromptError> {
    let given = |name| {
        arguments
            .get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    match name {
        REACH => {
            let who = given("who").ok_or_else(|| {
                PromptError::Invalid("who is missing: a name, an extension or a department".into())
            })?;
            let from = given("from").map_or_else(
                || "my default extension".to_owned(),
                |from| format!("extension {from}"),
            );
            Ok(prompt(
                "Reach somebody by telephone",
                format!(
                    "I want to speak with {who}. Find them with get_extensions (include_status), \
                     say who is free and who is not, and ask me which one to call if several fit. \
                     Then call them from {from} with make_call, giving a fresh idempotency_key, \
                     and tell me what the phone system answered."
                ),
            ))
        }
        WHO_IS_FREE => {
            let whom = given("department").map_or_else(
                || "of everybody".to_owned(),
                |department| format!("of the department {department}"),
            );
            Ok(prompt(
                "Who could take a call now",
                format!(
                    "Show who {whom} could take a call now. Use get_extensions with \
                     include_status; free means: a phone is signed in, the profile is Available, \
                     and they are not on a call. List them with their numbers, then the others \
                     with the reason."
                ),
            ))
        }
        _ => Err(PromptError::NotFound),
    }
}

fn prompt(description: &str, text: String) -> Prompt {
    Prompt {
        description: Some(description.to_owned()),
        messages: vec![PromptMessage {
            role: Role::User,
            text,
        }],
    }
}
