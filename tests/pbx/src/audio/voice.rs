//! The caller's voice: what is said when, in real time, whether anybody listens or not.

use std::fmt;

use serde::Serialize;

use super::heard::MICROSECONDS;

/// Samples of a frame, and how long it takes.
pub(super) const FRAME: usize = 160;
pub(super) const FRAME_US: u64 = 20_000;

/// Something the caller said.
#[derive(Clone, Serialize)]
pub struct Said {
    /// Its first sample: microseconds since 1970.
    pub begins_us: u64,
    /// Behind its last sample.
    pub ends_us: u64,
    #[serde(skip)]
    samples: Vec<i16>,
}

impl fmt::Debug for Said {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "from {} to {}", self.begins_us, self.ends_us)
    }
}

/// Everything the caller said and will say.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    said: Vec<Said>,
    /// The largest sample of the noise on the line.
    noise: i16,
    dice: u64,
}

impl Voice {
    pub(super) fn new(noise: i16) -> Self {
        Self {
            said: Vec::new(),
            noise,
            dice: 0x9E37_79B9_7F4A_7C15,
        }
    }

    pub(super) fn said(&self) -> &[Said] {
        &self.said
    }

    /// Says it as soon as what was said before is over.
    pub(super) fn say(&mut self, now_us: u64, samples: &[i16]) -> Said {
        let busy_until = self.said.last().map_or(0, |last| last.ends_us);
        let begins_us = now_us.max(busy_until);
        let length = u64::try_from(samples.len()).unwrap_or_default() * MICROSECONDS;
        let said = Said {
            begins_us,
            ends_us: begins_us + length,
            samples: samples.to_vec(),
        };
        self.said.push(said.clone());
        said
    }

    /// The frame that begins at a moment, as bytes.
    pub(super) fn frame(&mut self, from_us: u64) -> Vec<u8> {
        let mut frame = [0_i16; FRAME];
        for sample in &mut frame {
            *sample = self.throw();
        }
        let until_us = from_us + FRAME_US;
        let heard = |said: &&Said| said.begins_us < until_us && said.ends_us > from_us;
        for said in self.said.iter().filter(heard) {
            for (place, sample) in (0..).zip(&mut frame) {
                let at_us = from_us + place * MICROSECONDS;
                let Some(into) = at_us.checked_sub(said.begins_us) else {
                    continue;
                };
                let index = usize::try_from(into / MICROSECONDS).unwrap_or(usize::MAX);
                let spoken = said.samples.get(index).copied().unwrap_or_default();
                *sample = sample.saturating_add(spoken);
            }
        }
        frame.iter().flat_map(|it| it.to_le_bytes()).collect()
    }

    fn throw(&mut self) -> i16 {
        if self.noise <= 0 {
            return 0;
        }
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        let span = u64::from(self.noise.unsigned_abs()) * 2 + 1;
        let thrown = i16::try_from((self.dice >> 33) % span).unwrap_or_default();
        thrown.saturating_sub(self.noise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(bytes: &[u8]) -> Vec<i16> {
        let pairs = bytes.chunks_exact(2);
        pairs.map(|it| i16::from_le_bytes([it[0], it[1]])).collect()
    }

    #[test]
    fn frames_show_the_voice_in_its_time() {
        let mut voice = Voice::new(0);
        let first = voice.say(1_000_000, &[7; 200]);
        assert_eq!((first.begins_us, first.ends_us), (1_000_000, 1_025_000));
        // Said while the first is still being said: after it.
        assert_eq!(voice.say(1_010_000, &[9; 8]).begins_us, 1_025_000);
        assert_eq!(samples(&voice.frame(900_000)), [0; 160]);
        let half = samples(&voice.frame(990_000));
        assert_eq!((half[79], half[80], half[159]), (0, 7, 7));
        let end = samples(&voice.frame(1_010_000));
        assert_eq!((end[119], end[120], end[127], end[128]), (7, 9, 9, 0));
    }

    #[test]
    fn noise_is_in_its_bounds_and_under_the_voice() {
        let mut voice = Voice::new(30);
        let quiet = samples(&voice.frame(0));
        assert!(quiet.iter().all(|it| it.abs() <= 30));
        assert!(quiet.iter().any(|it| *it != 0));
        voice.say(20_000, &[i16::MAX; 160]);
        assert!(samples(&voice.frame(20_000)).contains(&i16::MAX));
    }
}
