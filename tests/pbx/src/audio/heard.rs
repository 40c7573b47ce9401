//! What a client sent to the caller, and how it sounded: a line without a buffer for jitter, which
//! plays what is there and is silent when nothing is.

use std::fmt;

use serde::Serialize;

/// From sample to sample at 8 kHz.
pub(super) const MICROSECONDS: u64 = 125;

/// A piece of a body as it arrived.
#[derive(Clone)]
pub struct Chunk {
    /// Microseconds since 1970.
    pub at_us: u64,
    /// Its samples; half a sample at its end belongs to the next piece.
    pub samples: Vec<i16>,
}

impl fmt::Debug for Chunk {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} at {}", self.samples.len(), self.at_us)
    }
}

/// Nothing was there to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Underrun {
    /// Microseconds since 1970.
    pub at_us: u64,
    /// So long: the next piece came late by this.
    pub us: u64,
}

/// A recording at the caller's ear.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Its first sample: microseconds since 1970.
    pub begins_us: u64,
    /// Everything, silence of underruns included.
    pub samples: Vec<i16>,
    /// In their order.
    pub underruns: Vec<Underrun>,
    /// How far ahead of the ear the client was at most: so long it cannot fall silent.
    pub most_ahead_us: u64,
}

impl Played {
    /// The underruns that are longer than this.
    pub fn longer_than(&self, milliseconds: u64) -> Vec<Underrun> {
        let mut long = self.underruns.clone();
        long.retain(|it| it.us > milliseconds * 1_000);
        long
    }

    /// What was heard between two moments.
    pub fn between(&self, from_us: u64, to_us: u64) -> &[i16] {
        let index = |at_us: u64| {
            let into = at_us.saturating_sub(self.begins_us) / MICROSECONDS;
            usize::try_from(into).map_or(self.samples.len(), |it| it.min(self.samples.len()))
        };
        let (from, to) = (index(from_us), index(to_us));
        self.samples.get(from..to).unwrap_or_default()
    }

    /// When a sample was heard.
    pub fn moment(&self, sample: usize) -> u64 {
        self.begins_us + u64::try_from(sample).unwrap_or_default() * MICROSECONDS
    }
}

/// Plays pieces in the order in which they came.
pub(super) fn play<'a>(chunks: impl Iterator<Item = &'a Chunk>) -> Played {
    let mut played = Played::default();
    for chunk in chunks {
        if played.samples.is_empty() {
            played.begins_us = chunk.at_us;
        }
        let ear = played.moment(played.samples.len());
        if let Some(late) = chunk.at_us.checked_sub(ear) {
            let missing = usize::try_from(late / MICROSECONDS).unwrap_or_default();
            if missing > 0 {
                played.underruns.push(Underrun {
                    at_us: ear,
                    us: late,
                });
            }
            played.samples.extend(std::iter::repeat_n(0, missing));
        } else {
            played.most_ahead_us = played.most_ahead_us.max(ear - chunk.at_us);
        }
        played.samples.extend(&chunk.samples);
    }
    played
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(at_us: u64, sample: i16) -> Chunk {
        let samples = vec![sample; 160];
        Chunk { at_us, samples }
    }

    #[test]
    fn late_pieces_leave_holes_and_early_ones_wait() {
        let chunks = [
            chunk(1_000_000, 1),
            chunk(1_010_000, 2),
            chunk(1_100_000, 3),
        ];
        let played = play(chunks.iter());
        assert_eq!(played.begins_us, 1_000_000);
        // 40 ms of two pieces, 60 ms of nothing, 20 ms.
        assert_eq!(played.samples.len(), 960);
        let hole = Underrun {
            at_us: 1_040_000,
            us: 60_000,
        };
        assert_eq!(played.underruns, [hole]);
        assert_eq!(played.longer_than(59).len(), 1);
        assert!(played.longer_than(60).is_empty());
        assert_eq!(played.most_ahead_us, 10_000);
        assert_eq!(played.between(1_019_875, 1_020_125), [1, 2]);
        assert_eq!(played.between(1_099_875, 1_100_125), [0, 3]);
        assert_eq!(played.between(2_000_000, 3_000_000), [0_i16; 0]);
        assert_eq!(played.moment(800), 1_100_000);
    }

    #[test]
    fn nothing_is_nothing() {
        let played = play([].iter());
        assert!(played.samples.is_empty() && played.underruns.is_empty());
    }
}
