//! Bytes and texts without a pattern: what a compressor cannot win on. The same for the same seed.

/// So many bytes.
pub(crate) fn bytes(count: usize, seed: u64) -> Vec<u8> {
    // Neighbouring seeds are far from each other.
    let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}

/// So many letters, of 64 kinds.
pub(crate) fn text(count: usize, seed: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = bytes(count, seed).into_iter();
    letters
        .map(|byte| char::from(LETTERS[usize::from(byte) % 64]))
        .collect()
}
