//! The prompts: what people really start with, ready to pick in a client's menu.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::mcp::{Prompt, PromptArguments, PromptError, PromptMessage, Role};

/// One prompt. Its text names each argument in braces.
struct Template {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Argument],
    text: &'static str,
}

/// One argument of a prompt.
struct Argument {
    name: &'static str,
    description: &'static str,
    /// What stands in the text where it is left out; `None`: it must be given.
    otherwise: Option<&'static str>,
}

/// The prompt that places a call.
pub const REACH: &str = "reach_somebody";
/// The prompt that looks for free people.
pub const WHO_IS_FREE: &str = "who_is_free";

const EXTENSION: Argument = Argument {
    name: "extension",
    description: "Extension number; the default one if left out",
    otherwise: Some("my default extension"),
};

const TEMPLATES: [Template; 5] = [
    Template {
        name: REACH,
        title: "Reach somebody",
        description: "Find a person or somebody free in a department, and call them.",
        arguments: &[
            Argument {
                name: "who",
                description: "A name, an extension number, or a department",
                otherwise: None,
            },
            Argument {
                name: "from",
                description: "Your own extension; the default one if left out",
                otherwise: Some("my default extension"),
            },
        ],
        text: "I want to speak with {who}. Find them with get_extensions (include_status), say who is \
               free and who is not, and ask me which one to call if several fit. Then call them from \
               {from} with make_call, giving a fresh idempotency_key, and tell me what the phone \
               system answered.",
    },
    Template {
        name: WHO_IS_FREE,
        title: "Who is free?",
        description: "Who of a department, or of everybody, could take a call now.",
        arguments: &[Argument {
            name: "department",
            description: "Name of the department; everybody if left out",
            otherwise: Some("everybody"),
        }],
        text: "Show who of {department} could take a call now. Use get_extensions with \
               include_status; free means: a phone is signed in, the profile is Available, and they \
               are not on a call. List them with their numbers, then the others with the reason.",
    },
    Template {
        name: "missed_calls",
        title: "Missed calls to return",
        description: "Who called in vain and should be called back.",
        arguments: &[EXTENSION],
        text: "Which missed calls of {extension} should be returned? Use get_call_logs (direction \
               Inbound, since yesterday) and keep those with status Missed whose caller was not \
               spoken with since. One line a caller: number, name, how often, when last. Then ask me \
               whom to call.",
    },
    Template {
        name: "todays_calls",
        title: "Today's calls",
        description: "What an extension's telephone did today.",
        arguments: &[EXTENSION],
        text: "Summarise today's calls of {extension}: read get_call_logs for today to its last page, \
               then say how many were answered, missed and placed, the talk time, and the calls that \
               stand out.",
    },
    Template {
        name: "hand_over",
        title: "Hand over a call",
        description: "Give the current call to a colleague who is free.",
        arguments: &[
            Argument {
                name: "to",
                description: "A name, an extension number, or a department",
                otherwise: None,
            },
            EXTENSION,
        ],
        text: "Hand the current call of {extension} over to {to}. Look at the call with get_presence, \
               find somebody free with get_extensions (include_status), and ask me before you move it. \
               Then use transfer_call with type attended, so that the caller stays with me if nobody \
               answers.",
    },
];

/// `prompts/list`: a JSON array, written once per isolate.
pub fn list() -> &'static str {
    static LIST: LazyLock<String> = LazyLock::new(|| {
        let prompts = TEMPLATES.iter().map(|template| {
            let arguments = template.arguments.iter().map(|argument| {
                json!({
                    "name": argument.name,
                    "description": argument.description,
                    "required": argument.otherwise.is_none(),
                })
            });
            json!({
                "name": template.name,
                "title": template.title,
                "description": template.description,
                "arguments": arguments.collect::<Vec<Value>>(),
            })
        });
        Value::Array(prompts.collect()).to_string()
    });
    &LIST
}

/// Fills in a prompt.
pub fn get(name: &str, arguments: &PromptArguments) -> Result<Prompt, PromptError> {
    let template = TEMPLATES.iter().find(|template| template.name == name);
    let template = template.ok_or(PromptError::NotFound)?;
    let mut text = template.text.to_owned();
    for argument in template.arguments {
        let given = arguments
            .get(argument.name)
            .map(str::trim)
            .filter(|given| !given.is_empty());
        let value = given.or(argument.otherwise).ok_or_else(|| {
            PromptError::Invalid(format!(
                "{} is missing: {}",
                argument.name, argument.description
            ))
        })?;
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let value = if is_number {
            format!("extension {value}")
        } else {
            value.to_owned()
        };
        text = text.replace(&format!("{{{}}}", argument.name), &value);
    }
    Ok(Prompt {
        description: Some(template.description.to_owned()),
        messages: vec![PromptMessage {
            role: Role::User,
            text,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prompt_is_filled_in() {
        for template in &TEMPLATES {
            let all = template
                .arguments
                .iter()
                .map(|argument| (argument.name, "100"));
            let prompt = get(template.name, &all.collect()).unwrap();
            let text = &prompt.messages[0].text;
            assert!(!text.contains('{') && text.contains("100"), "{text}");
            let needed = template
                .arguments
                .iter()
                .any(|argument| argument.otherwise.is_none());
            assert_eq!(
                get(template.name, &PromptArguments::default()).is_err(),
                needed
            );
        }
        assert!(matches!(
            get("dial", &PromptArguments::default()),
            Err(PromptError::NotFound)
        ));
    }
}
