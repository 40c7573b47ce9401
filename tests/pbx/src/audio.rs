//! The sound of calls at route points: what the caller says, and what the caller is given to hear.
//!
//! Raw samples, signed 16 bits, little-endian, 8 kHz, mono; only participants of the client's own
//! route point have it (3CX Call Control API page). Until media is ready: 424. Strict on purpose:
//! when the client's `POST` ends while the call goes on, the caller is hung up.
//! Here: what the PBX does about it. The books are kept after the call, for tests (`books`). Not here:
//! HTTP (`stream`).

mod books;
mod heard;
mod stream;
mod voice;

use std::collections::BTreeMap;

use crate::calls::{Failure, Reason, Status, Timer};
use crate::clock;
use crate::directory::Kind;
use crate::world::World;

pub use books::{Breaking, CallAudio, Stream, StreamEnd, StreamFault, StreamLog, Taken};
pub use heard::{Chunk, Played, Underrun};
pub(crate) use stream::{Broken, handle};
pub use voice::Said;
use voice::Voice;

/// What a client that wants a stream gets.
pub(crate) enum Admission {
    /// This one: an index into the call's streams.
    Open(u32, usize),
    /// Media is not ready.
    NotReady,
    /// It has one already.
    Taken,
    Gone,
}

/// Everything about sound that the PBX keeps.
#[derive(Debug, Default)]
pub(crate) struct Audio {
    /// By call.
    pub(crate) calls: BTreeMap<u32, CallAudio>,
    /// Faults of streams that are still to be opened.
    pub(crate) faults: Vec<StreamFault>,
    /// How often each participant's streams were refused so far.
    refused: BTreeMap<(u32, bool), u32>,
}

impl World {
    /// A call rings at a route point.
    pub(crate) fn note_ringing(&mut self, call: u32, dn: &str, leg: u32) {
        let noise = self.settings.line_noise;
        self.audio.calls.entry(call).or_insert_with(|| CallAudio {
            callid: call,
            dn: dn.to_owned(),
            participant: leg,
            rang_us: clock::now_us(),
            taken: Vec::new(),
            ended: None,
            hung_up_by_stream: false,
            not_ready: 0,
            streams: Vec::new(),
            voice: Voice::new(noise),
        });
    }

    /// Somebody answered.
    pub(crate) fn note_taken(&mut self, call: u32, leg: u32) {
        let found = self.calls.get(&call).and_then(|entry| entry.leg(leg));
        let by = found.map(|leg| match leg.own.kind {
            Kind::ExternalLine => leg.own.number.clone(),
            _ => leg.own.dn.clone(),
        });
        if let (Some(audio), Some(by)) = (self.audio.calls.get_mut(&call), by) {
            let at_us = clock::now_us();
            audio.taken.push(Taken { at_us, by });
        }
    }

    /// The call is over.
    pub(crate) fn note_silent(&mut self, call: u32, why: &Failure) {
        if let Some(audio) = self.audio.calls.get_mut(&call) {
            audio.ended = Some((clock::now_us(), why.text.clone()));
        }
    }

    /// A client asks for a stream of a participant of its own.
    fn open_stream(&mut self, leg: u32, stream: Stream) -> Admission {
        let Some(call) = self.call_of(leg) else {
            return Admission::Gone;
        };
        let connected = self
            .calls
            .get(&call)
            .and_then(|entry| entry.leg(leg))
            .is_some_and(|leg| leg.status == Status::Connected);
        let key = (leg, stream == Stream::Talking);
        let refused = self.audio.refused.entry(key).or_default();
        let fault = self.audio.faults.iter().position(|it| it.stream == stream);
        let Some(audio) = self.audio.calls.get_mut(&call) else {
            return Admission::Gone;
        };
        if !connected || *refused < self.settings.media_not_ready {
            *refused = refused.saturating_add(1);
            audio.not_ready += 1;
            return Admission::NotReady;
        }
        let open = |it: &StreamLog| it.participant == leg && it.ended_us.is_none();
        if audio.of(stream).any(open) {
            return Admission::Taken;
        }
        let now = clock::now_us();
        let fault = fault.map(|index| self.audio.faults.remove(index));
        audio.streams.push(StreamLog {
            stream,
            participant: leg,
            opened_us: now,
            ended_us: None,
            end: None,
            bytes: 0,
            chunks: Vec::new(),
            fault: fault.map(|it| (now + it.after_ms * 1_000, it.how)),
        });
        Admission::Open(call, audio.streams.len() - 1)
    }

    /// Makes the open stream of a call fail now; `false` where there is none.
    pub(crate) fn break_stream(&mut self, call: u32, stream: Stream, how: Breaking) -> bool {
        let streams = self.audio.calls.get_mut(&call).map(|it| &mut it.streams);
        let mut streams = streams.into_iter().flatten();
        let open = streams.find(|it| it.stream == stream && it.ended_us.is_none());
        let Some(open) = open else {
            return false;
        };
        open.fault = Some((clock::now_us(), how));
        true
    }

    fn stream(&mut self, call: u32, index: usize) -> Option<&mut StreamLog> {
        self.audio.calls.get_mut(&call)?.streams.get_mut(index)
    }

    /// A stream is over. Without anything to hear, the caller is hung up, at once or after a while.
    fn close_stream(&mut self, call: u32, index: usize, end: StreamEnd) {
        let Some(log) = self.stream(call, index) else {
            return;
        };
        if log.ended_us.is_some() {
            return;
        }
        log.ended_us = Some(clock::now_us());
        log.end = Some(end);
        let (stream, leg) = (log.stream, log.participant);
        if stream == Stream::Listening || end == StreamEnd::Left {
            return;
        }
        let grace_ms = if end == StreamEnd::Broken {
            self.settings.stream_loss_grace_ms
        } else {
            self.settings.stream_end_grace_ms
        };
        if grace_ms == 0 {
            self.hang_up_unheard(leg);
        } else {
            self.later(grace_ms, Timer::Unheard { leg });
        }
    }

    /// Ends the call of a participant to whom nobody sends any more.
    pub(crate) fn hang_up_unheard(&mut self, leg: u32) {
        let Some(call) = self.call_of(leg) else {
            return;
        };
        let Some(audio) = self.audio.calls.get_mut(&call) else {
            return;
        };
        let talks = |it: &StreamLog| it.participant == leg && it.ended_us.is_none();
        if audio.of(Stream::Talking).any(talks) {
            return;
        }
        audio.hung_up_by_stream = true;
        let text = "the audio stream ended";
        self.end_call(call, &Failure::new(Reason::PartyConnectionLost, text));
    }

    /// Says something as the caller, after whatever is being said.
    pub(crate) fn say(&mut self, call: u32, samples: &[i16]) -> Option<Said> {
        if !self.calls.contains_key(&call) {
            return None;
        }
        let audio = self.audio.calls.get_mut(&call)?;
        Some(audio.voice.say(clock::now_us(), samples))
    }

    /// Presses keys; only the route point's own client hears of it. On how many participants.
    pub(crate) fn press(&mut self, call: u32, digits: &str) -> usize {
        let legs = self.calls.get(&call).map_or(&[][..], |call| &call.legs);
        let hears = |leg: &&crate::calls::Leg| {
            leg.own.kind == Kind::RoutePoint && leg.status == Status::Connected
        };
        let legs: Vec<(String, u32)> = legs
            .iter()
            .filter(hears)
            .map(|leg| (leg.own.dn.clone(), leg.id))
            .collect();
        for (dn, leg) in &legs {
            self.announce_keys(dn, *leg, digits);
        }
        legs.len()
    }
}
