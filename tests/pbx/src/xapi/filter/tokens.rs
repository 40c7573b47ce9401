//! The words of a `$filter` expression.

use crate::clock;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Property, operator, function or constant.
    Word(String),
    /// A quoted text, unquoted.
    Text(String),
    Integer(i64),
    /// `2026-09-12`
    Date(String),
    /// A time in UTC, as microseconds since 1970.
    Moment(u64),
    Open,
    Close,
    Comma,
}

/// The words in order; `None` where a text is not closed or a character is foreign.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        tokens.push(match letter {
            ' ' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '\'' => {
                let mut inner = String::new();
                loop {
                    match (letters.next()?, letters.peek()) {
                        ('\'', Some('\'')) => {
                            letters.next();
                            inner.push('\'');
                        }
                        ('\'', _) => break,
                        (other, _) => inner.push(other),
                    }
                }
                Token::Text(inner)
            }
            first if first.is_ascii_alphanumeric() || first == '_' || first == '-' => {
                let literal = first.is_ascii_digit() || first == '-';
                let goes_on = |it: &char| {
                    it.is_ascii_alphanumeric() || *it == '_' || (literal && "-:.".contains(*it))
                };
                let mut word = first.to_string();
                while let Some(next) = letters.next_if(goes_on) {
                    word.push(next);
                }
                if literal && word.contains('T') {
                    Token::Moment(clock::parse_iso(&word)?)
                } else if literal && word.len() > 1 && word[1..].contains('-') {
                    clock::parse_date(&word)?;
                    Token::Date(word)
                } else if literal {
                    Token::Integer(word.parse().ok()?)
                } else {
                    Token::Word(word)
                }
            }
            _ => return None,
        });
    }
    Some(tokens)
}
