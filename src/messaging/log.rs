//! What is kept of a message, and what can be asked of the log.
//!
//! The log lives in the Durable Object. An outgoing message is on record before it is sent, so that no
//! report can come for something unknown.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::time::Millis;

/// Who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
