//! What `tools/list` says of a tool: name, title, description, annotations, both schemas.
//!
//! Made from the types on the host and kept in `definitions.json`; a test holds the two together. The
//! Worker carries the text alone, and none of the code that makes it.
//!
//! Schemas are JSON Schema 2020-12, written so that the pickiest clients take them: no `$defs`, no
//! integer formats, optional is "not required" and never "or null". The result schema also admits
//! the error object, because clients check `structuredContent` of failed calls against it.

use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::Tool;
use crate::json;

/// The four annotations of MCP, all spelled out because their defaults are the dangerous ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "MCP's ToolAnnotations are four booleans"
)]
pub struct Hints {
    /// Changes nothing.
    pub read_only_hint: bool,
    /// May end or change something that somebody else is using.
    pub destructive_hint: bool,
    /// Doing it twice is the same as once.
    pub idempotent_hint: bool,
    /// Reaches people outside this PBX.
    pub open_world_hint: bool,
}

impl Hints {
    /// Reads the PBX.
    pub const READ: Self = Self {
        read_only_hint: true,
        destructive_hint: false,
        idempotent_hint: true,
        open_world_hint: false,
    };
}

/// The definition of one tool.
pub(super) fn of<T: Tool>() -> Value {
    json!({
        "name": T::NAME,
        "title": T::TITLE,
        "description": T::DESCRIPTION,
        "inputSchema": schema::<T::Arguments>(SchemaSettings::draft2020_12()),
        "outputSchema": output_schema::<T::Output>(),
        "annotations": annotations(T::TITLE, T::HINTS),
    })
}

/// The names of a tool's arguments, for messages.
#[derive(Debug, Default)]
pub(super) struct Takes(Vec<(String, bool)>);

impl Takes {
    /// Reads those of every tool off the definitions, so that they cannot differ from what clients see.
    pub(super) fn of_all(definitions: &str) -> Vec<Self> {
        let all: Value = json::any(definitions.as_bytes()).unwrap_or_default();
        let all = all.as_array().into_iter().flatten();
        all.map(|described| Self::of(&described["inputSchema"]))
            .collect()
    }

    fn of(schema: &Value) -> Self {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        Self(
            properties
                .map(|(name, _)| (name.clone(), is_required(name)))
                .collect(),
        )
    }

    /// Whether there is an argument of this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, is_required)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            let mark = if *is_required { " (required)" } else { "" };
            write!(f, "{comma}{name}{mark}")?;
        }
        Ok(())
    }
}

/// The JSON array of all definitions, a tool a line.
pub(super) fn array(definitions: &[Value]) -> String {
    let lines: Vec<String> = definitions.iter().map(Value::to_string).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn annotations(title: &str, hints: Hints) -> Value {
    json!({
        "title": title,
        "readOnlyHint": hints.read_only_hint,
        "destructiveHint": hints.destructive_hint,
        "idempotentHint": hints.idempotent_hint,
        "openWorldHint": hints.open_world_hint,
    })
}

/// The schema of a tool's result, or of the error in its place.
fn output_schema<T: JsonSchema>() -> Value {
    // What is written, as opposed to what would be read: a member that may be left out is optional.
    let mut schema = schema::<T>(SchemaSettings::draft2020_12().for_serialize());
    let Some(root) = schema.as_object_mut() else {
        return schema;
    };
    let required = root.remove("required").unwrap_or_else(|| json!([]));
    if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("error".to_owned(), error_schema());
        properties.insert("warnings".to_owned(), warnings_schema());
    }
    root.insert(
        "anyOf".to_owned(),
        json!([{ "required": required }, { "required": ["error"] }]),
    );
    schema
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "Instead of the other fields where isError is true",
        "properties": {
            "code": { "type": "string" },
            "message": { "type": "string", "description": "What happened" },
            "hint": { "type": "string", "description": "What to do next" },
            "retryable": {
                "type": "boolean",
                "description": "The same request may work later, and repeating it is safe",
            },
            "details": { "type": "object" },
        },
        "required": ["code", "message", "retryable"],
    })
}

fn warnings_schema() -> Value {
    json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "What was not quite as asked, such as arguments that were ignored",
    })
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = SchemaGenerator::new(settings)
        .into_root_schema_for::<T>()
        .to_value();
    if let Some(root) = schema.as_object_mut() {
        root.remove("title");
        root.entry("properties").or_insert_with(|| json!({}));
    }
    simplify(&mut schema);
    schema
}

/// Takes out what schemars adds and picky clients stumble over.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let is_number = members.get("type").is_some_and(|kind| {
                kind.to_string().contains("integer") || kind.to_string().contains("number")
            });
            if is_number {
                members.remove("format");
            }
            // ["string","null"] -> "string": optional members are left out, never null.
            if let Some(Value::Array(kinds)) = members.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [only] = kinds.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            // Where a doc comment was wrapped.
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            members.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}
