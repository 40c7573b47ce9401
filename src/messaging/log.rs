//! What is kept of a message, and what can be asked of the log.
//!
//! The log lives in the Durable Object. An outgoing message is on record before it is sent, so that no
//! report can come for something unknown.
//!
//! Between Worker and object these travel as lists of texts: what serde makes for their many fields would be
//! kilobytes.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::time::Millis;

/// Who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `send_message`.
    Tool,
    /// Somebody in 3CX, whose SMS the PBX handed to us.
    Pbx,
    /// Somebody outside.
    Outside,
}

impl Origin {
    /// As it is written in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Pbx => "pbx",
            Self::Outside => "outside",
        }
    }

    /// The one that is written so; whoever wrote something else was somebody outside.
    pub fn named(name: &str) -> Self {
        let all = [Self::Tool, Self::Pbx];
        let known = all.into_iter().find(|origin| origin.as_str() == name);
        known.unwrap_or(Self::Outside)
    }
}

/// One message of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Entry {
    /// Its place in the log; newer ones are higher. 0 before it has one.
    pub place: i64,
    /// Our name for it.
    pub id: String,
    /// When.
    pub at: Millis,
    /// By which road.
    pub channel: Channel,
    /// Who began it.
    pub origin: Origin,
    /// Who wrote: an extension or a number.
    pub from: String,
    /// Who received it.
    pub to: String,
    /// Whose it is inside the PBX; empty where that is nobody's in particular.
    pub extension: String,
    /// The text.
    pub body: String,
    /// The carrier's name for it, or the PBX's number of it; empty until there is one.
    pub sid: String,
    /// See `status.rs`.
    pub status: String,
    /// The carrier's code, where it did not arrive.
    pub error: String,
}

impl Entry {
    /// Inbound, Outbound or Internal.
    pub const fn direction(&self) -> &'static str {
        match (self.channel, self.origin) {
            (Channel::Livechat, _) => "Internal",
            (_, Origin::Outside) => "Inbound",
            (_, Origin::Tool | Origin::Pbx) => "Outbound",
        }
    }

    /// The PBX has seen it, too.
    pub const fn is_shared(&self) -> bool {
        matches!(
            (self.channel, self.origin),
            (Channel::Livechat, _) | (_, Origin::Pbx | Origin::Outside)
        )
    }

    /// The number of whoever is outside.
    pub fn outside(&self) -> &str {
        match self.origin {
            Origin::Outside => &self.from,
            Origin::Tool | Origin::Pbx => &self.to,
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Report {
    /// Our name for it; empty where only the carrier's is known.
    pub id: String,
    /// The carrier's name for it; empty where there is none.
    pub sid: String,
    /// In the carrier's words.
    pub status: String,
    /// The carrier's code, where it did not arrive.
    pub error: String,
}

/// Which entries, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct MessageQuery {
    /// Only before this place in the log.
    pub before: Option<i64>,
    /// Not before.
    pub from: Option<Millis>,
    /// Before.
    pub to: Option<Millis>,
    /// Only those that the PBX has seen, too.
    pub shared: bool,
    /// How many at most.
    pub limit: usize,
}

impl From<Entry> for Vec<String> {
    fn from(entry: Entry) -> Self {
        vec![
            entry.place.to_string(),
            entry.id,
            entry.at.to_string(),
            entry.channel.as_str().to_owned(),
            entry.origin.as_str().to_owned(),
            entry.from,
            entry.to,
            entry.extension,
            entry.body,
            entry.sid,
            entry.status,
            entry.error,
        ]
    }
}

impl From<Vec<String>> for Entry {
    fn from(texts: Vec<String>) -> Self {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        Self {
            place: number(&text()).unwrap_or_default(),
            id: text(),
            at: number(&text()).unwrap_or_default(),
            channel: Channel::named(&text()).unwrap_or_default(),
            origin: Origin::named(&text()),
            from: text(),
            to: text(),
            extension: text(),
            body: text(),
            sid: text(),
            status: text(),
            error: text(),
        }
    }
}

impl From<Report> for Vec<String> {
    fn from(report: Report) -> Self {
        vec![report.id, report.sid, report.status, report.error]
    }
}

impl From<Vec<String>> for Report {
    fn from(texts: Vec<String>) -> Self {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        Self {
            id: text(),
            sid: text(),
            status: text(),
            error: text(),
        }
    }
}

impl From<MessageQuery> for Vec<String> {
    fn from(query: MessageQuery) -> Self {
        let number = |number: Option<i64>| number.map(|it| it.to_string()).unwrap_or_default();
        vec![
            number(query.before),
            number(query.from),
            number(query.to),
            number(Some(query.shared.into())),
            number(i64::try_from(query.limit).ok()),
        ]
    }
}

impl From<Vec<String>> for MessageQuery {
    fn from(texts: Vec<String>) -> Self {
        let mut numbers = texts.iter().map(|text| number(text));
        let mut next = || numbers.next().flatten();
        Self {
            before: next(),
            from: next(),
            to: next(),
            shared: next() == Some(1),
            limit: next()
                .and_then(|limit| usize::try_from(limit).ok())
                .unwrap_or_default(),
        }
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn everything_comes_back_from_a_journey() {
        let entry = Entry {
            place: 7,
            id: "m".into(),
            at: 1_795_356_189_999,
            channel: Channel::Whatsapp,
            origin: Origin::Pbx,
            from: "+966110000000".into(),
            to: "+966500000000".into(),
            extension: "100".into(),
            body: "مرحبا\n\"".into(),
            sid: "SM1".into(),
            status: "sent".into(),
            error: "30005".into(),
        };
        let report = Report {
            id: "m".into(),
            sid: "SM1".into(),
            status: "sent".into(),
            error: "1".into(),
        };
        let query = MessageQuery {
            before: Some(9),
            from: Some(-1),
            to: None,
            shared: true,
            limit: 100,
        };
        let text = |value| serde_json::to_vec(&value).unwrap();
        assert_eq!(
            json::read::<Entry>(&text(json::value(&entry))).unwrap(),
            entry
        );
        assert_eq!(
            json::read::<Report>(&text(json::value(&report))).unwrap(),
            report
        );
        assert_eq!(
            json::read::<MessageQuery>(&text(json::value(&query))).unwrap(),
            query
        );
    }
}
