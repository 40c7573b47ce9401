//! Properties of reading numbers, over arbitrary text.

use proptest::prelude::*;

use super::*;

const HOME: Country = Country::SAUDI_ARABIA;

const MARKS: [char; 12] = [
    ' ', '-', '.', '(', ')', '/', '\u{A0}', '\u{200E}', '\u{200F}', '\u{202E}', '\u{2013}',
    '\u{FEFF}',
];

fn in_script(text: &str, zero: char) -> String {
    let digits: Vec<char> = (zero..).take(10).collect();
    let turn = |digit: u32| digits[usize::try_from(digit).unwrap()];
    text.chars()
        .map(|character| character.to_digit(10).map_or(character, turn))
        .collect()
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>()) {
        for home in ["SA", "US", "DE", "KW"] {
            let home = Country::from_iso(home).unwrap();
            if let Err(error) = Destination::parse(&text, home) {
                let _ = error.to_string();
            }
        }
        let _ = ExtensionNumber::parse(&text);
        let _ = E164::parse(&text);
        let _ = DialRules::from_settings(Some(&text), Some(&text), Some(&text));
        let _ = mask_number(&text);
    }

    #[test]
    fn what_is_written_reads_back(text in r"\+?[0-9]{1,16}", home in 0..4_usize) {
        let home = Country::from_iso(["SA", "US", "GB", "OM"][home]).unwrap();
        if let Ok(destination) = Destination::parse(&text, home) {
            prop_assert_eq!(Destination::parse(destination.as_str(), home), Ok(destination));
        }
    }

    #[test]
    fn scripts_are_equal(text in r"(\+|00)?(966)?0?[0-9]{1,10}") {
        let plain = Destination::parse(&text, HOME);
        prop_assert_eq!(&plain, &Destination::parse(&in_script(&text, '٠'), HOME));
        prop_assert_eq!(&plain, &Destination::parse(&in_script(&text, '۰'), HOME));
    }

    #[test]
    fn marks_change_nothing(
        text in r"(\+|00)?(966)?0?[0-9]{1,10}",
        marks in prop::collection::vec((0..20_usize, 0..MARKS.len()), 0..30),
    ) {
        let mut marked: Vec<char> = text.chars().collect();
        for (place, mark) in marks {
            marked.insert(place.min(marked.len()), MARKS[mark]);
        }
        let marked: String = marked.into_iter().collect();
        prop_assert_eq!(Destination::parse(&text, HOME), Destination::parse(&marked, HOME));
    }

    #[test]
    fn no_public_number_is_logged_in_full(text in r"\+[1-9][0-9]{6,14}") {
        let hidden = mask_number(&text).chars().filter(|&character| character == '•').count();
        prop_assert!(hidden >= 3);
    }
}
