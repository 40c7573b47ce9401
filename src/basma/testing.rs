//! Sound for tests: speech that `espeak-ng` made (tests/audio/make.sh), noise, tones, silence.

use super::audio::{FRAME_SAMPLES, Frame, Framer, Samples};

/// "Good morning. When are you open today?"
pub(crate) const ENGLISH: &[u8] = include_bytes!("../../tests/audio/english.wav");
/// "Hello, I would like an appointment.", in Arabic.
pub(crate) const ARABIC: &[u8] = include_bytes!("../../tests/audio/arabic.wav");
/// "Yes, right.", in Arabic.
pub(crate) const SHORT_ARABIC: &[u8] = include_bytes!("../../tests/audio/yes.wav");

/// The frames of a file.
pub(crate) fn said(file: &[u8]) -> Vec<Frame> {
    let mut joiner = Framer::default();
    let mut frames = joiner.push(&Samples::default().push(&file[44..]));
    frames.extend(joiner.finish());
    frames
}

/// Frames of nothing.
pub(crate) fn silence(frames: usize) -> Vec<Frame> {
    vec![Frame::SILENCE; frames]
}

/// White noise, always the same.
pub(crate) fn noise(frames: usize, loudness: i16) -> Vec<Frame> {
    let mut state = 12_345_u32;
    let range = i32::from(loudness) * 173 / 100;
    let samples: Vec<i16> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let unit = i32::try_from(state >> 16).unwrap() - 32_768;
        i16::try_from(unit * range / 32_768).unwrap()
    })
    .take(frames * FRAME_SAMPLES)
    .collect();
    Framer::default().push(&samples)
}

/// A tone.
pub(crate) fn tone(frames: usize, frequency: f32) -> Vec<Frame> {
    let samples: Vec<i16> = (0..frames * FRAME_SAMPLES)
        .map(|n| {
            #[expect(clippy::cast_precision_loss, reason = "a short tone")]
            let value = ((n as f32) * frequency * std::f32::consts::TAU / 8_000.0).sin() * 6_000.0;
            #[expect(clippy::cast_possible_truncation, reason = "at most 6,000")]
            let sample = value as i16;
            sample
        })
        .collect();
    Framer::default().push(&samples)
}

/// Both at once.
pub(crate) fn mixed(one: &[Frame], other: &[Frame]) -> Vec<Frame> {
    one.iter()
        .zip(other)
        .map(|(one, other)| {
            let both = one.samples().iter().zip(other.samples());
            let sum: Vec<i16> = both.map(|(a, b)| a.saturating_add(*b)).collect();
            Frame::of(&sum)
        })
        .collect()
}
