//! The sound of a call for those who may hear it later: the caller left, Basma right.
//!
//! Her frames are the clock, because they go out evenly; what the caller says waits for them a little, and
//! where nothing of the caller came there is silence.
//!
//! Not here: whether anything may be recorded (`conversation`), where it is kept (`edge/voice_call`).

use std::collections::VecDeque;

use super::audio::Frame;

/// Channels of a recording.
pub const CHANNELS: u16 = 2;
/// Frames of the caller that wait at most, a second: of more the oldest are left out.
const MOST_WAITING: usize = 50;
/// Kept together: two seconds of both.
const PIECE_BYTES: usize = 64_000;

/// What is being recorded.
#[derive(Debug, Default)]
pub struct Recording {
    caller: VecDeque<Frame>,
    bytes: Vec<u8>,
}

impl Recording {
    /// 20 ms of the caller.
    pub fn heard(&mut self, frame: &Frame) {
        if self.caller.len() >= MOST_WAITING {
            self.caller.pop_front();
        }
        self.caller.push_back(frame.clone());
    }

    /// 20 ms of Basma, and of the caller beside it.
    pub fn played(&mut self, frame: &Frame) {
        let caller = self.caller.pop_front().unwrap_or(Frame::SILENCE);
        for (left, right) in caller.samples().iter().zip(frame.samples()) {
            self.bytes.extend(left.to_le_bytes());
            self.bytes.extend(right.to_le_bytes());
        }
    }

    /// A piece that is long enough to be kept.
    pub fn piece(&mut self) -> Option<Vec<u8>> {
        (self.bytes.len() >= PIECE_BYTES).then(|| std::mem::take(&mut self.bytes))
    }

    /// What is left of it.
    pub fn rest(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_channels_by_the_clock_of_what_goes_out() {
        let mut recording = Recording::default();
        recording.heard(&Frame::of(&[1, 1]));
        recording.played(&Frame::of(&[2]));
        // Nothing of the caller came in time.
        recording.played(&Frame::of(&[3]));
        for _ in 2..100 {
            assert_eq!(recording.piece(), None);
            recording.played(&Frame::SILENCE);
        }
        let piece = recording.piece().unwrap();
        assert_eq!(piece.len(), PIECE_BYTES);
        assert_eq!(&piece[..8], &[1, 0, 2, 0, 1, 0, 0, 0]);
        assert_eq!(&piece[640..644], &[0, 0, 3, 0]);
        assert!(recording.rest().is_empty());
    }

    #[test]
    fn a_caller_who_comes_in_a_rush_is_not_kept_for_ever() {
        let mut recording = Recording::default();
        for number in 0..60 {
            recording.heard(&Frame::of(&[number]));
        }
        recording.played(&Frame::SILENCE);
        assert_eq!(&recording.rest()[..2], &[10, 0]);
    }
}
