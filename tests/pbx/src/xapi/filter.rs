//! `$filter`: the part of OData's language the project uses, with types checked.
//!
//! `eq ne and or not`, brackets, `contains startswith endswith tolower toupper` on texts, numbers
//! and booleans. Anything else, and any comparison across types, is a 400.

mod tokens;

use serde_json::{Map, Value};

use super::options::known;
use super::refusal::Refusal;
use super::schema::{self, Kind, Properties};
use tokens::{Token, tokens};

/// A condition on an entity.
#[derive(Debug)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// `true` for `eq`.
    Equal(Term, Term, bool),
    Contains(Term, Term),
    StartsWith(Term, Term),
    EndsWith(Term, Term),
}

/// Something with a value.
#[derive(Debug)]
pub(super) enum Term {
    Property(String),
    Literal(Value),
    Lower(Box<Term>),
    Upper(Box<Term>),
}

/// Type of a term, for the comparison check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Integer,
    Boolean,
    Null,
}

impl Filter {
    pub(super) fn parse(text: &str, properties: Properties<'_>) -> Result<Self, Refusal> {
        let tokens = tokens(text).ok_or_else(|| syntax(text))?;
        let mut parser = Parser {
            tokens: &tokens,
            properties,
            text,
        };
        let filter = parser.or()?;
        if parser.tokens.is_empty() {
            Ok(filter)
        } else {
            Err(syntax(text))
        }
    }

    pub(super) fn holds(&self, entity: &Map<String, Value>) -> bool {
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
            Self::Equal(left, right, wanted) => {
                (left.value(entity) == right.value(entity)) == *wanted
            }
            Self::Contains(left, right) => texts(left, right, |text, part| text.contains(part)),
            Self::StartsWith(left, right) => {
                texts(left, right, |text, part| text.starts_with(part))
            }
            Self::EndsWith(left, right) => texts(left, right, |text, part| text.ends_with(part)),
        }
    }
}

impl Term {
    fn value(&self, entity: &Map<String, Value>) -> Value {
        let changed = |term: &Self, change: fn(&str) -> String| match term.value(entity) {
            Value::String(text) => Value::String(change(&text)),
            other => other,
        };
        match self {
            Self::Property(name) => entity.get(name).cloned().unwrap_or(Value::Null),
            Self::Literal(value) => value.clone(),
            Self::Lower(term) => changed(term, str::to_lowercase),
            Self::Upper(term) => changed(term, str::to_uppercase),
        }
    }
}

fn syntax(text: &str) -> Refusal {
    Refusal::Query(format!("Syntax error in '{text}'."))
}

/// Recursive descent, loosest binding first.
struct Parser<'a> {
    tokens: &'a [Token],
    properties: Properties<'a>,
    text: &'a str,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.and()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, Refusal> {
        let mut left = self.single()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Filter, Refusal> {
        if self.takes_word("not") {
            return Ok(Filter::Not(Box::new(self.single()?)));
        }
        if self.takes(&Token::Open) {
            let inner = self.or()?;
            self.needs(&Token::Close)?;
            return Ok(inner);
        }
        for name in ["contains", "startswith", "endswith"] {
            if let [Token::Word(word), Token::Open, ..] = self.tokens
                && word == name
            {
                self.tokens = &self.tokens[2..];
                let (left, right) = self.two_texts()?;
                return Ok(match name {
                    "contains" => Filter::Contains(left, right),
                    "startswith" => Filter::StartsWith(left, right),
                    _ => Filter::EndsWith(left, right),
                });
            }
        }
        let (left, left_type) = self.term()?;
        let wanted = match self.takes_word("eq") {
            true => true,
            false if self.takes_word("ne") => false,
            false => return Err(syntax(self.text)),
        };
        let (right, right_type) = self.term()?;
        let comparable = left_type == right_type || [left_type, right_type].contains(&Type::Null);
        if !comparable {
            let text = "A binary operator with incompatible types was detected.";
            return Err(Refusal::Query(text.to_owned()));
        }
        Ok(Filter::Equal(left, right, wanted))
    }

    fn two_texts(&mut self) -> Result<(Term, Term), Refusal> {
        let (left, left_type) = self.term()?;
        self.needs(&Token::Comma)?;
        let (right, right_type) = self.term()?;
        self.needs(&Token::Close)?;
        match (left_type, right_type) {
            (Type::Text, Type::Text) => Ok((left, right)),
            _ => Err(syntax(self.text)),
        }
    }

    fn term(&mut self) -> Result<(Term, Type), Refusal> {
        let [token, rest @ ..] = self.tokens else {
            return Err(syntax(self.text));
        };
        self.tokens = rest;
        match token {
            Token::Text(text) => Ok((Term::Literal(text.as_str().into()), Type::Text)),
            Token::Integer(number) => Ok((Term::Literal((*number).into()), Type::Integer)),
            Token::Word(word) => match word.as_str() {
                "true" | "false" => Ok((Term::Literal((word == "true").into()), Type::Boolean)),
                "null" => Ok((Term::Literal(Value::Null), Type::Null)),
                "tolower" | "toupper" => {
                    self.needs(&Token::Open)?;
                    let (inner, Type::Text) = self.term()? else {
                        return Err(syntax(self.text));
                    };
                    self.needs(&Token::Close)?;
                    let inner = Box::new(inner);
                    let lower = word == "tolower";
                    Ok((
                        if lower {
                            Term::Lower(inner)
                        } else {
                            Term::Upper(inner)
                        },
                        Type::Text,
                    ))
                }
                name => self.property(name),
            },
            _ => Err(syntax(self.text)),
        }
    }

    fn property(&self, name: &str) -> Result<(Term, Type), Refusal> {
        known(name, self.properties)?;
        let kind = match schema::kind(self.properties, name) {
            Some(Kind::Text | Kind::Choice(_)) => Type::Text,
            Some(Kind::Integer) => Type::Integer,
            Some(Kind::Boolean) => Type::Boolean,
            _ => return Err(syntax(self.text)),
        };
        Ok((Term::Property(name.to_owned()), kind))
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        match self.tokens {
            [first, rest @ ..] if first == wanted => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(&Token::Word(word.to_owned()))
    }

    fn needs(&mut self, wanted: &Token) -> Result<(), Refusal> {
        if self.takes(wanted) {
            Ok(())
        } else {
            Err(syntax(self.text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xapi::schema::user::PROPERTIES;

    fn check(filter: &str, expected: Option<bool>) {
        let entity = serde_json::json!({
            "Id": 203, "Number": "103", "LastName": "O'Brien", "FirstName": "Liam",
            "Enabled": true, "Mobile": null, "QueueStatus": "LoggedOut",
        });
        let parsed = Filter::parse(filter, PROPERTIES).ok();
        let holds = parsed.map(|parsed| parsed.holds(entity.as_object().unwrap()));
        assert_eq!(holds, expected, "{filter}");
    }

    #[test]
    fn filters() {
        check("Number eq '103'", Some(true));
        check("Number ne '103'", Some(false));
        check("LastName eq 'O''Brien'", Some(true));
        check("contains(tolower(LastName),'o''br')", Some(true));
        check("startswith(Number,'10') and Enabled eq true", Some(true));
        check(
            "(Id eq 1 or Id eq 203) and not (Enabled eq false)",
            Some(true),
        );
        check("QueueStatus eq 'LoggedOut'", Some(true));
        check("Mobile eq null", Some(true));
        check("Number eq 103", None);
        check("Id eq '203'", None);
        check("LastName eq 'O'Brien'", None);
        check("number eq '103'", None);
        check("Secret eq 'x'", None);
        check("Number gt '1'", None);
        check("Number eq '103' or", None);
        check("contains(Id,'2')", None);
        check("", None);
    }
}
