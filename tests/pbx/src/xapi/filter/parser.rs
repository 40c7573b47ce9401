//! From words to conditions: recursive descent, types checked on the way.

use serde_json::Value;

use crate::xapi::options::known;
use crate::xapi::refusal::Refusal;
use crate::xapi::schema::{self, Kind, Properties};

use super::tokens::{Token, tokens};
use super::{Comparison, Filter, Term, Type};

/// Parts of a time: name, and where they stand in its text.
const PARTS: [(&str, usize, usize); 5] = [
    ("date", 0, 10),
    ("year", 0, 4),
    ("month", 5, 2),
    ("day", 8, 2),
    ("hour", 11, 2),
];

/// The whole text, or what is wrong with it.
pub(super) fn parse(text: &str, properties: Properties<'_>) -> Result<Filter, Refusal> {
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
        let named =
            |(word, comparison): &(&str, Comparison)| self.takes_word(word).then_some(*comparison);
        let comparison = Comparison::ALL.iter().find_map(named);
        let comparison = comparison.ok_or_else(|| syntax(self.text))?;
        let (right, right_type) = self.term()?;
        let comparable = left_type == right_type || [left_type, right_type].contains(&Type::Null);
        let ordered = [Type::Integer, Type::Date, Type::Moment].contains(&left_type);
        let equality = [Comparison::Eq, Comparison::Ne].contains(&comparison);
        if !comparable || !(ordered || equality) {
            let text = "A binary operator with incompatible types was detected.";
            return Err(Refusal::Query(text.to_owned()));
        }
        Ok(Filter::Compare(left, right, comparison, left_type))
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
            Token::Date(date) => Ok((Term::Literal(date.as_str().into()), Type::Date)),
            Token::Moment(us) => Ok((Term::Literal((*us).into()), Type::Moment)),
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
                name => match PARTS.iter().find(|(part, ..)| *part == name) {
                    Some(part) => self.part(*part),
                    None => self.property(name),
                },
            },
            _ => Err(syntax(self.text)),
        }
    }

    /// `date(TimeSent)` and the like.
    fn part(
        &mut self,
        (name, from, length): (&str, usize, usize),
    ) -> Result<(Term, Type), Refusal> {
        self.needs(&Token::Open)?;
        let (Term::Moment(property), _) = self.term()? else {
            return Err(syntax(self.text));
        };
        self.needs(&Token::Close)?;
        let kind = if name == "date" {
            Type::Date
        } else {
            Type::Integer
        };
        Ok((Term::Part(property, from, length), kind))
    }

    fn property(&self, name: &str) -> Result<(Term, Type), Refusal> {
        known(name, self.properties)?;
        let kind = match schema::kind(self.properties, name) {
            Some(Kind::Text | Kind::Choice(_)) => Type::Text,
            Some(Kind::Integer) => Type::Integer,
            Some(Kind::Boolean) => Type::Boolean,
            Some(Kind::Moment) => return Ok((Term::Moment(name.to_owned()), Type::Moment)),
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
