//! Query options: which properties of the answered entity they name.

use serde_json::Value;

use super::document::Document;
use super::{Verdict, filter, path};

/// Names and values of a query, decoded once.
pub(super) fn pairs(query: &str) -> Verdict<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((path::decode(name)?, path::decode(&value.replace('+', " "))?))
        })
        .collect()
}

/// Options of a request for `entity`.
pub(super) fn check(document: &Document, entity: &Value, options: &[(String, String)]) -> Verdict {
    for (name, text) in options {
        let judged = match name.as_str() {
            "$select" => each(text, |name| property(document, entity, name)),
            "$orderby" => each(text, |part| order(document, entity, part)),
            "$expand" => expand(document, entity, text),
            "$filter" => filter::check(document, entity, text),
            // By their schemas, if anything.
            "$count" | "$search" | "$skip" | "$top" => Ok(()),
            _ => Err("is not understood here".to_owned()),
        };
        judged.map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(())
}

fn each<'a>(list: &'a str, judge: impl Fn(&'a str) -> Verdict) -> Verdict {
    let mut parts: Vec<&str> = list.split(',').map(str::trim).collect();
    parts.iter().try_for_each(|part| judge(part))?;
    parts.sort_unstable();
    match parts.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{} twice", pair[0])),
        None => Ok(()),
    }
}

fn property(document: &Document, entity: &Value, name: &str) -> Verdict {
    schema(document, entity, name).map(|_| ())
}

/// The schema of `Name` or `Outer/Inner`. Case counts.
pub(super) fn schema<'a>(
    document: &'a Document,
    entity: &'a Value,
    name: &str,
) -> Verdict<&'a Value> {
    name.split('/').try_fold(entity, |schema, part| {
        let found = document.property(schema, part);
        found.ok_or_else(|| format!("no property '{part}'"))
    })
}

fn order(document: &Document, entity: &Value, part: &str) -> Verdict {
    let (name, direction) = part.split_once(' ').unwrap_or((part, "asc"));
    if !["asc", "desc"].contains(&direction) {
        return Err(format!("{direction} is no direction"));
    }
    property(document, entity, name)
}

/// `Groups,ForwardingProfiles($select=Id,Name;$expand=…)`.
fn expand(document: &Document, entity: &Value, text: &str) -> Verdict {
    for part in split_outside_brackets(text, ',') {
        let (name, nested) = match part.split_once('(') {
            Some((name, nested)) => {
                let nested = nested.strip_suffix(')');
                (name, nested.ok_or("a bracket is not closed")?)
            }
            None => (part, ""),
        };
        let navigation = schema(document, entity, name)?;
        if navigation["x-ms-navigationProperty"] != true {
            return Err(format!("'{name}' is no navigation property"));
        }
        let nested = split_outside_brackets(nested, ';').into_iter();
        let options: Vec<_> = nested
            .filter(|option| !option.is_empty())
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let target = navigation.get("items").unwrap_or(navigation);
        check(document, target, &options)?;
    }
    Ok(())
}

fn split_outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == separator && depth == 0
    })
    .collect()
}
