//! Sound as a WAV file: a header of 44 bytes, then the samples.

use super::audio::{FRAME_BYTES, Frame, RATE};

const MONO: u16 = 1;

/// The file for what was said in an utterance.
pub fn wav(frames: &[Frame]) -> Vec<u8> {
    let size = frames.len().saturating_mul(FRAME_BYTES);
    let mut file = header(MONO, size);
    file.reserve_exact(size);
    for frame in frames {
        file.extend(frame.samples().iter().flat_map(|it| it.to_le_bytes()));
    }
    file
}

/// What stands before `size` bytes of samples.
pub fn header(channels: u16, size: usize) -> Vec<u8> {
    const PCM: u16 = 1;
    const BYTES_A_SAMPLE: u16 = 2;
    const BITS_A_SAMPLE: u16 = 16;
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    let bytes_at_once = channels.saturating_mul(BYTES_A_SAMPLE);
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF");
    header.extend(size.saturating_add(36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(PCM.to_le_bytes());
    header.extend(channels.to_le_bytes());
    header.extend(RATE.to_le_bytes());
    header.extend(RATE.saturating_mul(u32::from(bytes_at_once)).to_le_bytes());
    header.extend(bytes_at_once.to_le_bytes());
    header.extend(BITS_A_SAMPLE.to_le_bytes());
    header.extend(b"data");
    header.extend(size.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_players_understand() {
        let file = wav(&[Frame::of(&[1, -2]), Frame::SILENCE]);
        assert_eq!(file.len(), 44 + 640);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()), 36 + 640);
        assert_eq!(&file[8..16], b"WAVEfmt ");
        let whole = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let half = |at: usize| u16::from_le_bytes(file[at..at + 2].try_into().unwrap());
        assert_eq!((whole(16), half(20), half(22)), (16, 1, 1));
        assert_eq!((whole(24), whole(28)), (8_000, 16_000));
        assert_eq!((half(32), half(34)), (2, 16));
        assert_eq!((&file[36..40], whole(40)), (b"data".as_slice(), 640));
        assert_eq!(&file[44..48], &[1, 0, 0xFE, 0xFF]);
    }
}
