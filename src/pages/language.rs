//! The two languages of the pages, and which one a person is shown.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Left to right.
    English,
    /// Right to left.
    Arabic,
}

impl Language {
    /// The language that the request (`ui_locales`), else the browser, prefers.
    #[must_use]
    pub fn choose(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let wanted = [ui_locales, accept_language].into_iter().flatten();
        wanted
            .flat_map(|list| list.split([' ', ',']))
            .find_map(Self::of_tag)
            .unwrap_or(Self::English)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag
            .split(['-', ';'])
            .next()?
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            "ar" => Some(Self::Arabic),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The tag of the language: `en`, `ar`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        one_of(self, ["en", "ar"])
    }

    /// Which way it is written: `ltr`, `rtl`.
    pub(super) const fn direction(self) -> &'static str {
        one_of(self, ["ltr", "rtl"])
    }

    /// Its own name.
    pub(super) const fn name(self) -> &'static str {
        one_of(self, ["English", "العربية"])
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Arabic,
            Self::Arabic => Self::English,
        }
    }
}

/// The one of two texts that is in a language.
pub(super) const fn one_of(
    language: Language,
    [english, arabic]: [&'static str; 2],
) -> &'static str {
    match language {
        Language::English => english,
        Language::Arabic => arabic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing() {
        let check = |ui: Option<&str>, accept: Option<&str>, expected: Language| {
            assert_eq!(Language::choose(ui, accept), expected, "{ui:?} {accept:?}");
        };
        check(None, None, Language::English);
        check(None, Some("ar-SA,ar;q=0.9,en;q=0.8"), Language::Arabic);
        check(None, Some("fr-FR, en;q=0.7, ar;q=0.3"), Language::English);
        check(Some("ar"), Some("en"), Language::Arabic);
        check(Some("fr AR-sa en"), Some("en"), Language::Arabic);
        check(Some("fr"), Some("ar"), Language::Arabic);
        check(Some("arn"), None, Language::English);
    }
}
