//! Owns the form of a flow's name and id, as the façade's `flow.ts` has it. Does not own randomness: it is an argument.
//!
//! Tested by `tests/logger/flows.rs`.
use crate::core::fields::cut;

/// So much of a name is kept: with `-` and eight characters it fits the id.
const NAME_CHARS_MAX: usize = 41;
const RANDOM_CHARS: usize = 8;
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The name of a flow that was to be called `name`: cut, and `flow` where there is nothing.
pub fn flow_name(name: &str) -> String {
    let kept = cut(name.as_bytes(), NAME_CHARS_MAX);
    match str::from_utf8(kept) {
        Ok(name) if !name.is_empty() => name.to_owned(),
        _ => "flow".to_owned(),
    }
}

/// `{name}-{8 random characters}`.
pub fn flow_id(name: &str, random: [u8; 16]) -> String {
    let mut id = name.to_owned();
    id.push('-');
    // Of 128 bits, so that the remainders are equally likely.
    let mut rest = u128::from_be_bytes(random);
    for _ in 0..RANDOM_CHARS {
        id.push(char::from(ALPHABET[(rest % 36) as usize]));
        rest /= 36;
    }
    id
}
