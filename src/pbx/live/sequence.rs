//! The numbering of events: what is new, what is a repetition, what is missing.
//!
//! 3CX numbers the events of a socket and repeats some (Call Control API). Where the numbering
//! begins is not said: a socket whose first number is not the first there is may have lost some
//! already, and one snapshot too many does less harm than a call that nobody sees.

/// So many repetitions in a row are no repetitions: the PBX began to count anew.
const REPETITIONS: u32 = 16;
/// A numbering begins with 0 or 1.
const FIRST: i64 = 1;

/// The last number of one socket.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    last: Option<i64>,
    /// Repetitions since the last new number.
    repetitions: u32,
}

/// What a number says about its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The next one.
    Next,
    /// New, but others before it are missing.
    AfterGap,
    /// Seen already.
    Repeated,
}

impl Sequence {
    /// Places an event; one without a number is always the next.
    pub(super) fn place(&mut self, number: Option<i64>) -> Place {
        let Some(number) = number else {
            return Place::Next;
        };
        let Some(last) = self.last else {
            self.last = Some(number);
            return if number <= FIRST {
                Place::Next
            } else {
                Place::AfterGap
            };
        };
        let place = if number <= last {
            self.repetitions = self.repetitions.saturating_add(1);
            if self.repetitions < REPETITIONS {
                return Place::Repeated;
            }
            Place::AfterGap
        } else if number == last.saturating_add(1) {
            Place::Next
        } else {
            Place::AfterGap
        };
        self.last = Some(number);
        self.repetitions = 0;
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[i64], expected: &[Place]) {
        let mut sequence = Sequence::default();
        let places: Vec<Place> = numbers
            .iter()
            .map(|number| sequence.place(Some(*number)))
            .collect();
        assert_eq!(places, expected, "{numbers:?}");
    }

    #[test]
    fn places() {
        use Place::{AfterGap, Next, Repeated};
        check(&[0, 1, 2], &[Next, Next, Next]);
        check(&[1, 2, 3], &[Next, Next, Next]);
        check(&[2, 3], &[AfterGap, Next]);
        check(&[60, 61, 62], &[AfterGap, Next, Next]);
        check(&[60, 60, 59, 61], &[AfterGap, Repeated, Repeated, Next]);
        check(&[60, 62, 61, 63], &[AfterGap, AfterGap, Repeated, Next]);
        check(&[i64::MAX, i64::MIN], &[AfterGap, Repeated]);
    }

    #[test]
    fn a_new_count_is_noticed() {
        let mut sequence = Sequence::default();
        sequence.place(Some(1_000_000));
        let places: Vec<Place> = (1..=17).map(|n| sequence.place(Some(n))).collect();
        assert_eq!(
            places[14..],
            [Place::Repeated, Place::AfterGap, Place::Next]
        );
        assert_eq!(sequence.place(None), Place::Next);
    }
}
