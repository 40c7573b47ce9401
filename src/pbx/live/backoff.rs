//! How long to wait after a failure: full jitter, so that many who failed together return apart.
//!
//! Not here: when to wait (`link`, `snapshots`).

use crate::time::Millis;

/// The first ceiling; it doubles with each failure. Also the shortest pause there is.
pub(super) const SHORTEST: Millis = 1_000;
/// The ceiling for a PBX that cannot be reached.
pub(super) const LONGEST: Millis = 60_000;
/// The ceiling for a PBX that says no: it blocks addresses that keep trying.
pub(super) const LONGEST_REFUSED: Millis = 300_000;

/// The pause after `failures` earlier failures.
pub(super) fn pause(failures: u32, longest: Millis, random: u32) -> Millis {
    let ceiling = SHORTEST.saturating_mul(1_i64 << failures.min(20));
    share(random, ceiling.min(longest)).max(SHORTEST)
}

/// A random part of `whole`, from nothing to nearly all of it.
pub(super) fn share(random: u32, whole: Millis) -> Millis {
    i64::from(random).saturating_mul(whole) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_ceiling_and_never_vanish() {
        let longest = |failures| pause(failures, LONGEST, u32::MAX);
        let grown: Vec<Millis> = (0..8).map(longest).collect();
        assert_eq!(grown[..3], [1_000, 1_999, 3_999]);
        assert_eq!(grown[6..], [59_999, 59_999]);
        assert_eq!(longest(u32::MAX), 59_999);
        assert_eq!(pause(u32::MAX, LONGEST_REFUSED, u32::MAX), 299_999);
        for failures in 0..40 {
            assert_eq!(pause(failures, LONGEST, 0), SHORTEST);
        }
    }
}
