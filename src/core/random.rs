//! Owns the spreading of delays and the naming of instances and batches. Does not find randomness: the seed comes
//! from outside (`getrandom` at the edge), so that the same seed gives the same trace (I11).
//!
//! Not for secrets. Tested by `tests/contracts/identity.rs`.

/// A small generator (SplitMix64) for jitter.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that always gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Random { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `max`, both included. The bias of the remainder is of no matter for delays.
    pub fn up_to(&mut self, max: u64) -> u64 {
        self.bits() % max.saturating_add(1).max(1)
    }
}
