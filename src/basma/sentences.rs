//! Text that streams in, cut where a speaker would pause: after `. ! ? ؟ ، ؛` and at a new line.
//!
//! Never inside a number, a time or an abbreviation, and not into crumbs. What ends a piece is decided when
//! the next character is there, because `3.` may become `3.5`.

/// A sentence may be this short: "Yes." is one.
const SHORTEST_SENTENCE: usize = 4;
/// At a comma only what is long enough to be worth its own breath.
const SHORTEST_PART: usize = 24;
/// Beyond that it is cut at the last space.
const LONGEST: usize = 280;
/// A full stop after these ends nothing.
const ABBREVIATIONS: [&str; 7] = ["dr", "mr", "mrs", "ms", "st", "no", "ext"];

/// Cuts a stream of text.
#[derive(Debug, Default)]
pub struct Sentences {
    text: String,
}

impl Sentences {
    /// More text; the pieces that are whole now.
    pub fn push(&mut self, more: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        for character in more.chars() {
            // Marks of written lists are not spoken.
            if matches!(character, '*' | '#' | '`') {
                continue;
            }
            if self.ends_before(character) {
                self.cut(&mut pieces);
            }
            self.text
                .push(if character == '\n' { ' ' } else { character });
            if self.text.len() >= LONGEST {
                self.cut_at_space(&mut pieces);
            }
        }
        pieces
    }

    /// The end of the text: what is left.
    pub fn finish(&mut self) -> Option<String> {
        let mut pieces = Vec::new();
        self.cut(&mut pieces);
        pieces.pop()
    }

    /// Whether a piece ends where `next` comes.
    fn ends_before(&self, next: char) -> bool {
        let so_far = self.text.trim_end();
        if next == '\n' {
            return !so_far.is_empty();
        }
        if self.text.len() != so_far.len() {
            return false;
        }
        let length = so_far.trim_start().chars().count();
        match so_far.chars().next_back() {
            // These stand inside numbers, addresses and names, too.
            Some('.') => {
                next.is_whitespace() && length >= SHORTEST_SENTENCE && !ends_abbreviated(so_far)
            }
            Some('!' | '?' | '؟') => length >= SHORTEST_SENTENCE && !is_mark(next),
            Some('،' | '؛') => length >= SHORTEST_PART && !next.is_numeric(),
            _ => false,
        }
    }

    fn cut(&mut self, pieces: &mut Vec<String>) {
        let piece = std::mem::take(&mut self.text);
        let piece = piece.trim();
        if piece.chars().any(char::is_alphanumeric) {
            pieces.push(piece.to_owned());
        }
    }

    fn cut_at_space(&mut self, pieces: &mut Vec<String>) {
        let Some((before, after)) = self.text.rsplit_once(' ') else {
            return self.cut(pieces);
        };
        let (before, after) = (before.to_owned(), after.to_owned());
        self.text = before;
        self.cut(pieces);
        self.text = after;
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, '!' | '?' | '؟' | '.')
}

/// "Dr.", "a.m.", "J.": the sentence goes on.
fn ends_abbreviated(text: &str) -> bool {
    let word = text.trim_end_matches('.');
    let word = word
        .rsplit(|it: char| it.is_whitespace() || it == '.')
        .next()
        .unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    is_initial || ABBREVIATIONS.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However it streams in, it is cut in the same places.
    fn check(text: &str, expected: &[&str]) {
        for size in [1, 2, 5, 1_000] {
            let characters: Vec<char> = text.chars().collect();
            let mut sentences = Sentences::default();
            let mut pieces = Vec::new();
            for chunk in characters.chunks(size) {
                pieces.extend(sentences.push(&chunk.iter().collect::<String>()));
            }
            pieces.extend(sentences.finish());
            assert_eq!(pieces, expected, "{size} characters at a time");
        }
    }

    #[test]
    fn sentences_of_both_languages() {
        // V10
        check(
            "Good morning! We are open until five. Anything else? Yes",
            &[
                "Good morning!",
                "We are open until five.",
                "Anything else?",
                "Yes",
            ],
        );
        check(
            "مرحباً بك! نحن مفتوحون اليوم حتى الخامسة، وغداً حتى الثالثة؛ هل يناسبك؟ نعم.",
            &[
                "مرحباً بك!",
                "نحن مفتوحون اليوم حتى الخامسة،",
                "وغداً حتى الثالثة؛ هل يناسبك؟",
                "نعم.",
            ],
        );
        check("One line\nand another\n\n", &["One line", "and another"]);
        check("Really?! Yes... maybe.", &["Really?!", "Yes...", "maybe."]);
        check("- **Bold** item. `code`", &["- Bold item.", "code"]);
        check(" . ", &[]);
    }

    #[test]
    fn numbers_times_and_names_stay_whole() {
        check(
            "It costs 3.5 riyals at 10.30 a.m. on Sunday.",
            &["It costs 3.5 riyals at 10.30 a.m. on Sunday."],
        );
        check(
            "Dr. Ahmed and Mr. J. Smith are in.",
            &["Dr. Ahmed and Mr. J. Smith are in."],
        );
        check(
            "السعر هو ألف ومئتان أي ١٬٢٠٠،٥٠ ريال في اليوم.",
            &["السعر هو ألف ومئتان أي ١٬٢٠٠،٥٠ ريال في اليوم."],
        );
        check(
            "See www.example.com for more.",
            &["See www.example.com for more."],
        );
        check("نعم، لا، ربما.", &["نعم، لا، ربما."]);
    }

    #[test]
    fn what_never_pauses_is_cut_at_a_space() {
        let mut sentences = Sentences::default();
        let pieces = sentences.push(&"word ".repeat(200));
        assert!(pieces.len() >= 3);
        for piece in pieces {
            assert!(piece.len() <= LONGEST && piece.ends_with("word"), "{piece}");
        }
    }
}
