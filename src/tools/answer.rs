//! From JSON arguments to a tool and back to a result: the same for every tool.
//!
//! Unknown arguments are passed over, as the protocol's reference server does it (some clients add
//! their own), but they are named in `warnings`: an `idempotencyKey` that was meant to be
//! `idempotency_key` must not vanish without a word.

use futures::future::{FutureExt, LocalBoxFuture};
use serde_json::{Value, json};

use super::Tool;
use super::definition::Takes;
use crate::auth::Scope;
use crate::desk::{Code, Desk, Errand, Said, ToolError, begin, end};
use crate::json::{self, Tree};
use crate::mcp::{Question, ToolResult};

/// A tool as the table knows it: what differs from tool to tool, behind one shape.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) scope: Scope,
    /// It changes something, so that its end is on record before it is answered.
    is_act: bool,
    run: for<'a> fn(&'a Takes, &'a Desk<'a>) -> Running<'a>,
}

/// A tool at work; its output as JSON text.
type Running<'a> = LocalBoxFuture<'a, Result<String, ToolError>>;

impl Entry {
    /// The entry of a tool.
    pub(super) const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            scope: T::SCOPE,
            is_act: !T::HINTS.read_only_hint,
            run: run::<T>,
        }
    }

    /// Runs the tool with arguments that are the text of a JSON object; the call is on record before and
    /// after.
    pub(super) async fn call(&self, arguments: &str, takes: &Takes, desk: &Desk<'_>) -> ToolResult {
        let mut desk = Desk {
            errand: Errand {
                tool: self.name,
                arguments,
                ..desk.errand
            },
            ..desk.clone()
        };
        let intent = begin(&desk, &|name| takes.knows(name));
        desk.intent = self.is_act.then(|| intent.clone());
        let outcome = match self.refused(&desk) {
            Some(refusal) => Err(refusal),
            None => (self.run)(takes, &desk).await,
        };
        let code = outcome.as_ref().err().map(|error| error.code);
        end(&desk, intent, code).await;
        match outcome {
            Ok(text) => success(text, &ignored(self.name, takes, arguments)),
            Err(error) => failure(&error),
        }
    }

    /// Why it is not even begun.
    fn refused(&self, desk: &Desk<'_>) -> Option<ToolError> {
        if desk.errand.said == Said::No {
            let message = "nothing was done: the person was asked and said no";
            return Some(
                ToolError::new(Code::Forbidden, message)
                    .hint("do not ask again unless the person wants you to"),
            );
        }
        desk.require_scope(self.scope, self.name).err()
    }
}

fn run<'a, T: Tool>(takes: &'a Takes, desk: &'a Desk<'a>) -> Running<'a> {
    async move {
        let arguments = json::read::<T::Arguments>(desk.errand.arguments.as_bytes())
            .map_err(|error| misfit(T::NAME, takes, &error))?;
        let output = T::run(arguments, desk).await?;
        serde_json::to_string(&output).map_err(|error| {
            let message = format!("the answer could not be written: {error}");
            ToolError::new(Code::ProviderFailed, message)
        })
    }
    .boxed_local()
}

fn success(text: String, warnings: &[String]) -> ToolResult {
    let text = with_warnings(text, warnings);
    ToolResult {
        structured: Some(text.clone()),
        text,
        is_error: false,
        question: None,
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
fn misfit(tool: &str, takes: &Takes, error: &json::Error) -> ToolError {
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
