//! Query options, read as strictly as the PBX reads them: what is not understood is a 400.

use crate::percent;

use super::filter::Filter;
use super::refusal::Refusal;
use super::schema::{self, Kind, Properties};

/// More rows than this may not be asked for at once.
pub(super) const TOP_LIMIT: usize = 100;

/// One property to show, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expansion {
    pub(super) property: String,
    /// Names from a nested `$select`; empty shows everything.
    pub(super) select: Vec<String>,
}

/// What the query asks for.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) top: Option<usize>,
    pub(super) skip: usize,
    pub(super) count: bool,
    pub(super) search: Option<String>,
    pub(super) filter: Option<Filter>,
    pub(super) select: Vec<String>,
    pub(super) expand: Vec<Expansion>,
    /// Property and whether it goes down.
    pub(super) order_by: Vec<(String, bool)>,
}

impl Options {
    pub(super) fn parse(
        query: &str,
        properties: Properties<'_>,
        top_limit: usize,
    ) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for (name, value) in percent::pairs(query) {
            match name.as_str() {
                "$top" => options.top = Some(top(&value, top_limit)?),
                "$skip" => options.skip = number("$skip", &value)?,
                "$count" => {
                    options.count = match value.as_str() {
                        "true" => true,
                        "false" => false,
                        other => return Err(invalid("$count", other)),
                    }
                }
                "$search" => options.search = Some(value.trim_matches('"').to_owned()),
                "$filter" => options.filter = Some(Filter::parse(&value, properties)?),
                "$select" => options.select = names(&value, properties)?,
                "$expand" => options.expand = expansions(&value, properties)?,
                "$orderby" => options.order_by = order(&value, properties)?,
                other if other.starts_with('$') => {
                    let text = format!("The query parameter '{other}' is not supported.");
                    return Err(Refusal::Query(text));
                }
                _ => {}
            }
        }
        Ok(options)
    }

    /// Only `$select` and `$expand` make sense for a single entity.
    pub(super) fn for_one(self) -> Result<Self, Refusal> {
        let paging = self.top.is_some() || self.skip > 0 || self.count;
        if paging || self.filter.is_some() || self.search.is_some() || !self.order_by.is_empty() {
            let text = "The requested resource is not a collection.";
            return Err(Refusal::Query(text.to_owned()));
        }
        Ok(self)
    }
}

fn top(text: &str, limit: usize) -> Result<usize, Refusal> {
    let top = number("$top", text)?;
    if top > limit {
        let text = format!("The limit of '{limit}' for Top query has been exceeded.");
        return Err(Refusal::Query(text));
    }
    Ok(top)
}

fn number(option: &str, text: &str) -> Result<usize, Refusal> {
    text.parse().map_err(|_| invalid(option, text))
}

fn invalid(option: &str, value: &str) -> Refusal {
    Refusal::Query(format!(
        "Invalid value '{value}' for {option} query option found."
    ))
}

fn names(text: &str, properties: Properties<'_>) -> Result<Vec<String>, Refusal> {
    text.split(',')
        .map(|name| known(name.trim(), properties).map(str::to_owned))
        .collect()
}

/// The name itself, if the entity has such a property. Case counts.
pub(super) fn known<'a>(name: &'a str, properties: Properties<'_>) -> Result<&'a str, Refusal> {
    match schema::kind(properties, name) {
        Some(_) => Ok(name),
        None => Err(Refusal::Query(format!(
            "Could not find a property named '{name}'."
        ))),
    }
}

/// `Groups,ForwardingProfiles($select=Id,Name)`.
fn expansions(text: &str, properties: Properties<'_>) -> Result<Vec<Expansion>, Refusal> {
    split_outside_brackets(text)
        .into_iter()
        .map(|part| {
            let (name, nested) = part.split_once('(').unwrap_or((part, ")"));
            let name = known(name.trim(), properties)?;
            let nested = nested
                .strip_suffix(')')
                .ok_or_else(|| invalid("$expand", text))?;
            let select = match (nested, nested.strip_prefix("$select=")) {
                ("", _) => Vec::new(),
                (_, Some(select)) => select.split(',').map(|it| it.trim().to_owned()).collect(),
                _ => return Err(invalid("$expand", text)),
            };
            if schema::kind(properties, name) == Some(Kind::Navigation) {
                Ok(Expansion {
                    property: name.to_owned(),
                    select,
                })
            } else {
                Err(Refusal::Query(format!(
                    "Property '{name}' is not a navigation property."
                )))
            }
        })
        .collect()
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let separator = |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    };
    text.split(separator).collect()
}

fn order(text: &str, properties: Properties<'_>) -> Result<Vec<(String, bool)>, Refusal> {
    let item = |part: &str| {
        let mut words = part.split_whitespace();
        let name = known(words.next().unwrap_or_default(), properties)?.to_owned();
        match (words.next(), words.next()) {
            (None | Some("asc"), None) => Ok((name, false)),
            (Some("desc"), None) => Ok((name, true)),
            _ => Err(invalid("$orderby", text)),
        }
    };
    text.split(',').map(item).collect()
}
