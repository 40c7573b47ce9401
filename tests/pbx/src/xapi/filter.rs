//! `$filter`: the part of OData's language the project uses, with types checked.
//!
//! `eq ne and or not`, brackets, `contains startswith endswith tolower toupper` on texts, numbers
//! and booleans; `gt ge lt le` on numbers and times; `date year month day hour` of times (UTC).
//! Anything else, and any comparison across types, is a 400.

mod parser;
#[cfg(test)]
mod tests;
mod tokens;

use std::cmp::Ordering;

use serde_json::Value;

use crate::clock;

use super::fields::Fields;
use super::refusal::Refusal;
use super::schema::Properties;

/// A condition on an entity.
#[derive(Debug)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(Term, Term, Comparison, Type),
    Contains(Term, Term),
    StartsWith(Term, Term),
    EndsWith(Term, Term),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Something with a value.
#[derive(Debug)]
pub(super) enum Term {
    Property(String),
    /// A time, as microseconds.
    Moment(String),
    /// A part of a time: from a letter of its text, so many letters.
    Part(String, usize, usize),
    Literal(Value),
    Lower(Box<Term>),
    Upper(Box<Term>),
}

/// Type of a term, for the comparison check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Boolean,
    Date,
    Moment,
    Null,
}

impl Filter {
    pub(super) fn parse(text: &str, properties: Properties<'_>) -> Result<Self, Refusal> {
        parser::parse(text, properties)
    }

    /// Whether whole times are compared anywhere.
    pub(super) fn compares_moments(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.compares_moments() || right.compares_moments()
            }
            Self::Not(inner) => inner.compares_moments(),
            Self::Compare(.., kind) => *kind == Type::Moment,
            _ => false,
        }
    }

    pub(super) fn holds(&self, entity: &impl Fields) -> bool {
        let texts = |left: &Term, right: &Term, test: fn(&str, &str) -> bool| match (
            left.value(entity),
            right.value(entity),
        ) {
            (Value::String(left), Value::String(right)) => test(&left, &right),
            _ => false,
        };
        match self {
            Self::And(left, right) => left.holds(entity) && right.holds(entity),
            Self::Or(left, right) => left.holds(entity) || right.holds(entity),
            Self::Not(inner) => !inner.holds(entity),
            Self::Compare(left, right, comparison, _) => {
                comparison.holds(&left.value(entity), &right.value(entity))
            }
            Self::Contains(left, right) => texts(left, right, |text, part| text.contains(part)),
            Self::StartsWith(left, right) => {
                texts(left, right, |text, part| text.starts_with(part))
            }
            Self::EndsWith(left, right) => texts(left, right, |text, part| text.ends_with(part)),
        }
    }
}

impl Comparison {
    const ALL: [(&'static str, Self); 6] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("gt", Self::Gt),
        ("ge", Self::Ge),
        ("lt", Self::Lt),
        ("le", Self::Le),
    ];

    fn holds(self, left: &Value, right: &Value) -> bool {
        let order = match (left, right) {
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            (Value::Number(left), Value::Number(right)) => Some(left.as_i64().cmp(&right.as_i64())),
            _ => None,
        };
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Gt => order.is_some_and(Ordering::is_gt),
            Self::Ge => order.is_some_and(Ordering::is_ge),
            Self::Lt => order.is_some_and(Ordering::is_lt),
            Self::Le => order.is_some_and(Ordering::is_le),
        }
    }
}

impl Term {
    fn value(&self, entity: &impl Fields) -> Value {
        let changed = |term: &Self, change: fn(&str) -> String| match term.value(entity) {
            Value::String(text) => Value::String(change(&text)),
            other => other,
        };
        match self {
            Self::Property(name) => entity.field(name),
            Self::Moment(name) => match entity.field(name) {
                Value::String(text) => clock::parse_iso(&text).into(),
                other => other,
            },
            Self::Part(name, from, length) => match entity.field(name) {
                Value::String(text) => match text.get(*from..from + length) {
                    Some(date) if *length == 10 => date.into(),
                    part => part.and_then(|part| part.parse::<i64>().ok()).into(),
                },
                other => other,
            },
            Self::Literal(value) => value.clone(),
            Self::Lower(term) => changed(term, str::to_lowercase),
            Self::Upper(term) => changed(term, str::to_uppercase),
        }
    }
}
