//! Sounds for tests: tones and noise, WAV files, and what can be measured about what was heard.
//!
//! Samples are signed 16-bit mono everywhere; what their rate is, the caller knows. No dependencies,
//! and nothing shared with the project, so that a wrong idea of sound cannot agree with itself.

mod hear;
mod make;
mod wav;

pub use hear::{
    Stretch, clipped, largest_step, level, purity, rms, strength, stretches, stretches_of_tone,
    windows,
};
pub use make::{noise, pitch_of, tone};
pub use wav::{Wav, from_bytes, to_bytes};

/// Samples per second of a telephone line.
pub const LINE_RATE: u32 = 8_000;

/// Samples of 20 ms on the line: one frame.
pub const FRAME: usize = 160;
