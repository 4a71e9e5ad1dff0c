//! Owns the deep merge of contexts: right wins, maps are merged, everything else is replaced.
//!
//! The arguments stay as they are, so that an outer context is what it was when an inner one has ended.
//! Tested by `tests/contracts/context.rs` and `tests/props/context.rs`.
use alloc::vec::Vec;

use super::limits::{DEPTH_MAX, MERGE_WORK_MAX};
use super::msgpack::{self, Reader, Token};

/// Appends `left` merged with `right`, two MessagePack values; `left` may be empty. `None` if either cannot be read, is
/// too deep, or has so many keys that a page would feel it.
pub fn merge(left: &[u8], right: &[u8], out: &mut Vec<u8>) -> Option<()> {
    merge_at(left, right, out, 0)
}

/// Merges the maps that stand one after the other in `maps`.
pub fn merge_all(maps: &[u8]) -> Option<Vec<u8>> {
    let mut merged = Vec::new();
    let mut reader = Reader::new(maps);
    while !reader.is_empty() {
        let mut next = Vec::new();
        merge(&merged, reader.value(), &mut next)?;
        merged = next;
    }
    Some(merged)
}

fn merge_at(left: &[u8], right: &[u8], out: &mut Vec<u8>, depth: u32) -> Option<()> {
    let (mut left_reader, mut right_reader) = (Reader::new(left), Reader::new(right));
    let (Token::Map(left_len), Token::Map(right_len)) = (left_reader.token(), right_reader.token()) else {
        out.extend_from_slice(right);
        return right_reader.ok();
    };
    // Each key is looked for in the whole of the other map.
    let work = left_len.saturating_mul(count(right)) | right_len.saturating_mul(count(left));
    if depth == DEPTH_MAX || work > MERGE_WORK_MAX {
        return None;
    }
    let mut pairs = Vec::new();
    let mut len = left_len;
    for _ in 0..left_len {
        let (key, value) = (left_reader.string(), left_reader.value());
        left_reader.ok()?;
        msgpack::write_str(&mut pairs, key);
        match find(right, key) {
            Some(winner) => merge_at(value, winner, &mut pairs, depth + 1)?,
            None => pairs.extend_from_slice(value),
        }
    }
    for _ in 0..right_len {
        let (key, value) = (right_reader.string(), right_reader.value());
        right_reader.ok()?;
        if find(left, key).is_none() {
            msgpack::write_str(&mut pairs, key);
            pairs.extend_from_slice(value);
            len += 1;
        }
    }
    msgpack::write_map(out, len);
    out.extend_from_slice(&pairs);
    Some(())
}

/// How many values stand in one, nested ones and keys included.
fn count(value: &[u8]) -> usize {
    let (mut reader, mut count) = (Reader::new(value), 0);
    while !reader.is_empty() {
        reader.token();
        count += 1;
    }
    count
}

/// The value of `key` in a MessagePack map; the last one where a key stands twice.
pub fn find<'a>(map: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let mut reader = Reader::new(map);
    let Token::Map(mut left) = reader.token() else {
        return None;
    };
    let mut found = None;
    while left > 0 && !reader.failed() {
        left -= 1;
        let candidate = reader.string();
        let value = reader.value();
        if candidate == wanted && !reader.failed() {
            found = Some(value);
        }
    }
    found
}
