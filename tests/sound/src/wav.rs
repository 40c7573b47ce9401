//! WAV files of plain 16-bit mono samples: read strictly, written plainly.

/// A sound with its rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wav {
    /// Samples per second.
    pub rate: u32,
    /// The sound.
    pub samples: Vec<i16>,
}

impl Wav {
    /// How long it takes.
    pub fn milliseconds(&self) -> u64 {
        let count = u64::try_from(self.samples.len()).unwrap_or_default();
        count * 1_000 / u64::from(self.rate.max(1))
    }
}

/// Length of the head: one `fmt ` chunk of 16 bytes, then `data`.
const HEAD: usize = 44;

/// Reads a file whose head is the plain one of 44 bytes and whose lengths are right to the byte.
pub fn from_bytes(file: &[u8]) -> Result<Wav, String> {
    let Some((head, data)) = file.split_at_checked(HEAD) else {
        return Err(format!("{} bytes are no WAV file", file.len()));
    };
    let four = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
    let long = |at: usize| u32::from_le_bytes(four(at));
    let short = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
    for (at, name) in [(0, b"RIFF"), (8, b"WAVE"), (12, b"fmt "), (36, b"data")] {
        if four(at) != *name {
            let name = String::from_utf8_lossy(name);
            return Err(format!("no {name:?} at byte {at}"));
        }
    }
    let (rate, length) = (long(24), u32::try_from(data.len()).unwrap_or(u32::MAX));
    let expected = [
        ("length of RIFF", long(4), length.saturating_add(36)),
        ("length of fmt", long(16), 16),
        ("format", short(20), 1),
        ("channels", short(22), 1),
        ("bytes per second", long(28), rate.saturating_mul(2)),
        ("bytes per sample", short(32), 2),
        ("bits per sample", short(34), 16),
        ("length of data", long(40), length),
    ];
    if let Some((what, is, expected)) = expected.into_iter().find(|(_, is, it)| is != it) {
        return Err(format!("{what} is {is}, not {expected}"));
    }
    if !data.len().is_multiple_of(2) {
        return Err("half a sample at the end".to_owned());
    }
    let pairs = data.chunks_exact(2);
    Ok(Wav {
        rate,
        samples: pairs.map(|it| i16::from_le_bytes([it[0], it[1]])).collect(),
    })
}

/// The file of a sound.
pub fn to_bytes(rate: u32, samples: &[i16]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX - 36);
    let mut file = Vec::with_capacity(HEAD + samples.len() * 2);
    file.extend(b"RIFF");
    file.extend((length + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let samples: Vec<i16> = (-500..500).collect();
        let wav = from_bytes(&to_bytes(8_000, &samples)).unwrap();
        assert_eq!((wav.rate, wav.milliseconds()), (8_000, 125));
        assert_eq!(wav.samples, samples);
    }

    #[test]
    fn every_byte_of_the_head_matters() {
        let good = to_bytes(8_000, &[1, 2, 3]);
        for at in 0..HEAD {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(from_bytes(&bad).is_err(), "byte {at}");
        }
        for bad in [&good[..40], &good[..good.len() - 1], &[]] {
            assert!(from_bytes(bad).is_err());
        }
        let longer = [good.as_slice(), &[0, 0]].concat();
        assert_eq!(
            from_bytes(&longer).unwrap_err(),
            "length of RIFF is 42, not 44"
        );
    }
}
