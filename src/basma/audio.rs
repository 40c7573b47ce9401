//! Sound as the telephone has it: 8 kHz, 16 bits, one channel, in frames of 20 ms.
//!
//! The rate is in the type. A [`Frame`] holds telephone samples and nothing else goes to the PBX; speech at
//! 24 kHz stays bytes until [`Resampler`](super::Resampler) has made samples of the telephone from it.
//!
//! Not here: WAV (`wav`), what is speech (`voice_activity`), when a frame is due (`pacer`).

/// Samples in a second.
pub const RATE: u32 = 8_000;
/// Samples in a frame.
pub const FRAME_SAMPLES: usize = 160;
/// Bytes of a frame.
pub const FRAME_BYTES: usize = 320;
/// What a frame lasts, in milliseconds.
pub const FRAME_MS: i64 = 20;

/// 20 ms of telephone sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame([i16; FRAME_SAMPLES]);

impl Frame {
    /// Nothing to be heard.
    pub const SILENCE: Self = Self([0; FRAME_SAMPLES]);

    /// A frame of at most 160 samples; what is missing is silence.
    pub fn of(samples: &[i16]) -> Self {
        let mut frame = [0; FRAME_SAMPLES];
        for (place, sample) in frame.iter_mut().zip(samples) {
            *place = *sample;
        }
        Self(frame)
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.0
    }

    /// As the PBX wants it: 320 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect()
    }

    /// How loud it is: the root of the mean square.
    pub fn loudness(&self) -> f32 {
        let sum: f32 = self.0.iter().map(|sample| f32::from(*sample).powi(2)).sum();
        #[expect(clippy::cast_precision_loss, reason = "160 is exact")]
        let mean = sum / FRAME_SAMPLES as f32;
        mean.sqrt()
    }
}

/// Samples collected until they make frames.
#[derive(Debug, Default)]
pub struct Framer(Vec<i16>);

impl Framer {
    /// More samples; the frames that are full now.
    pub fn push(&mut self, samples: &[i16]) -> Vec<Frame> {
        self.0.extend_from_slice(samples);
        let full: Vec<Frame> = self.0.chunks_exact(FRAME_SAMPLES).map(Frame::of).collect();
        let used = full.len().saturating_mul(FRAME_SAMPLES);
        self.0.drain(..used);
        full
    }

    /// The last frame, filled up with silence.
    pub fn finish(&mut self) -> Option<Frame> {
        let rest = std::mem::take(&mut self.0);
        (!rest.is_empty()).then(|| Frame::of(&rest))
    }
}

/// Bytes as they come from a stream: chunks end anywhere, also between the two bytes of a sample.
#[derive(Debug, Default)]
pub struct Samples {
    odd: Option<u8>,
}

impl Samples {
    /// The samples that are whole now; one byte may wait for the next chunk.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<i16> {
        let mut samples = Vec::with_capacity(bytes.len().div_ceil(2));
        let mut bytes = bytes.iter().copied();
        loop {
            let Some(low) = self.odd.take().or_else(|| bytes.next()) else {
                return samples;
            };
            match bytes.next() {
                Some(high) => samples.push(i16::from_le_bytes([low, high])),
                None => self.odd = Some(low),
            }
            if self.odd.is_some() {
                return samples;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_may_end_anywhere() {
        // V4
        let sound: Vec<i16> = (-400..400).map(|sample| sample * 40).collect();
        let bytes: Vec<u8> = sound.iter().flat_map(|it| it.to_le_bytes()).collect();
        for size in [1, 2, 3, 319, 320, 321, 7_000] {
            let (mut samples, mut joiner) = (Samples::default(), Framer::default());
            let mut frames = Vec::new();
            for chunk in bytes.chunks(size) {
                frames.extend(joiner.push(&samples.push(chunk)));
            }
            frames.extend(joiner.finish());
            let heard: Vec<i16> = frames.iter().flat_map(|it| it.samples().to_vec()).collect();
            assert_eq!(heard, sound, "chunks of {size}");
        }
    }

    #[test]
    fn the_last_frame_is_filled_up() {
        let mut joiner = Framer::default();
        assert_eq!(joiner.push(&[7; 161]).len(), 1);
        let last = joiner.finish().unwrap();
        assert_eq!(last.bytes().len(), FRAME_BYTES);
        assert_eq!((last.samples()[0], last.samples()[1]), (7, 0));
        assert_eq!(joiner.finish(), None);
        assert!(Frame::SILENCE.loudness() < 0.1);
        assert!((Frame::of(&[-300; 160]).loudness() - 300.0).abs() < 0.1);
    }
}
