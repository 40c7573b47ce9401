//! Values by the schemas of OpenAPI 3.0, which are translated to JSON Schema: there `nullable` is a type
//! of its own, and what an object does not know is refused.

use serde_json::{Map, Value, json};

use super::Verdict;
use super::document::Document;

/// How texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// `'…'`, an inner quote doubled, `null` for nothing.
    OData,
    /// As they are.
    Plain,
}

/// A value in a path or a query.
pub(super) fn check_text(
    document: &Document,
    schema: &Value,
    text: &str,
    writing: Writing,
) -> Verdict {
    let value = match (writing, kind(document, schema)) {
        (Writing::OData, _) if text == "null" => Value::Null,
        (Writing::OData, Kind::Text) => Value::String(unquoted(text)?),
        (_, Kind::Text | Kind::Bare) => Value::String(text.to_owned()),
        (_, Kind::Json) => {
            serde_json::from_str(text).map_err(|_| format!("{text} is not what {schema} says"))?
        }
    };
    check(document, schema, &value)
}

/// A JSON value.
pub(super) fn check(document: &Document, schema: &Value, value: &Value) -> Verdict {
    let mut schemas = Map::new();
    gather(document, schema, &mut schemas);
    let mut root = closed(schema);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["components"] = json!({ "schemas": schemas });
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&root)
        .map_err(|error| format!("the document's schema cannot be used: {error}"))?;
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|fault| format!("{fault} at '{}'", fault.instance_path()))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("; "))
    }
}

/// The inside of `'…'`.
pub(super) fn unquoted(text: &str) -> Verdict<String> {
    let inner = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .ok_or_else(|| format!("{text} is not in quotes"))?;
    if inner.replace("''", "").contains('\'') {
        return Err(format!("{text} has a quote that is not doubled"));
    }
    Ok(inner.replace("''", "'"))
}

enum Kind {
    /// In quotes.
    Text,
    /// Times and identifiers: texts for JSON, never quoted in OData.
    Bare,
    /// Numbers and booleans.
    Json,
}

fn kind(document: &Document, schema: &Value) -> Kind {
    let schema = document.resolve(schema);
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return kind(document, only);
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("date" | "date-time" | "duration" | "time" | "uuid")) => Kind::Bare,
        (Some("string"), _) => Kind::Text,
        _ => Kind::Json,
    }
}

/// Every named schema that this one leads to.
fn gather(document: &Document, schema: &Value, schemas: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|it| it.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && !schemas.contains_key(name)
            {
                let target = document.resolve(schema);
                schemas.insert(name.to_owned(), open(target));
                gather(document, target, schemas);
            }
            for member in members.values() {
                gather(document, member, schemas);
            }
        }
        Value::Array(items) => {
            for item in items {
                gather(document, item, schemas);
            }
        }
        _ => {}
    }
}

/// An object that says nothing about its members.
fn is_free(schema: &Value) -> bool {
    schema["type"] == "object" && schema["properties"].is_null() && schema["allOf"].is_null()
}

/// A schema at the place of its use: no more members than it names.
fn closed(schema: &Value) -> Value {
    let mut translated = open(schema);
    if !is_free(schema) {
        translated["unevaluatedProperties"] = json!(false);
    }
    translated
}

/// A schema as part of another one, or under its name.
fn open(schema: &Value) -> Value {
    let mut translated = Map::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let value = match keyword.as_str() {
            "properties" => {
                let members = value.as_object().into_iter().flatten();
                members
                    .map(|(name, member)| (name.clone(), closed(member)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            "items" | "additionalProperties" if value.is_object() => closed(value),
            "allOf" | "anyOf" | "oneOf" => {
                let parts = value.as_array().into_iter().flatten();
                parts.map(open).collect::<Vec<_>>().into()
            }
            "$ref"
            | "additionalProperties"
            | "enum"
            | "format"
            | "maxItems"
            | "maxLength"
            | "maximum"
            | "minItems"
            | "minLength"
            | "minimum"
            | "pattern"
            | "required"
            | "type"
            | "uniqueItems" => value.clone(),
            _ => continue,
        };
        translated.insert(keyword.clone(), value);
    }
    if schema["nullable"] == json!(true) {
        json!({ "anyOf": [{ "type": "null" }, translated] })
    } else {
        Value::Object(translated)
    }
}
