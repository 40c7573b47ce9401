//! From entities to the rows of an answer: filtered, searched, sorted, paged, projected.
//!
//! Without `$select` every property is shown, the secret ones too: the real PBX does the same.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::options::{Options, TOP_LIMIT};
use super::refusal::Refusal;
use super::schema::{Kind, Properties};

/// One page, and the number of all rows where `$count` asked for it.
pub(super) fn page(
    entities: Vec<Map<String, Value>>,
    properties: Properties<'_>,
    options: &Options,
) -> Result<(Vec<Value>, Option<usize>), Refusal> {
    let mut found: Vec<Map<String, Value>> = entities
        .into_iter()
        .filter(|entity| {
            options
                .filter
                .as_ref()
                .is_none_or(|filter| filter.holds(entity))
        })
        .filter(|entity| {
            options
                .search
                .as_ref()
                .is_none_or(|text| mentions(entity, text))
        })
        .collect();
    found.sort_by(|left, right| compare(left, right, &options.order_by));
    let count = options.count.then_some(found.len());
    let rows = found
        .iter()
        .skip(options.skip)
        .take(options.top.unwrap_or(TOP_LIMIT));
    let rows: Result<_, _> = rows
        .map(|entity| shape(entity, properties, options))
        .collect();
    Ok((rows?, count))
}

/// One row: the selected properties and the expanded ones.
pub(super) fn shape(
    entity: &Map<String, Value>,
    properties: Properties<'_>,
    options: &Options,
) -> Result<Value, Refusal> {
    let mut row = Map::new();
    for (name, kind) in properties {
        let selected = options.select.is_empty() || options.select.iter().any(|it| it == name);
        if selected && *kind != Kind::Navigation {
            row.insert(
                (*name).to_owned(),
                entity.get(*name).cloned().unwrap_or(Value::Null),
            );
        }
    }
    for expansion in &options.expand {
        let mut value = entity
            .get(&expansion.property)
            .cloned()
            .unwrap_or(Value::Null);
        if !expansion.select.is_empty() {
            for item in value.as_array_mut().into_iter().flatten() {
                narrow(item, &expansion.select)?;
            }
        }
        row.insert(expansion.property.clone(), value);
    }
    Ok(Value::Object(row))
}

fn narrow(item: &mut Value, select: &[String]) -> Result<(), Refusal> {
    let Some(object) = item.as_object_mut() else {
        return Ok(());
    };
    if let Some(unknown) = select.iter().find(|name| !object.contains_key(*name)) {
        return Err(Refusal::Query(format!(
            "Could not find a property named '{unknown}'."
        )));
    }
    object.retain(|name, _| select.contains(name));
    Ok(())
}

/// Whether any text of the entity contains `text`, whatever the case. Secrets are not searched.
fn mentions(entity: &Map<String, Value>, text: &str) -> bool {
    let text = text.to_lowercase();
    let hit = |value: &Value| {
        let value = value.as_str().filter(|value| !value.starts_with("SECRET-"));
        value.is_some_and(|value| value.to_lowercase().contains(&text))
    };
    entity.values().any(hit)
}

fn compare(
    left: &Map<String, Value>,
    right: &Map<String, Value>,
    order_by: &[(String, bool)],
) -> Ordering {
    let by = |(name, down): &(String, bool)| {
        let order = compare_values(left.get(name), right.get(name));
        if *down { order.reverse() } else { order }
    };
    order_by
        .iter()
        .map(by)
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_values(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    match (left, right) {
        (Some(Value::String(left)), Some(Value::String(right))) => left.cmp(right),
        (Some(Value::Bool(left)), Some(Value::Bool(right))) => left.cmp(right),
        (left, right) => {
            let number = |value: Option<&Value>| value.and_then(Value::as_i64);
            number(left).cmp(&number(right))
        }
    }
}
