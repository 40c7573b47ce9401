//! Which message of our log is the same as one of the PBX's chat history.
//!
//! What goes through both is on record in both: an SMS that somebody wrote in 3CX and that we sent, one that
//! came in and that we posted to the PBX, and our own chat messages. Nothing names them alike (but chat,
//! whose number we looked up), so they are the same where text, people and time agree. One is the twin of one.

use super::{Channel, Entry};
use crate::time::Millis;

/// The two clocks, and the time on the way, may differ by so much.
const WINDOW_MS: Millis = 10 * 60 * 1000;
/// So many digits of a number are the same however it is written.
const TAIL: usize = 9;

/// Entries of our log that may have a twin.
pub struct Twins(Vec<Option<Entry>>);

impl Twins {
    /// How far before and after the PBX's messages ours have to be read.
    pub const AROUND_MS: Millis = WINDOW_MS;

    /// Of these entries.
    pub fn of(entries: Vec<Entry>) -> Self {
        Self(
            entries
                .into_iter()
                .filter(Entry::is_shared)
                .map(Some)
                .collect(),
        )
    }

    /// The twin of a message of the PBX: its number, its text, everybody who wrote or received it, and its
    /// time. It is given once.
    pub fn take(&mut self, id: &str, text: &str, people: &[&str], at: Millis) -> Option<Entry> {
        let is_same = |entry: &Entry| {
            if entry.channel == Channel::Livechat && !entry.sid.is_empty() {
                return entry.sid == id;
            }
            let is_there = |person: &str| people.iter().any(|known| names(known, person));
            entry.body.trim() == text.trim()
                && entry.at.abs_diff(at) <= WINDOW_MS.unsigned_abs()
                && is_there(entry.outside())
                && (entry.channel != Channel::Livechat || is_there(&entry.from))
        };
        // Of several the one that is nearest in time.
        let nearest = self
            .0
            .iter_mut()
            .filter(|entry| entry.as_ref().is_some_and(is_same))
            .min_by_key(|entry| entry.as_ref().map_or(u64::MAX, |it| it.at.abs_diff(at)))?;
        nearest.take()
    }
}

/// Whether a text of the PBX, which may list several people, names this one.
fn names(text: &str, person: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let tail = |digits: &str| -> String { digits.chars().rev().take(TAIL).collect() };
    let wanted = digits(person);
    text.split([',', ';']).any(|one| {
        let found = digits(one);
        if wanted.len() < TAIL {
            !wanted.is_empty() && found == wanted
        } else {
            tail(&found) == tail(&wanted)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::Origin;

    fn entry(origin: Origin, channel: Channel, at: Millis) -> Entry {
        let (from, to) = match origin {
            Origin::Outside => ("+966500000000", "+966110000000"),
            Origin::Pbx => ("+966110000000", "+966500000000"),
            Origin::Tool => ("100", "101"),
        };
        Entry {
            place: 1,
            id: format!("m{at}"),
            at,
            channel,
            origin,
            from: from.into(),
            to: to.into(),
            extension: String::new(),
            body: "Hello".into(),
            sid: String::new(),
            status: "sent".into(),
            error: String::new(),
        }
    }

    fn take(twins: &mut Twins, text: &str, people: &[&str], at: Millis) -> Option<String> {
        twins.take("7", text, people, at).map(|twin| twin.id)
    }

    #[test]
    fn the_same_text_people_and_time() {
        let twins = || Twins::of(vec![entry(Origin::Pbx, Channel::Sms, 0)]);
        let people = ["104", "0500000000"];
        assert_eq!(
            take(&mut twins(), " Hello\n", &people, 60_000).unwrap(),
            "m0"
        );
        assert_eq!(take(&mut twins(), "Hello!", &people, 0), None);
        assert_eq!(take(&mut twins(), "Hello", &["104", "0500000001"], 0), None);
        assert_eq!(take(&mut twins(), "Hello", &people, WINDOW_MS + 1), None);
        assert_eq!(take(&mut twins(), "Hello", &["104", ""], 0), None);
        let mut inbound = Twins::of(vec![entry(Origin::Outside, Channel::Whatsapp, 0)]);
        assert!(take(&mut inbound, "Hello", &["00966500000000", "104,105"], 0).is_some());
    }

    #[test]
    fn one_is_the_twin_of_one() {
        let two = [0, 5_000].map(|at| entry(Origin::Pbx, Channel::Sms, at));
        let mut twins = Twins::of(two.into());
        let people = ["104", "+966500000000"];
        assert_eq!(take(&mut twins, "Hello", &people, 5_100).unwrap(), "m5000");
        assert_eq!(take(&mut twins, "Hello", &people, 5_200).unwrap(), "m0");
        assert_eq!(take(&mut twins, "Hello", &people, 5_300), None);
    }

    #[test]
    fn what_the_pbx_never_saw_has_none() {
        let mut sms = entry(Origin::Tool, Channel::Sms, 0);
        sms.to = "+966500000000".into();
        let mut twins = Twins::of(vec![sms]);
        assert_eq!(
            take(&mut twins, "Hello", &["104", "+966500000000"], 0),
            None
        );
    }

    #[test]
    fn chat_is_known_by_its_number_where_it_was_seen() {
        let mut chat = entry(Origin::Tool, Channel::Livechat, 0);
        let people = ["100", "101"];
        assert!(take(&mut Twins::of(vec![chat.clone()]), "Hello", &people, 0).is_some());
        assert!(
            take(
                &mut Twins::of(vec![chat.clone()]),
                "Hello",
                &["102", "101"],
                0
            )
            .is_none()
        );
        chat.sid = "7".into();
        assert!(take(&mut Twins::of(vec![chat.clone()]), "", &[], Millis::MAX).is_some());
        chat.sid = "8".into();
        assert!(take(&mut Twins::of(vec![chat]), "Hello", &people, 0).is_none());
    }
}
