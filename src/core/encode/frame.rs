//! Owns frames: a batch for a receiver that is known to read them (wire.md), compressed unless that makes it larger.
//!
//! Whether the receiver reads frames is the destination's to know. What stands in the header of the batch is left out of
//! the entries by whoever writes these. Tested by `tests/contracts/frames.rs`.
use alloc::vec::Vec;

use super::json;
use crate::core::batch::Batch;
use crate::core::deflate;
use crate::core::destination::Destination;
use crate::core::state::State;

/// JSON inside.
const PLAIN: u8 = 0;
/// JSON in a zlib stream inside.
const ZLIB: u8 = 1 << 2;

/// The body that carries a batch: a frame where the receiver reads them, otherwise JSON. `key_in_body`: the request may
/// carry no header, so the key goes here.
pub fn body(batch: &Batch, state: &State, destination: &Destination, key_in_body: bool) -> Vec<u8> {
    let json = json::frame(batch, state, &destination.books[0], key_in_body);
    if !destination.frames {
        return json;
    }
    let zlib = deflate::zlib(&json);
    let (flags, content) = if zlib.len() < json.len() {
        (ZLIB, zlib)
    } else {
        (PLAIN, json)
    };
    let mut out = b"SAP1".to_vec();
    out.push(flags);
    out.extend_from_slice(&content);
    out
}
