//! The sound of waiting: soft, short, for when there is nothing to say and nobody may think that the line is
//! dead. Made here, so that it is in hand when every provider fails.

use super::audio::{FRAME_SAMPLES, Frame, Framer};

/// Two soft notes, a quarter of a second in all.
pub(super) fn waiting() -> Vec<Frame> {
    const NOTE_FRAMES: usize = 6;
    // sin and cos of a step of 440 and of 554 Hz at 8 kHz.
    let notes = [(0.338_737_9, 0.940_880_8), (0.421_470_3, 0.906_844_1)];
    let length = NOTE_FRAMES.saturating_mul(FRAME_SAMPLES);
    let mut joiner = Framer::default();
    let mut frames = Vec::new();
    for (sine, cosine) in notes {
        let (mut x, mut y) = (0.0_f32, 1_500.0_f32);
        let mut samples = Vec::with_capacity(length);
        for n in 0..length {
            (x, y) = (x * cosine + y * sine, y * cosine - x * sine);
            // In and out over 12 ms, so that it does not click.
            #[expect(clippy::cast_precision_loss, reason = "below a thousand")]
            let swell = (n.min(length.saturating_sub(n)) as f32 / 96.0).min(1.0);
            #[expect(clippy::cast_possible_truncation, reason = "at most 1,500")]
            samples.push((x * swell) as i16);
        }
        frames.extend(joiner.push(&samples));
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_and_short() {
        let frames = waiting();
        assert_eq!(frames.len(), 12);
        assert!(
            frames
                .iter()
                .all(|frame| (300.0..1_200.0).contains(&frame.loudness()))
        );
    }
}
