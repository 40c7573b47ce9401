//! What becomes of a request, and what is reported of a message later.

/// What happens to a request to send.
///
/// "After" means: the message was accepted, and the sender cannot know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Refused with this code of Twilio's error dictionary.
    Refuse(u32),
    /// This status with a page of a proxy in it; not accepted.
    Failure(u16),
    /// Accepted, and yet this status.
    FailureAfter(u16),
    /// Never answered; the connection closes after so long. Not accepted.
    Hang {
        /// Milliseconds.
        ms: u64,
    },
    /// Accepted, never answered.
    HangAfter {
        /// Milliseconds.
        ms: u64,
    },
    /// Carried out after so long.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection closes without an answer; not accepted.
    Reset,
    /// Accepted; the connection closes without an answer.
    ResetAfter,
    /// Accepted; the connection closes in the middle of the answer.
    Truncate,
    /// Accepted; a web page in place of the answer.
    Garble,
    /// Accepted; 201 with nothing in it.
    Empty,
}

impl Fate {
    /// Whether the message is accepted.
    pub fn accepts(&self) -> bool {
        match self {
            Self::Refuse(_) | Self::Failure(_) | Self::Hang { .. } | Self::Reset => false,
            Self::FailureAfter(_)
            | Self::HangAfter { .. }
            | Self::Delay { .. }
            | Self::ResetAfter
            | Self::Truncate
            | Self::Garble
            | Self::Empty => true,
        }
    }
}

/// One status that is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// `queued`, `sending`, `sent`, `delivered`, `undelivered`, `failed`, `read`.
    pub status: String,
    /// Why it failed.
    pub error_code: Option<u32>,
}

impl Report {
    /// A status without an error.
    pub fn of(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            error_code: None,
        }
    }

    /// A failure.
    pub fn failed(status: &str, error_code: u32) -> Self {
        Self {
            error_code: Some(error_code),
            ..Self::of(status)
        }
    }
}

/// What is reported by itself once a message is accepted, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// The reports; none unless told.
    pub reports: Vec<Report>,
    /// Each is sent twice.
    pub twice: bool,
    /// They arrive before the request to send is answered.
    pub before_answer: bool,
}

impl Course {
    /// These statuses in this order, after the answer.
    pub fn of(statuses: &[&str]) -> Self {
        Self {
            reports: statuses.iter().map(|status| Report::of(status)).collect(),
            ..Self::default()
        }
    }
}
