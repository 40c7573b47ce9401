//! Speech of 24 kHz made fit for the telephone: a low-pass at 3.4 kHz, then every third sample.
//!
//! Without the low-pass everything above 4 kHz would come back as noise below it. The filter is computed
//! only where a sample is kept, so a second of speech costs 0.8 million multiplications. What it needs of
//! one chunk for the next is carried over, as is the odd byte that a chunk may end with.

use super::audio::{Frame, Framer, Samples};

/// Of three samples one stays.
const STEP: usize = 3;
/// Coefficients of the filter.
const TAPS: usize = 97;
/// Half of the filter and its middle; the other half is its mirror image. Kaiser window, cut at 3.55 kHz:
/// -0.1 dB at 3.2 kHz, -44 dB from 3.9 kHz on.
#[rustfmt::skip]
const HALF: [f32; 49] = [
    0.000_223_1, -0.000_140_2, -0.000_544_2, -0.000_576_8, -0.000_043_1, 0.000_742_4, 0.001_091_8,
    0.000_511_3, -0.000_742_0, -0.001_678_4, -0.001_317_9, 0.000_365_6, 0.002_159_2, 0.002_430_6,
    0.000_550_4, -0.002_277_8, -0.003_697_1, -0.002_100_4, 0.001_733_2, 0.004_829_7, 0.004_253_0,
    -0.000_235_6, -0.005_414_7, -0.006_804_3, -0.002_426_2, 0.004_947_5, 0.009_351_7, 0.006_318_8,
    -0.002_882_2, -0.011_288_5, -0.011_317_1, -0.001_327_7, 0.011_805_0, 0.017_089_2, 0.008_248_4,
    -0.009_840_9, -0.023_121_0, -0.018_667_1, 0.003_811_3, 0.028_781_6, 0.034_408_7, 0.009_624_7,
    -0.033_417_4, -0.062_202_7, -0.042_769_3, 0.036_459_0, 0.152_152_3, 0.254_954_2, 0.295_980_1,
];

/// From 24 kHz to telephone frames, chunk by chunk.
#[derive(Debug)]
pub struct Resampler {
    samples: Samples,
    /// What the filter still needs, beginning with the first sample of the next window.
    pending: Vec<f32>,
    framer: Framer,
}

impl Default for Resampler {
    fn default() -> Self {
        Self {
            samples: Samples::default(),
            // Silence before the first sample, so that it stands in the middle of its window.
            pending: vec![0.0; TAPS / 2],
            framer: Framer::default(),
        }
    }
}

impl Resampler {
    /// Raw bytes, 16 bits at 24 kHz, as they came; the frames that are full now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let samples = self.samples.push(bytes);
        self.pending.extend(samples.into_iter().map(f32::from));
        self.filter()
    }

    /// The end: what the filter still holds, the last frame filled up with silence.
    pub fn finish(&mut self) -> Vec<Frame> {
        self.pending.extend([0.0; TAPS / 2]);
        let mut frames = self.filter();
        frames.extend(self.framer.finish());
        frames
    }

    fn filter(&mut self) -> Vec<Frame> {
        let kept: Vec<i16> = self
            .pending
            .windows(TAPS)
            .step_by(STEP)
            .map(weigh)
            .collect();
        let used = kept.len().saturating_mul(STEP).min(self.pending.len());
        self.pending.drain(..used);
        self.framer.push(&kept)
    }
}

/// The sample in the middle of the window.
fn weigh(window: &[f32]) -> i16 {
    let mirrored = window.iter().zip(window.iter().rev()).zip(&HALF);
    let pairs: f32 = mirrored
        .take(TAPS / 2)
        .map(|((left, right), weight)| (left + right) * weight)
        .sum();
    let middle = window.get(TAPS / 2).copied().unwrap_or_default();
    let sum = pairs + middle * HALF.last().copied().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that is too large becomes the largest sample"
    )]
    let sample = sum.round() as i16;
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a tone at 24 kHz.
    fn tone(frequency: f32, amplitude: f32) -> Vec<u8> {
        (0..24_000_u16)
            .map(|n| (f32::from(n) * frequency * std::f32::consts::TAU / 24_000.0).sin())
            .flat_map(|value| {
                #[expect(clippy::cast_possible_truncation, reason = "saturates")]
                let sample = (value * amplitude) as i16;
                sample.to_le_bytes()
            })
            .collect()
    }

    fn resample(bytes: &[u8], size: usize) -> Vec<i16> {
        let mut resampler = Resampler::default();
        let mut frames = Vec::new();
        for chunk in bytes.chunks(size) {
            frames.extend(resampler.push(chunk));
        }
        frames.extend(resampler.finish());
        frames.iter().flat_map(|it| it.samples().to_vec()).collect()
    }

    /// How loud the middle of it is.
    fn loudness(samples: &[i16]) -> f32 {
        Frame::of(&samples[4_000..4_160]).loudness()
    }

    #[test]
    fn what_the_telephone_carries_stays_and_nothing_else() {
        for (frequency, least, most) in [
            (300.0, 0.98, 1.02),
            (1_000.0, 0.98, 1.02),
            (3_000.0, 0.97, 1.03),
            (4_100.0, 0.0, 0.01),
            // Without the low-pass this would be heard as 2 kHz.
            (6_000.0, 0.0, 0.01),
            (10_000.0, 0.0, 0.01),
        ] {
            let ratio = loudness(&resample(&tone(frequency, 10_000.0), 4_800)) / 7_071.0;
            assert!((least..=most).contains(&ratio), "{frequency} Hz: {ratio}");
        }
    }

    #[test]
    fn a_second_stays_a_second_however_it_is_cut() {
        // V4, and V5: what comes is bytes of 24 kHz, what goes is frames of 8 kHz, and there is no other way.
        let bytes = tone(700.0, 12_000.0);
        let whole = resample(&bytes, bytes.len());
        assert_eq!(whole.len(), 8_000);
        for size in [1, 3, 479, 480, 481, 1_201, 5_000] {
            assert_eq!(resample(&bytes, size), whole, "chunks of {size} bytes");
        }
    }

    #[test]
    fn what_is_too_loud_is_cut_off_and_does_not_wrap() {
        let loud: Vec<u8> = [i16::MAX; 300]
            .into_iter()
            .chain([i16::MIN; 300])
            .flat_map(i16::to_le_bytes)
            .collect();
        let heard = resample(&loud, 100);
        assert!(heard[20..90].iter().all(|sample| *sample > 27_000));
        assert!(heard[110..190].iter().all(|sample| *sample < -27_000));
    }
}
