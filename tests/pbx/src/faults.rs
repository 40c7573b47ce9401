//! Things that go wrong between the PBX and its client.
//!
//! Rules are looked through in order; the first that matches and is not used up decides.
//! "After" faults (`reset_after`, `truncate`) carry the request out first: the client cannot know.
//! Here: requests. The event socket has its own levers in the control interface.

mod play;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use play::{Answer, play};

/// When a fault happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only requests of this method; without it all.
    #[serde(default)]
    pub method: Option<String>,
    /// Only paths that contain this text (still percent-encoded); empty: all.
    #[serde(default)]
    pub path: String,
    /// So many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// Then so many suffer.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub fault: Fault,
}

fn once() -> u32 {
    1
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// This answer instead of the real one; the request is not carried out.
    Status {
        /// HTTP status.
        status: u16,
        /// Body; empty without it.
        #[serde(default)]
        body: String,
        /// Content type of the body.
        #[serde(default)]
        content_type: Option<String>,
        /// More headers, for example `Retry-After`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Waits, then works.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Never answers; the connection closes in the end. The request is not carried out.
    Hang {
        /// Seconds until the connection closes.
        #[serde(default = "long")]
        seconds: u64,
    },
    /// The connection closes without an answer; the request is not carried out.
    Reset,
    /// The request is carried out, then the connection closes without an answer.
    ResetAfter,
    /// The request is carried out; the connection closes in the middle of the answer's body.
    Truncate,
    /// 200 with the login page of the web client; the request is not carried out.
    Html,
    /// 200 with nothing in it; the request is not carried out.
    Empty,
    /// Every token dies, then the request is handled.
    LoseToken,
    /// The request is carried out, the body of the answer comes piece by piece.
    SlowBody {
        /// Bytes per piece.
        #[serde(default = "piece")]
        chunk_bytes: usize,
        /// Milliseconds before each piece.
        #[serde(default = "pause")]
        chunk_ms: u64,
    },
}

fn long() -> u64 {
    600
}

fn piece() -> usize {
    16
}

fn pause() -> u64 {
    50
}

impl Fault {
    /// Name in the record.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::Hang { .. } => "hang",
            Self::Reset => "reset",
            Self::ResetAfter => "reset_after",
            Self::Truncate => "truncate",
            Self::Html => "html",
            Self::Empty => "empty",
            Self::LoseToken => "lose_token",
            Self::SlowBody { .. } => "slow_body",
        }
    }
}

impl Rule {
    /// A rule for the next matching request.
    pub fn once(path: &str, fault: Fault) -> Self {
        Self {
            method: None,
            path: path.to_owned(),
            skip: 0,
            times: 1,
            fault,
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.times > 0
            && path.contains(&self.path)
            && self
                .method
                .as_deref()
                .is_none_or(|own| own.eq_ignore_ascii_case(method))
    }
}

impl crate::world::World {
    /// The fault for a request, if one is due; uses it up.
    pub(crate) fn due_fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        let rule = self
            .faults
            .iter_mut()
            .find(|rule| rule.matches(method, path))?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times -= 1;
        let fault = rule.fault.clone();
        self.faults.retain(|rule| rule.times > 0);
        Some(fault)
    }
}
