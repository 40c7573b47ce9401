//! From entities to the rows of an answer: filtered, searched, sorted, paged, projected.
//!
//! Without `$select` every property is shown, the secret ones too: the real PBX does the same.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::clock;

use super::fields::Fields;
use super::options::Options;
use super::refusal::Refusal;
use super::schema::{Kind, Properties, kind};

/// One page, and the number of all rows where `$count` asked for it.
pub(super) fn page<E: Fields>(
    entities: impl IntoIterator<Item = E>,
    properties: Properties<'_>,
    options: &Options,
    usual: usize,
) -> Result<(Vec<Value>, Option<usize>), Refusal> {
    let fits = |entity: &E| {
        let filter = options.filter.as_ref();
        let search = options.search.as_ref();
        filter.is_none_or(|filter| filter.holds(entity))
            && search.is_none_or(|text| mentions(entity, properties, text))
    };
    let mut found: Vec<E> = entities.into_iter().filter(fits).collect();
    if !options.order_by.is_empty() {
        found = sorted(found, properties, &options.order_by);
    }
    let count = options.count.then_some(found.len());
    let rows = found
        .iter()
        .skip(options.skip)
        .take(options.top.unwrap_or(usual));
    let rows: Result<_, _> = rows
        .map(|entity| shape(entity, properties, options))
        .collect();
    Ok((rows?, count))
}

/// One row: the selected properties and the expanded ones.
pub(super) fn shape(
    entity: &impl Fields,
    properties: Properties<'_>,
    options: &Options,
) -> Result<Value, Refusal> {
    let mut row = Map::new();
    for (name, kind) in properties {
        let selected = options.select.is_empty() || options.select.iter().any(|it| it == name);
        if selected && *kind != Kind::Navigation {
            row.insert((*name).to_owned(), entity.field(name));
        }
    }
    for expansion in &options.expand {
        let mut value = entity.field(&expansion.property);
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
fn mentions(entity: &impl Fields, properties: Properties<'_>, text: &str) -> bool {
    let text = text.to_lowercase();
    let hit = |(name, _): &(&str, Kind)| match entity.field(name) {
        Value::String(value) if !value.starts_with("SECRET-") => {
            value.to_lowercase().contains(&text)
        }
        _ => false,
    };
    properties.iter().any(hit)
}

/// Sorted by the values of some properties, each read once.
fn sorted<E: Fields>(
    entities: Vec<E>,
    properties: Properties<'_>,
    order_by: &[(String, bool)],
) -> Vec<E> {
    let value = |entity: &E, name: &str| match (entity.field(name), kind(properties, name)) {
        // With and without a fraction: as texts they would not sort.
        (Value::String(text), Some(Kind::Moment)) => clock::parse_iso(&text).into(),
        (value, _) => value,
    };
    let mut keyed: Vec<(Vec<Value>, E)> = entities
        .into_iter()
        .map(|entity| {
            let key = order_by.iter().map(|(name, _)| value(&entity, name));
            (key.collect(), entity)
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| {
        let by = |((left, right), (_, down)): ((&Value, &Value), &(String, bool))| {
            let order = compare_values(left, right);
            if *down { order.reverse() } else { order }
        };
        let pairs = left.iter().zip(right).zip(order_by);
        pairs
            .map(by)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    keyed.into_iter().map(|(_, entity)| entity).collect()
}

fn compare_values(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (left, right) => left.as_i64().cmp(&right.as_i64()),
    }
}
