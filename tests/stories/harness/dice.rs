//! Chance that can be repeated (xorshift).

/// The same seed throws the same.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for a number; neighbours throw quite differently.
    pub(crate) fn new(number: usize) -> Self {
        let seed = u64::try_from(number).expect("small") + 1;
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// True once in so many throws.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
