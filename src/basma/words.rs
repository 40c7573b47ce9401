//! What a caller's words mean before any model is asked: the language, a call for help, a wish for a
//! person, a no to being listened to.
//!
//! Arabic is compared without its vowel signs and with one form for letters that are written in several;
//! a word may carry the article or a short preposition in front.

/// The languages that Basma speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// العربية
    Arabic,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Arabic, Self::English];

    /// By the letters of a text; `None` where it has none of either.
    pub fn of(text: &str) -> Option<Self> {
        let arabic = text.chars().filter(|it| is_arabic(*it)).count();
        let latin = text.chars().filter(char::is_ascii_alphabetic).count();
        match arabic.cmp(&latin) {
            std::cmp::Ordering::Greater => Some(Self::Arabic),
            std::cmp::Ordering::Less => Some(Self::English),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// ISO 639-1.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::English => "en",
        }
    }

    /// From ISO 639-1.
    pub fn coded(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What is done at once, without asking a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtOnce {
    /// Somebody is in need: the numbers to dial, and a person.
    Emergency,
    /// The caller does not want to be listened to: a person.
    OptOut,
    /// The caller wants a person.
    Person,
}

const EMERGENCY: [&str; 12] = [
    "emergency",
    "emergencies",
    "urgent",
    "urgently",
    "ambulance",
    "عاجل",
    "عاجله",
    "طاري",
    "طاريه",
    "طواري",
    "فوري",
    "اسعاف",
];
const PERSON: [&str; 9] = [
    "agent",
    "operator",
    "representative",
    "receptionist",
    "موظف",
    "موظفه",
    "موظفين",
    "سنترال",
    "انسان",
];
const PERSON_PHRASES: [&str; 6] = [
    "real person",
    "a human",
    "human being",
    "a person",
    "someone real",
    "شخص حقيقي",
];
const OPT_OUT_PHRASES: [&str; 9] = [
    "stop listening",
    "don't listen",
    "do not listen",
    "don't record",
    "do not record",
    "opt out",
    "لا تسجل",
    "لا تستمع",
    "بدون تسجيل",
];
/// The article and short prepositions that are written as one word with what follows.
const PREFIXES: [&str; 7] = ["وال", "بال", "لل", "ال", "و", "ب", "ل"];

impl AtOnce {
    /// What the caller's words demand, if they do.
    pub fn of(text: &str) -> Option<Self> {
        let text = plain(text);
        let has = |words: &[&str]| {
            text.split(|it: char| !it.is_alphanumeric())
                .any(|word| is_any(word, words))
        };
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
        if has(&EMERGENCY) {
            Some(Self::Emergency)
        } else if says(&OPT_OUT_PHRASES) {
            Some(Self::OptOut)
        } else if has(&PERSON) || says(&PERSON_PHRASES) {
            Some(Self::Person)
        } else {
            None
        }
    }
}

fn is_any(word: &str, known: &[&str]) -> bool {
    known.contains(&word)
        || PREFIXES
            .iter()
            .filter_map(|prefix| word.strip_prefix(prefix))
            .any(|stem| known.contains(&stem))
}

/// Lower case, without vowel signs, one form for each letter.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|it| !matches!(it, '\u{64B}'..='\u{652}' | '\u{670}' | '\u{640}' | 'ء'))
        .map(|it| match it {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ى' | 'ئ' => 'ي',
            'ؤ' => 'و',
            'ة' => 'ه',
            '\u{2019}' => '\'',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

fn is_arabic(character: char) -> bool {
    matches!(character, '\u{620}'..='\u{64A}' | '\u{671}'..='\u{6D3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_most_letters() {
        for (text, expected) in [
            ("Good morning", Some(Language::English)),
            ("مرحبا، أنا أحمد", Some(Language::Arabic)),
            (
                "أريد موعد demo مع BrainSAIT لو سمحت",
                Some(Language::Arabic),
            ),
            ("123 456", None),
            ("", None),
        ] {
            assert_eq!(Language::of(text), expected, "{text}");
        }
    }

    #[test]
    fn some_words_are_acted_on_at_once() {
        for (text, expected) in [
            ("This is an EMERGENCY!", Some(AtOnce::Emergency)),
            ("الأمر عاجل جداً", Some(AtOnce::Emergency)),
            ("حالة طارئة", Some(AtOnce::Emergency)),
            ("عندي حالة طَارِئ", Some(AtOnce::Emergency)),
            ("أحتاج الطوارئ", Some(AtOnce::Emergency)),
            ("بشكل فوري", Some(AtOnce::Emergency)),
            ("an agent, it's urgent", Some(AtOnce::Emergency)),
            ("I want an agent.", Some(AtOnce::Person)),
            ("operator", Some(AtOnce::Person)),
            ("Can I talk to a real person?", Some(AtOnce::Person)),
            ("أريد التحدث مع موظف", Some(AtOnce::Person)),
            ("وصلني بالموظف", Some(AtOnce::Person)),
            ("للموظفة لو سمحت", Some(AtOnce::Person)),
            ("Please don\u{2019}t record me", Some(AtOnce::OptOut)),
            ("لا تسجّل المكالمة", Some(AtOnce::OptOut)),
            ("Good morning, I would like an appointment", None),
            ("The human resources department", None),
            ("أريد أن أحجز موعدا", None),
            ("مع من أتكلم؟", None),
            ("my agency", None),
        ] {
            assert_eq!(AtOnce::of(text), expected, "{text}");
        }
    }
}
