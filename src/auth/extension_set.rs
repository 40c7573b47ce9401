//! The extensions a caller may act for.
//!
//! Owns ranges: `100-199` covers the three-digit numbers from 100 to 199 and nothing else, since
//! `1500` is another extension than `150`, and `0150` than `150`.
//! Not here: what an extension is to a PBX; here it is only digits.

/// Which extensions: all of them, or those in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionSet {
    /// Every extension.
    Everything,
    /// Those inside one of these ranges.
    Listed(Vec<ExtensionRange>),
}

/// A range of extensions of equal length, both ends included; a single number is both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRange {
    first: String,
    last: String,
}

/// What is wrong with an entry of `extensions`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionProblem {
    /// The list is empty, which might be meant either way.
    #[error("an empty list permits nothing; leave it out to permit every extension")]
    EmptyList,
    /// Neither a number nor two numbers with a dash between.
    #[error("{0:?} is neither an extension such as 12310 nor a range such as 100-199")]
    Malformed(String),
    /// `99-100`: not one range of extensions.
    #[error("{0:?} is not a range: both ends must have the same number of digits")]
    UnequalEnds(String),
    /// `199-100`.
    #[error("{0:?} is not a range: it ends before it begins")]
    Backwards(String),
}

impl ExtensionSet {
    /// From entries such as `100-199` and `12310`.
    ///
    /// # Errors
    /// [`ExtensionProblem`] for the first entry that is none, or if there is no entry at all.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, ExtensionProblem> {
        let ranges: Vec<_> = entries
            .into_iter()
            .map(ExtensionRange::parse)
            .collect::<Result<_, _>>()?;
        if ranges.is_empty() {
            Err(ExtensionProblem::EmptyList)
        } else {
            Ok(Self::Listed(ranges))
        }
    }

    /// The entries that [`parse`](Self::parse) would read it from; `None` where nothing is left out.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<String>> {
        let range = |range: &ExtensionRange| format!("{}-{}", range.first, range.last);
        match self {
            Self::Everything => None,
            Self::Listed(ranges) => Some(ranges.iter().map(range).collect()),
        }
    }

    /// Whether nothing is left out.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }

    /// Whether the caller may act for `extension`, given as plain digits.
    #[must_use]
    pub fn contains(&self, extension: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Listed(ranges) => ranges.iter().any(|range| range.contains(extension)),
        }
    }
}

impl ExtensionRange {
    fn parse(entry: &str) -> Result<Self, ExtensionProblem> {
        let (first, last) = entry.split_once('-').unwrap_or((entry, entry));
        let (first, last) = (first.trim(), last.trim());
        if !is_number(first) || !is_number(last) {
            Err(ExtensionProblem::Malformed(entry.to_owned()))
        } else if first.len() != last.len() {
            Err(ExtensionProblem::UnequalEnds(entry.to_owned()))
        } else if last < first {
            Err(ExtensionProblem::Backwards(entry.to_owned()))
        } else {
            Ok(Self {
                first: first.to_owned(),
                last: last.to_owned(),
            })
        }
    }

    /// Digits of equal length compare as numbers do.
    fn contains(&self, extension: &str) -> bool {
        is_number(extension)
            && extension.len() == self.first.len()
            && (self.first.as_str()..=self.last.as_str()).contains(&extension)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership() {
        let set = ExtensionSet::parse(["100-199", " 12310 ", "0100 - 0199"]).unwrap();
        let check = |extension: &str, expected: bool| {
            assert_eq!(set.contains(extension), expected, "extension {extension:?}");
        };
        check("100", true);
        check("150", true);
        check("199", true);
        check("200", false);
        check("99", false);
        check("1500", false);
        check("0150", true);
        check("12310", true);
        check("12311", false);
        check("", false);
        check("15x", false);
        check("15\u{660}", false);
        assert!(ExtensionSet::Everything.contains("anything"));
        let entries = set.entries().unwrap();
        assert_eq!(
            ExtensionSet::parse(entries.iter().map(String::as_str)),
            Ok(set)
        );
        assert_eq!(ExtensionSet::Everything.entries(), None);
    }

    #[test]
    fn what_is_no_set() {
        let check = |entries: &[&str], expected: &str| {
            let problem = ExtensionSet::parse(entries.iter().copied()).unwrap_err();
            assert!(
                problem.to_string().contains(expected),
                "{entries:?}: {problem}"
            );
        };
        check(&[], "permits nothing");
        check(&["100", ""], "\"\" is neither");
        check(&["1xx"], "\"1xx\" is neither");
        check(&["*"], "\"*\" is neither");
        check(&["100-"], "neither");
        check(&["1-2-3"], "neither");
        check(&["99-100"], "same number of digits");
        check(&["199-100"], "ends before it begins");
    }
}
