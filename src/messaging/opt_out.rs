//! Words by which somebody says that they do not want to be written to any more, or do again.
//!
//! A word counts only as the whole message: "please stop by at ten" is no wish. Case, marks, vowels and
//! the ways of writing alef make no difference. The English words are those that carriers in North America
//! act on by themselves; "yes" is none of ours, because it is an answer to many questions.

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
}

const STOP: [&str; 19] = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "optout",
    "opt out",
    "revoke",
    "cancel",
    "end",
    "quit",
    "الغاء",
    "الغاء الاشتراك",
    "الغ الاشتراك",
    "توقف",
    "توقفوا",
    "ايقاف",
    "اوقف",
    "اوقفوا",
    "قف",
];
const START: [&str; 9] = [
    "start",
    "unstop",
    "subscribe",
    "optin",
    "opt in",
    "اشتراك",
    "اشترك",
    "ابدا",
    "استئناف",
];
/// Longer texts are no single word.
const MOST_CHARS: usize = 40;

impl Wish {
    /// What a message says, if it says nothing else.
    pub fn of(text: &str) -> Option<Self> {
        if text.chars().nth(MOST_CHARS).is_some() {
            return None;
        }
        let said = plain(text);
        if STOP.contains(&said.as_str()) {
            Some(Self::Stop)
        } else if START.contains(&said.as_str()) {
            Some(Self::Start)
        } else {
            None
        }
    }
}

/// Letters and single spaces, in one way of writing.
fn plain(text: &str) -> String {
    let mut said = String::new();
    for c in text.chars() {
        match c {
            // Vowels and the stretching stroke.
            '\u{64b}'..='\u{652}' | '\u{640}' => {}
            'أ' | 'إ' | 'آ' | 'ٱ' => said.push('ا'),
            _ if c.is_alphabetic() => said.extend(c.to_lowercase()),
            _ if !said.is_empty() && !said.ends_with(' ') && c.is_whitespace() => said.push(' '),
            _ => {}
        }
    }
    said.truncate(said.trim_end().len());
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_count() {
        for stop in [
            "STOP",
            " stop. ",
            "Stop!",
            "\u{200f}إلغاء",
            "الغاء",
            "أَلْغِ الاشتراك",
            "إلغاء  الإشتراك",
            "توقف",
            "تـوقّـف",
            "إيقاف",
            "UNSUBSCRIBE",
            "«توقف»",
        ] {
            assert_eq!(Wish::of(stop), Some(Wish::Stop), "{stop}");
        }
        for start in ["START", "اشتراك", "إشتراك", "ابدأ", "Subscribe\n"] {
            assert_eq!(Wish::of(start), Some(Wish::Start), "{start}");
        }
    }

    #[test]
    fn other_messages_do_not() {
        for text in [
            "",
            "yes",
            "نعم",
            "please stop by at ten",
            "أريد إلغاء الموعد",
            "stopping",
            "1",
            "توقف العلاج؟",
        ] {
            assert_eq!(Wish::of(text), None, "{text}");
        }
        assert_eq!(Wish::of(&"stop ".repeat(2_000)), None);
    }
}
