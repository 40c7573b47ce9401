//! From JSON arguments to a tool and back to a result: the same for every tool.
//!
//! Unknown arguments are passed over, as the protocol's reference server does it (some clients add
//! their own), but they are named in `warnings`: an `idempotencyKey` that was meant to be
//! `idempotency_key` must not vanish without a word.

use serde_json::{Value, json};

use super::Tool;
use super::definition::Takes;
use crate::desk::{Code, Desk, Errand, Said, ToolError, begin};
use crate::json::{self, Tree};
use crate::mcp::{Question, ToolResult};

/// Runs `T` with arguments that are the text of a JSON object; the call is on record before and after.
pub(super) async fn call<T: Tool>(arguments: &str, takes: &Takes, desk: &Desk<'_>) -> ToolResult {
    let desk = Desk {
        errand: Errand {
            tool: T::NAME,
            arguments,
            ..desk.errand
        },
        ..desk.clone()
    };
    let trail = begin(&desk, |name| takes.knows(name), !T::HINTS.read_only_hint);
    let outcome = run::<T>(takes, &desk).await;
    trail
        .end(&desk, outcome.as_ref().err().map(|error| error.code))
        .await;
    match outcome {
        Ok(output) => success(
            serde_json::to_string(&output),
            &ignored(T::NAME, takes, arguments),
        ),
        Err(error) => failure(&error),
    }
}

async fn run<T: Tool>(takes: &Takes, desk: &Desk<'_>) -> Result<T::Output, ToolError> {
    desk.require_scope(T::SCOPE, T::NAME)?;
    if desk.errand.said == Said::No {
        let message = "nothing was done: the person was asked and said no";
        return Err(ToolError::new(Code::Forbidden, message)
            .hint("do not ask again unless the person wants you to"));
    }
    let arguments = json::read::<T::Arguments>(desk.errand.arguments.as_bytes())
        .map_err(|error| misfit(T::NAME, takes, &error))?;
    T::run(arguments, desk).await
}

fn success(text: serde_json::Result<String>, warnings: &[String]) -> ToolResult {
    match text.map(|text| with_warnings(text, warnings)) {
        Ok(text) => ToolResult {
            structured: Some(text.clone()),
            text,
            is_error: false,
            question: None,
        },
        Err(error) => failure(&ToolError::new(
            Code::ProviderFailed,
            format!("the answer could not be written: {error}"),
        )),
    }
}

/// Adds warnings to those that the tool has already.
fn with_warnings(text: String, warnings: &[String]) -> String {
    if warnings.is_empty() {
        return text;
    }
    let Ok(mut value) = json::any(text.as_bytes()) else {
        return text;
    };
    let members = value.as_object_mut();
    let own = members.map(|members| members.entry("warnings").or_insert_with(|| json!([])));
    if let Some(own) = own.and_then(Value::as_array_mut) {
        own.extend(warnings.iter().map(|warning| json!(warning)));
    }
    value.to_string()
}

fn failure(error: &ToolError) -> ToolResult {
    ToolResult {
        text: error.text(),
        structured: Some(error.structured().to_string()),
        is_error: true,
        question: question(error),
    }
}

/// What a person should be asked before this is done.
fn question(error: &ToolError) -> Option<Question> {
    let details = error
        .details
        .as_ref()
        .filter(|_| error.code == Code::ConfirmationRequired)?;
    let text = |name: &str| details.get(name).and_then(Value::as_str);
    let would = text("wouldDo")?;
    Some(Question {
        message: format!("May the assistant {would}?"),
        state: text("confirm")?.to_owned(),
        url: text("approve").map(str::to_owned),
    })
}

/// Arguments that do not fit: what is wrong, and what the tool takes.
fn misfit(tool: &str, takes: &Takes, error: &serde_json::Error) -> ToolError {
    let problem = error.to_string();
    let problem = problem.split(" at line ").next().unwrap_or_default();
    ToolError::invalid(format!("{tool}: {problem}")).hint(format!("{tool} takes: {takes}"))
}

/// One warning for each argument that the tool does not know.
fn ignored(tool: &str, takes: &Takes, arguments: &str) -> Vec<String> {
    let Ok(given) = Tree::parse(arguments.as_bytes()) else {
        return Vec::new();
    };
    given
        .names()
        .filter(|name| !takes.knows(name))
        .take(10)
        .map(|name| {
            let name: String = name.chars().take(60).collect();
            format!("`{name}` was ignored: {tool} has no such argument")
        })
        .collect()
}
