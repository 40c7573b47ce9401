//! Sound from behind: the caller speaks and presses keys, streams fail, and what was heard is read.

use crate::audio::{Breaking, CallAudio, Chunk, Said, Stream, StreamFault};

use super::Control;

impl Control {
    /// The caller of a call at a route point says something (8 kHz), after what is being said already;
    /// `None` where there is no such call. Whether anybody listens is another matter.
    pub fn say(&self, callid: u32, samples: &[i16]) -> Option<Said> {
        self.shared.with(|world| world.say(callid, samples))
    }

    /// The caller presses keys: an event of type 2 for the participant at the route point.
    /// On how many participants.
    pub fn press(&self, callid: u32, digits: &str) -> usize {
        self.shared.with(|world| world.press(callid, digits))
    }

    /// The open stream of a call fails now; `false` where none is open.
    pub fn break_stream(&self, callid: u32, stream: Stream, how: Breaking) -> bool {
        self.shared
            .with(|world| world.break_stream(callid, stream, how))
    }

    /// The next stream of its direction fails.
    pub fn add_stream_fault(&self, fault: StreamFault) {
        self.shared.with(|world| world.audio.faults.push(fault));
    }

    /// The sound of a call that rang at a route point, also when it is over.
    pub fn audio(&self, callid: u32) -> Option<CallAudio> {
        self.shared
            .with(|world| world.audio.calls.get(&callid).cloned())
    }

    /// What came for the caller's ear after a moment (microseconds since 1970), piece by piece. Cheap, so
    /// that who asks during a call disturbs nobody's measurements.
    pub fn pieces(&self, callid: u32, after_us: u64) -> Option<Vec<Chunk>> {
        self.shared.with(|world| {
            let call = world.audio.calls.get(&callid)?;
            let newer = call.of(Stream::Talking).flat_map(|it| {
                let known = it.chunks.partition_point(|chunk| chunk.at_us <= after_us);
                it.chunks.iter().skip(known)
            });
            Some(newer.cloned().collect())
        })
    }

    /// The sound of every such call.
    pub fn audio_of_all(&self) -> Vec<CallAudio> {
        self.shared
            .with(|world| world.audio.calls.values().cloned().collect())
    }
}
