//! An OpenAPI document, and whether a request is one of its operations.

use pbx_sim::Entry;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::path::Segment;
use super::value::{self, Writing};
use super::{Verdict, XAPI, below, query};

/// What is needed of the file.
#[derive(Deserialize)]
struct File {
    paths: Map<String, Value>,
    components: Components,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Components {
    schemas: Map<String, Value>,
    parameters: Map<String, Value>,
    responses: Map<String, Value>,
    request_bodies: Map<String, Value>,
}

/// A parsed document.
pub(super) struct Document {
    /// In front of every path.
    base: &'static str,
    /// The part of the document that is used.
    below: &'static str,
    paths: Vec<(Vec<Segment>, Value)>,
    components: Components,
    /// Texts in its paths are in quotes, and its queries have options.
    pub(super) writing: Writing,
}

/// An operation with everything that the document says about its parameters.
struct Operation<'a> {
    document: &'a Document,
    content: &'a Value,
    parameters: Vec<&'a Value>,
}

impl Document {
    pub(super) fn parse(text: &str, base: &'static str, below: &'static str) -> Verdict<Self> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        let split = |(path, item): (String, Value)| Ok((Segment::all(&path)?, item));
        let paths: Verdict<Vec<(Vec<Segment>, Value)>> =
            file.paths.into_iter().map(split).collect();
        let mut paths = paths?;
        // `/callcontrol/ws` is looked at before `/callcontrol/{dn}`.
        paths.sort_by_key(|(segments, _)| segments.iter().filter_map(Segment::placeholder).count());
        let writing = if base == XAPI {
            Writing::OData
        } else {
            Writing::Plain
        };
        Ok(Self {
            base,
            below,
            paths,
            components: file.components,
            writing,
        })
    }

    /// Requests to this path are for this document to judge.
    pub(super) fn knows(&self, path: &str) -> bool {
        below(path, &format!("{}{}", self.base, self.below))
    }

    /// The schema behind `$ref`, or the value itself.
    pub(super) fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(reference) = value["$ref"].as_str() {
            let named = reference.strip_prefix("#/components/");
            let found = named
                .and_then(|named| named.split_once('/'))
                .and_then(|(kind, name)| self.components.of(kind)?.get(name));
            value = found.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        }
        value
    }

    /// The schema of a property, also an inherited one.
    pub(super) fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        let own = schema["properties"].get(name);
        let parts = schema["allOf"].as_array();
        own.or_else(|| {
            let mut parts = parts.into_iter().flatten();
            parts.find_map(|part| self.property(part, name))
        })
    }

    /// A request, whose path this document knows.
    pub(super) fn check(&self, entry: &Entry, options: &[(String, String)]) -> Verdict {
        let path = entry.path.strip_prefix(self.base).unwrap_or(&entry.path);
        let request = Segment::all(path)?;
        let alike = |template: &&(Vec<Segment>, Value)| {
            template.0.len() == request.len()
                && template
                    .0
                    .iter()
                    .zip(&request)
                    .all(|(a, b)| a.is_named_like(b))
        };
        // Two paths may differ in their keys alone: the one whose parameters fit has the better reason.
        let mut misfit = "no such path".to_owned();
        for (template, item) in self.paths.iter().filter(alike) {
            let bound = template.iter().zip(&request).map(|(a, b)| a.bind(b));
            match bound.collect::<Verdict<Vec<_>>>() {
                Ok(bound) => {
                    let operation = self.operation(item, &entry.method)?;
                    return operation.check(&bound.concat(), options, entry);
                }
                Err(fault) => misfit = fault,
            }
        }
        Err(misfit)
    }

    fn operation<'a>(&'a self, item: &'a Value, method: &str) -> Verdict<Operation<'a>> {
        let content = item
            .get(method.to_ascii_lowercase())
            .ok_or_else(|| format!("no {method} here"))?;
        let lists = [&item["parameters"], &content["parameters"]];
        let parameters = lists.into_iter().filter_map(Value::as_array).flatten();
        Ok(Operation {
            document: self,
            content,
            parameters: parameters.map(|it| self.resolve(it)).collect(),
        })
    }
}

impl Components {
    fn of(&self, kind: &str) -> Option<&Map<String, Value>> {
        match kind {
            "schemas" => Some(&self.schemas),
            "parameters" => Some(&self.parameters),
            "responses" => Some(&self.responses),
            "requestBodies" => Some(&self.request_bodies),
            _ => None,
        }
    }
}

impl Operation<'_> {
    fn check(
        &self,
        path: &[(String, String)],
        options: &[(String, String)],
        entry: &Entry,
    ) -> Verdict {
        let (document, writing) = (self.document, self.document.writing);
        for (name, text) in path {
            let schema = self.parameter("path", name)?;
            value::check_text(document, schema, text, writing)
                .map_err(|fault| format!("{name}: {fault}"))?;
        }
        for (name, text) in options {
            let schema = self.parameter("query", name)?;
            if schema["type"] == "array" {
                // Lists of names, which are looked at below.
                continue;
            }
            value::check_text(document, schema, text, Writing::Plain)
                .map_err(|fault| format!("{name}: {fault}"))?;
        }
        if writing == Writing::OData {
            query::check(document, self.answered(), options)?;
        }
        self.body(entry)
    }

    fn parameter(&self, place: &str, name: &str) -> Verdict<&Value> {
        let known = |it: &&&Value| it["in"] == place && it["name"] == name;
        let found = self.parameters.iter().find(known);
        found
            .map(|it| &it["schema"])
            .ok_or_else(|| format!("{name} is no parameter of its {place}"))
    }

    /// The entity that is answered, or that a page holds.
    fn answered(&self) -> &Value {
        let response = self.document.resolve(&self.content["responses"]["200"]);
        let schema = &response["content"]["application/json"]["schema"];
        let rows = self.document.property(schema, "value");
        let rows = rows.filter(|rows| rows["type"] == "array");
        rows.map_or(schema, |rows| &rows["items"])
    }

    fn body(&self, entry: &Entry) -> Verdict {
        let described = self.document.resolve(&self.content["requestBody"]);
        let text = &entry.body;
        if described.is_null() || text.is_empty() {
            return match (described["required"] == true, text.is_empty()) {
                (_, false) => Err("a body where the document has none".to_owned()),
                (true, true) => Err("no body".to_owned()),
                (false, true) => Ok(()),
            };
        }
        let kind = entry.content_type.split(';').next().unwrap_or_default();
        let schema = described["content"]
            .get(kind.trim())
            .map(|content| &content["schema"])
            .ok_or_else(|| format!("no body of type {kind:?} is described"))?;
        let body = serde_json::from_str(text).map_err(|error| format!("the body: {error}"))?;
        value::check(self.document, schema, &body).map_err(|fault| format!("the body: {fault}"))
    }
}
