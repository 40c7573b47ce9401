//! Sounds that are known exactly: tones and noise.

use std::f64::consts::TAU;

/// At both ends of a tone, so that it does not click.
const FADE_MS: u32 = 5;

/// The lowest pitch, how far apart they are, and how many there are.
const PITCHES: (u32, u32, u32) = (400, 50, 50);

/// A sine of this loudness (its largest sample), faded in and out.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a peak is at most a 16-bit sample"
)]
pub fn tone(rate: u32, hertz: u32, milliseconds: u32, peak: i16) -> Vec<i16> {
    let count = rate * milliseconds / 1_000;
    let fade = (rate * FADE_MS / 1_000).min(count / 2).max(1);
    let sample = |index: u32| {
        let from_edge = index.min(count - 1 - index);
        let gain = f64::from(from_edge.min(fade)) / f64::from(fade);
        let angle = TAU * f64::from(hertz) * f64::from(index) / f64::from(rate);
        (angle.sin() * f64::from(peak) * gain).round() as i16
    };
    (0..count).map(sample).collect()
}

/// Noise whose samples are anywhere up to `peak`; the same seed, the same noise.
pub fn noise(count: usize, peak: i16, seed: u64) -> Vec<i16> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let span = i64::from(peak.unsigned_abs()) * 2 + 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let thrown = i64::try_from(state >> 33).unwrap_or_default() % span;
        i16::try_from(thrown - span / 2).unwrap_or_default()
    };
    (0..count).map(|_| next()).collect()
}

/// The pitch in which a text is spoken by the stand-in: one of fifty from 400 to 2850 Hz.
pub fn pitch_of(text: &str) -> u32 {
    let (lowest, apart, many) = PITCHES;
    // FNV-1a: short texts that differ a little get different pitches.
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    lowest + (hash >> 8) % many * apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LINE_RATE, clipped, largest_step, rms};

    #[test]
    fn a_tone_is_as_long_and_as_loud_as_asked() {
        let tone = tone(LINE_RATE, 1_000, 500, 10_000);
        assert_eq!(tone.len(), 4_000);
        let loud = rms(&tone);
        assert!((6_900.0..7_100.0).contains(&loud), "{loud}");
        assert_eq!((tone[0], clipped(&tone)), (0, 0));
        assert!(largest_step(&tone) < 8_000);
    }

    #[test]
    fn noise_repeats_and_keeps_its_bounds() {
        let once = noise(8_000, 300, 7);
        assert_eq!(once, noise(8_000, 300, 7));
        assert_ne!(once, noise(8_000, 300, 8));
        assert!(once.iter().all(|sample| sample.unsigned_abs() <= 300));
        assert!((150.0..200.0).contains(&rms(&once)));
        assert!(noise(10, 0, 1).iter().all(|sample| *sample == 0));
    }

    #[test]
    fn pitches_differ_by_text() {
        let texts = ["Hello.", "Hello?", "مرحبا", "مرحباً", "One moment, please."];
        let pitches: Vec<u32> = texts.iter().map(|text| pitch_of(text)).collect();
        assert!(pitches.iter().all(|pitch| (400..=2_850).contains(pitch)));
        for (index, pitch) in pitches.iter().enumerate() {
            assert!(!pitches[..index].contains(pitch), "{pitches:?}");
        }
    }
}
