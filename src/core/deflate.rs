//! Owns the compression of what goes out: zlib streams (RFC 1950, 1951), written at once and whole, because a page that
//! goes waits for nobody.
//!
//! Made small before it is made strong: one block in the fixed code, hash chains of `PROBES` places, and a match waits
//! until it is known that the next byte begins no longer one. That does about as well as zlib at level 1, whose own code
//! for each block would cost more of the download (`docs/size.md`). What does not get smaller is left alone by
//! `encode::frame`.
//!
//! Invariants: any decoder reads back what was put in; the output is at most an eighth larger, and 12 bytes.
//! Tested by `tests/contracts/deflate.rs`, `tests/props/deflate.rs` and, in the wasm, `tests/wasm/frames.test.ts`.
use alloc::vec;
use alloc::vec::Vec;

/// Earlier places that are tried for a match: with 8 it is a fifth faster and 2.5 % larger, with 64 half as fast and 2 %
/// smaller.
const PROBES: u32 = 16;
/// So far back a match may begin, and no farther.
const WINDOW: usize = 32 * 1024;
/// Three bytes are a match only from nearer than this; from farther away they are shorter as they are.
const NEAR: usize = 4096;
/// Shortest match.
const MATCH_MIN: usize = 3;
/// Longest match. The format has one more, with a code of its own.
const MATCH_MAX: usize = 257;
const HASH_BITS: u32 = 12;

/// The zlib stream of `input`.
///
/// ```
/// let text = b"tick tock tick tock tick tock tick tock".repeat(20);
/// assert!(sapwood::core::deflate::zlib(&text).len() < 40);
/// ```
pub fn zlib(input: &[u8]) -> Vec<u8> {
    let mut out = Bits {
        // Deflate with a window of 32 KiB, and what makes the two bytes a multiple of 31.
        bytes: vec![0x78, 0x01],
        bits: 0,
        count: 0,
    };
    // The last block, in the fixed code.
    out.put(0b011, 3);
    write_matches(input, &mut out);
    out.put_symbol(256);
    // To the end of the byte.
    out.put(0, 7);
    // Adler-32. For the largest request the sums stay far from the end of the numbers, so the remainders can wait.
    let (mut low, mut high) = (1u64, 0u64);
    for byte in input {
        low += u64::from(*byte);
        high += low;
    }
    let sum = ((high % 65521) << 16) | (low % 65521);
    out.bytes.extend_from_slice(&(sum as u32).to_be_bytes());
    out.bytes
}

/// Writes everything: what stood before, as where it stood; the rest, byte by byte.
fn write_matches(input: &[u8], out: &mut Bits) {
    // Places count from 1: for each of the window the one before it with the same hash, behind them for each hash the last.
    let mut places = vec![0; WINDOW + (1 << HASH_BITS)];
    // Up to here it is written; there begins the match that is held back, if there is one, while the next byte is tried.
    let mut written = 0;
    let (mut held, mut held_back) = (0, 0);
    for at in 0..=input.len() {
        let (mut length, mut back) = (0, 0);
        let rest = &input[at..];
        let rest = &rest[..rest.len().min(MATCH_MAX)];
        if let [first, second, third, ..] = *rest {
            let key = u32::from_be_bytes([0, first, second, third]);
            let hash = WINDOW + (key.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize;
            let mut place = places[hash];
            places[at % WINDOW] = place;
            places[hash] = at + 1;
            let mut probes = if at < written { 0 } else { PROBES };
            while probes > 0 && place > 0 && at - (place - 1) < WINDOW {
                let start = place - 1;
                let mut same = 0;
                // Most places are not better, and show it where they would have to be.
                if length < rest.len() && input[start + length] == rest[length] {
                    while same < rest.len() && input[start + same] == rest[same] {
                        same += 1;
                    }
                }
                if same > length && (same > MATCH_MIN || at - start < NEAR) {
                    (length, back) = (same, at - start);
                }
                place = places[start % WINDOW];
                probes -= 1;
            }
        }
        if at < written {
            continue;
        }
        if held >= MATCH_MIN && held >= length {
            out.put_match(held, held_back);
            written += held;
            held = 0;
        } else {
            if written < at {
                out.put_symbol(input[written].into());
                written = at;
            }
            (held, held_back) = (length, back);
        }
    }
}

/// Bytes that are filled bit by bit, from the lowest bit.
struct Bits {
    bytes: Vec<u8>,
    bits: u32,
    count: u32,
}

impl Bits {
    /// The lowest `count` bits of a number, at most 24.
    fn put(&mut self, number: usize, count: u32) {
        self.bits |= (number as u32 & ((1 << count) - 1)) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    /// A code goes out with its highest bit first.
    fn put_code(&mut self, code: usize, bits: u32) {
        for bit in (0..bits).rev() {
            self.put(code >> bit, 1);
        }
    }

    /// A byte, the end (256) or a length, in the fixed code.
    fn put_symbol(&mut self, symbol: usize) {
        match symbol {
            0..144 => self.put_code(symbol + 0x30, 8),
            144..256 => self.put_code(symbol + 0x100, 9),
            256..280 => self.put_code(symbol - 0x100, 7),
            _ => self.put_code(symbol - 0x58, 8),
        }
    }

    /// What stood `back` bytes ago, `length` bytes of it.
    fn put_match(&mut self, length: usize, back: usize) {
        let (symbol, extra) = split(length - MATCH_MIN, 2);
        self.put_symbol(symbol + 257);
        self.put(length - MATCH_MIN, extra);
        let (symbol, extra) = split(back - 1, 1);
        self.put_code(symbol, 5);
        self.put(back - 1, extra);
    }
}

/// Lengths and distances go out as a symbol for the place of the highest bit and the `bits` below it, and what is below
/// these as it is. The symbol, and how many bits are left.
fn split(number: usize, bits: u32) -> (usize, u32) {
    let extra = (number | 1).ilog2().saturating_sub(bits);
    (((extra as usize) << bits) + (number >> extra), extra)
}
