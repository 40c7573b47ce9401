//! The books of sound: streams of participants, and calls with all that was said and heard.

use serde::{Deserialize, Serialize};

use super::heard::{self, Chunk, Played};
use super::voice::{Said, Voice};

/// A direction of sound, named by what the client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// `GET`: the caller's voice.
    Listening,
    /// `POST`: what the caller hears.
    Talking,
}

/// How a stream fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaking {
    /// Ends in good order, although the call goes on.
    Close,
    /// The connection is gone.
    Reset,
    /// Stays open, and nothing moves any more.
    Stall,
}

/// A stream that will fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamFault {
    /// Which of the two.
    pub stream: Stream,
    /// How long it works.
    #[serde(default)]
    pub after_ms: u64,
    /// What happens then.
    pub how: Breaking,
}

/// Why a stream is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamEnd {
    /// The participant left: call over, or routed away.
    Left,
    /// The client ended it in good order.
    Closed,
    /// The client went away in the middle.
    Aborted,
    /// A fault.
    Broken,
}

/// One stream of a participant, open or over.
#[derive(Debug, Clone, Serialize)]
pub struct StreamLog {
    /// Its direction.
    pub stream: Stream,
    /// The participant in the path.
    pub participant: u32,
    /// Microseconds since 1970.
    pub opened_us: u64,
    /// The same, once it is over.
    pub ended_us: Option<u64>,
    /// Why it is over.
    pub end: Option<StreamEnd>,
    /// Bytes that went through.
    pub bytes: u64,
    /// What came, piece by piece; only where the client talks.
    #[serde(skip)]
    pub chunks: Vec<Chunk>,
    /// What a test wants of it, and when.
    #[serde(skip)]
    pub(super) fault: Option<(u64, Breaking)>,
}

/// Somebody took the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Microseconds since 1970.
    pub at_us: u64,
    /// The number that answered; the outside number where it is one.
    pub by: String,
}

/// The sound of one call, from its first ring at a route point on.
#[derive(Debug, Clone, Serialize)]
pub struct CallAudio {
    /// The call.
    pub callid: u32,
    /// The route point where it rang first.
    pub dn: String,
    /// Its participant there.
    pub participant: u32,
    /// When it rang there: microseconds since 1970.
    pub rang_us: u64,
    /// Everybody who answered, in order.
    pub taken: Vec<Taken>,
    /// When it was over, and why.
    pub ended: Option<(u64, String)>,
    /// It is over because a client stopped sending.
    pub hung_up_by_stream: bool,
    /// Requests for a stream that were answered 424.
    pub not_ready: u32,
    /// Every stream, in the order of opening.
    pub streams: Vec<StreamLog>,
    #[serde(skip)]
    pub(super) voice: Voice,
}

impl CallAudio {
    /// Streams of one direction, in the order of opening.
    pub fn of(&self, stream: Stream) -> impl Iterator<Item = &StreamLog> {
        self.streams.iter().filter(move |it| it.stream == stream)
    }

    /// Whether somebody answered who is no route point of a program.
    pub fn taken_by(&self, number: &str) -> bool {
        self.taken.iter().any(|taken| taken.by == number)
    }

    /// Everything that was sent to the caller, as one recording without pauses of the network.
    pub fn sent(&self) -> Vec<i16> {
        let chunks = self.of(Stream::Talking).flat_map(|it| &it.chunks);
        chunks.flat_map(|chunk| chunk.samples.clone()).collect()
    }

    /// The same as the caller heard it, in real time.
    pub fn played(&self) -> Played {
        heard::play(self.of(Stream::Talking).flat_map(|it| &it.chunks))
    }

    /// What the caller said, and when.
    pub fn said(&self) -> &[Said] {
        self.voice.said()
    }
}
