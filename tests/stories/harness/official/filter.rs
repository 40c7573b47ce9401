//! `$filter`: the part of OData's language that can be judged by a document. What is not understood is
//! a fault, so that nobody takes it for checked.
//!
//! ```text
//! or:         and { "or" and }          and:     unary { "and" unary }
//! unary:      "not" unary | "(" or ")" | operand [ eq | ne | gt | ge | lt | le  operand ]
//! operand:    property | literal | function "(" operand { "," operand } ")"
//! ```

use serde_json::{Value, json};

use super::Verdict;
use super::document::Document;
use super::query;
use super::value::{self, Writing};

/// A filter on rows of this entity.
pub(super) fn check(document: &Document, entity: &Value, text: &str) -> Verdict {
    let mut tokens = tokens(text)?;
    tokens.reverse();
    let mut parser = Parser {
        document,
        entity,
        rest: tokens,
    };
    parser.any_of()?;
    match parser.rest.pop() {
        None => Ok(()),
        Some(token) => Err(format!("'{token}' is not expected there")),
    }
}

/// A quoted text, a bracket, a comma, or a word.
fn tokens(text: &str) -> Verdict<Vec<String>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | ',' => 1,
            '\'' => quoted_length(rest)?,
            _ => rest.find([' ', '(', ')', ',', '\'']).unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = behind.trim_start();
    }
    Ok(tokens)
}

/// Up to the quote that is not doubled.
fn quoted_length(text: &str) -> Verdict<usize> {
    let mut quotes = text.match_indices('\'').map(|(place, _)| place).skip(1);
    while let Some(place) = quotes.next() {
        let behind = place + 1;
        let is_doubled = text
            .get(behind..)
            .is_some_and(|rest| rest.starts_with('\''));
        if !is_doubled {
            return Ok(behind);
        }
        quotes.next();
    }
    Err("a quote is not closed".to_owned())
}

struct Parser<'a> {
    document: &'a Document,
    entity: &'a Value,
    /// The next one last.
    rest: Vec<String>,
}

/// One side of a comparison.
enum Operand {
    Literal(String),
    /// What a property or a function gives.
    Of(Value),
}

impl Parser<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest.last().is_some_and(|token| token == word);
        if found {
            self.rest.pop();
        }
        found
    }

    fn expect(&mut self, word: &str) -> Verdict {
        if self.takes(word) {
            return Ok(());
        }
        let found = self.rest.last().map_or("the end", String::as_str);
        Err(format!("{found} instead of {word}"))
    }

    fn any_of(&mut self) -> Verdict {
        self.all_of()?;
        while self.takes("or") {
            self.all_of()?;
        }
        Ok(())
    }

    fn all_of(&mut self) -> Verdict {
        self.unary()?;
        while self.takes("and") {
            self.unary()?;
        }
        Ok(())
    }

    fn unary(&mut self) -> Verdict {
        if self.takes("not") {
            return self.unary();
        }
        if self.takes("(") {
            self.any_of()?;
            return self.expect(")");
        }
        let left = self.operand()?;
        let operators = ["eq", "ne", "gt", "ge", "lt", "le"];
        if operators.into_iter().any(|operator| self.takes(operator)) {
            let right = self.operand()?;
            return match (&left, &right) {
                (Operand::Of(schema), Operand::Literal(text))
                | (Operand::Literal(text), Operand::Of(schema)) => self.fits(text, schema),
                _ => Err("compares nothing of the entity with a value".to_owned()),
            };
        }
        match left {
            Operand::Of(schema) if schema["type"] == "boolean" => Ok(()),
            _ => Err("is no condition".to_owned()),
        }
    }

    fn operand(&mut self) -> Verdict<Operand> {
        let word = self.rest.pop().ok_or("ends too early")?;
        if self.takes("(") {
            return self.function(&word);
        }
        let is_literal = word.starts_with(|first: char| first.is_ascii_digit())
            || word.starts_with(['\'', '-'])
            || ["true", "false", "null"].contains(&word.as_str());
        if is_literal {
            return Ok(Operand::Literal(word));
        }
        let schema = query::schema(self.document, self.entity, &word)?;
        Ok(Operand::Of(self.document.resolve(schema).clone()))
    }

    /// Behind the opening bracket.
    fn function(&mut self, name: &str) -> Verdict<Operand> {
        let text = json!({ "type": "string" });
        let time = json!({ "type": "string", "format": "date-time" });
        let (takes, gives) = match name {
            "contains" | "startswith" | "endswith" => {
                (vec![&text, &text], json!({ "type": "boolean" }))
            }
            "tolower" | "toupper" | "trim" => (vec![&text], text.clone()),
            "length" => (vec![&text], json!({ "type": "integer" })),
            "date" => (vec![&time], json!({ "type": "string", "format": "date" })),
            "year" | "month" | "day" | "hour" | "minute" | "second" => {
                (vec![&time], json!({ "type": "integer" }))
            }
            _ => return Err(format!("the function '{name}' is not known")),
        };
        for (place, expected) in takes.into_iter().enumerate() {
            if place > 0 {
                self.expect(",")?;
            }
            match self.operand()? {
                Operand::Literal(literal) => self.fits(&literal, expected)?,
                Operand::Of(schema) => {
                    let same = ["type", "format"].map(|it| schema[it] == expected[it]);
                    if same != [true, true] {
                        return Err(format!("{name} of something that is not {expected}"));
                    }
                }
            }
        }
        self.expect(")")?;
        Ok(Operand::Of(gives))
    }

    fn fits(&self, literal: &str, schema: &Value) -> Verdict {
        value::check_text(self.document, schema, literal, Writing::OData)
    }
}
