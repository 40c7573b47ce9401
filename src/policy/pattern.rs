//! One entry of `DIAL_ALLOW` or `DIAL_DENY`.
//!
//! Owns the little language: digits; `?` for one digit; `*` at the end for any rest. With a
//! leading `+` a pattern speaks of public numbers, without it of numbers inside the PBX.
//! Invariant: a pattern that could never match anything is refused, so that no rule is silently
//! without effect.
//! Not here: what matching means for a call, see [`DialRules`](super::DialRules).

use std::fmt;

/// A pattern such as `+966*`, `1??` or `100`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// Which rule of the language a pattern breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternProblem {
    /// Two commas in a row, or one at an end.
    #[error("between two commas, and at the ends, there must be a pattern")]
    Empty,
    /// Something else than digits, `?`, `*`, and one leading `+`.
    #[error("a pattern holds digits, ? for one digit, * for any rest, and may begin with +")]
    Character,
    /// A star with something behind it.
    #[error("* stands for any rest and may only be the last character")]
    StarInside,
    /// `+` alone or `+0`.
    #[error("after + comes a country code, which never begins with 0; +* is every public number")]
    CountryCode,
    /// A national or international prefix where only internal numbers are meant.
    #[error(
        "patterns of public numbers begin with + and the country code, as in +9665*, not with 0"
    )]
    LeadingZero,
    /// More digits than numbers inside the PBX have.
    #[error("without + a pattern speaks of numbers inside the PBX, which have at most 6 digits")]
    TooLongInside,
}

impl Pattern {
    const MAX_INSIDE_DIGITS: usize = 6;

    /// Reads one pattern; surrounding spaces do not count.
    ///
    /// # Errors
    /// The [`PatternProblem`] that would keep it from working.
    pub fn parse(text: &str) -> Result<Self, PatternProblem> {
        let text = text.trim();
        let (outside, body) = match text.strip_prefix('+') {
            Some(body) => (true, body),
            None => (false, text),
        };
        let head = body.strip_suffix('*').unwrap_or(body);
        if text.is_empty() {
            Err(PatternProblem::Empty)
        } else if head.contains('*') {
            Err(PatternProblem::StarInside)
        } else if !head
            .chars()
            .all(|character| character.is_ascii_digit() || character == '?')
        {
            Err(PatternProblem::Character)
        } else if outside && (body.is_empty() || body.starts_with('0')) {
            Err(PatternProblem::CountryCode)
        } else if !outside && body.starts_with('0') {
            Err(PatternProblem::LeadingZero)
        } else if !outside && head.len() > Self::MAX_INSIDE_DIGITS {
            Err(PatternProblem::TooLongInside)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Reads a comma-separated list; an empty text is an empty list.
    pub(super) fn parse_list(text: &str) -> Result<Vec<Self>, (String, PatternProblem)> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        text.split(',')
            .map(|entry| Self::parse(entry).map_err(|problem| (entry.trim().to_owned(), problem)))
            .collect()
    }

    /// Whether `number`, as [`Destination`](super::Destination) writes it, fits.
    #[must_use]
    pub fn matches(&self, number: &str) -> bool {
        let (head, open) = match self.0.strip_suffix('*') {
            Some(head) => (head, true),
            None => (self.0.as_str(), false),
        };
        let long_enough = if open {
            number.len() >= head.len()
        } else {
            number.len() == head.len()
        };
        number.starts_with('+') == self.is_outside()
            && long_enough
            && head
                .bytes()
                .zip(number.bytes())
                .all(|(want, have)| want == b'?' || want == have)
    }

    /// Whether it speaks of public numbers.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.0.starts_with('+')
    }

    /// The one number it stands for, if it has neither `?` nor `*`.
    pub(super) fn literal(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.contains(['?', '*']))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching() {
        let check = |pattern: &str, number: &str, expected: bool| {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches(number), expected, "{pattern} {number}");
        };
        check("+966*", "+966501234567", true);
        check("+966*", "+971501234567", false);
        check("+966*", "966", false);
        check("+9665????????", "+966501234567", true);
        check("+9665????????", "+96650123456", false);
        check("1??", "100", true);
        check("1??", "1000", false);
        check("1??", "10", false);
        check("100", "100", true);
        check("100", "1000", false);
        check("*", "100", true);
        check("*", "+966501234567", false);
        check("???*", "+966501234567", false);
        check("+*", "+966501234567", true);
        check("+*", "100", false);
        check("12*", "12", true);
    }

    #[test]
    fn what_is_no_pattern() {
        let check = |pattern: &str, expected: PatternProblem| {
            assert_eq!(Pattern::parse(pattern), Err(expected), "{pattern:?}");
        };
        check("  ", PatternProblem::Empty);
        check("+9*6", PatternProblem::StarInside);
        check("**", PatternProblem::StarInside);
        check("1xx", PatternProblem::Character);
        check("1 00", PatternProblem::Character);
        check("100-199", PatternProblem::Character);
        check("1+", PatternProblem::Character);
        check("١٠٠", PatternProblem::Character);
        check("+", PatternProblem::CountryCode);
        check("+0*", PatternProblem::CountryCode);
        check("05*", PatternProblem::LeadingZero);
        check("00966*", PatternProblem::LeadingZero);
        check("966501234567", PatternProblem::TooLongInside);
    }
}
