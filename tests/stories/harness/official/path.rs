//! Paths as OData and OpenAPI write them: `Users`, `Users({Id})`, `Pbx.GetCallLogData(periodFrom={periodFrom},…)`,
//! and `{dn}` for a whole segment.

use super::Verdict;

/// One part between slashes, of a template or of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    text: String,
    /// Before the bracket.
    name: String,
    /// What stands in the brackets, if there are any: name, where one is given, and value.
    arguments: Option<Vec<(Option<String>, String)>>,
}

impl Segment {
    /// Splits a path, and decodes its parts.
    pub(super) fn all(path: &str) -> Verdict<Vec<Self>> {
        let parts = path.trim_start_matches('/').split('/');
        parts.map(|part| Ok(Self::parse(decode(part)?))).collect()
    }

    fn parse(text: String) -> Self {
        let bracketed = text
            .split_once('(')
            .and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
        let (name, arguments) = match bracketed {
            None => (text.clone(), None),
            Some((name, "")) => (name.to_owned(), Some(Vec::new())),
            Some((name, inner)) => {
                let parts = split_outside_quotes(inner, ',').into_iter();
                (name.to_owned(), Some(parts.map(argument).collect()))
            }
        };
        Self {
            text,
            name,
            arguments,
        }
    }

    /// `{dn}`: the name of what stands for the whole segment.
    pub(super) fn placeholder(&self) -> Option<&str> {
        braced(&self.text)
    }

    /// Same place, whatever stands in the brackets.
    pub(super) fn is_named_like(&self, request: &Self) -> bool {
        let same_form = self.arguments.is_some() == request.arguments.is_some();
        self.placeholder().is_some() || (self.name == request.name && same_form)
    }

    /// Names of the template's parameters with the values of the request, which must be the same
    /// ones, in the same order.
    pub(super) fn bind(&self, request: &Self) -> Verdict<Vec<(String, String)>> {
        if let Some(name) = self.placeholder() {
            return Ok(vec![(name.to_owned(), request.text.clone())]);
        }
        let expected = self.arguments.as_deref().unwrap_or_default();
        let given = request.arguments.as_deref().unwrap_or_default();
        let names = |arguments: &[(Option<String>, String)]| {
            let names = arguments.iter().map(|(name, _)| name.as_deref());
            names
                .map(Option::unwrap_or_default)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (expected_names, given_names) = (names(expected), names(given));
        if expected_names != given_names {
            let [expected, given] = [expected_names, given_names].map(|names| names.join(","));
            return Err(format!("parameters ({given}) instead of ({expected})"));
        }
        let bound = expected.iter().zip(given).map(|((_, place), (_, value))| {
            let name = braced(place).ok_or_else(|| format!("no placeholder in {place}"))?;
            Ok((name.to_owned(), value.clone()))
        });
        bound.collect()
    }
}

fn argument(text: &str) -> (Option<String>, String) {
    match text.split_once('=') {
        Some((name, value)) if !name.contains('\'') => (Some(name.to_owned()), value.to_owned()),
        _ => (None, text.to_owned()),
    }
}

fn braced(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}')
}

/// Cuts where `separator` stands outside of `'…'`; a doubled quote inside closes and opens again.
pub(super) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|letter| {
        quoted ^= letter == '\'';
        letter == separator && !quoted
    })
    .collect()
}

/// Decodes `%41` to `A`, exactly once.
pub(super) fn decode(text: &str) -> Verdict<String> {
    let broken = || format!("{text} is not percent-encoded");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].map(Option::unwrap_or_default);
            let digits = std::str::from_utf8(&digits).map_err(|_| broken())?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| broken())?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}
