//! Owns the form of a record in the journal: entries as they go out, and what their batch's header says of the instance.
//!
//! A checksum of four bytes, then MessagePack strings: version, id, time of writing, heads, header, text. Numbers are
//! big-endian. A record that is damaged, or of another version, is not read at all. Tested by `tests/contracts/orphans.rs`.
use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::core::batch::{Batch, Id, Origin};
use crate::core::buffer::{Entries, Head};
use crate::core::level::Level;
use crate::core::msgpack::{Reader, write_str};
use crate::core::time::Now;

/// Changes with the form.
const VERSION: &[u8] = b"1";
/// Bytes of a head: `seq`, length and severity, four bytes each.
const HEAD_BYTES: usize = 12;

/// A record of these entries.
pub fn write(id: &Id, unix: u64, entries: &Entries, header: &[u8]) -> Vec<u8> {
    let mut heads = Vec::new();
    for head in &entries.heads {
        for number in [head.seq as u32, head.bytes as u32, head.level as u32] {
            heads.extend_from_slice(&number.to_be_bytes());
        }
    }
    let mut out = [0; 4].to_vec();
    for part in [VERSION, id, &unix.to_be_bytes(), &heads, header, &entries.text] {
        write_str(&mut out, part);
    }
    let sum = checksum(&out[4..]);
    out[..4].copy_from_slice(&sum);
    out
}

/// The batch that a record stands for, and when it was written. `None`: it is damaged, of another version or another record.
/// Its entries are as old as the record, as far as the monotonic clock goes back.
pub fn read(record: &[u8], id: &Id, now: Now) -> Option<(Batch, u64)> {
    let (sum, parts) = record.split_at_checked(4)?;
    let mut reader = Reader::new(parts);
    let mut part = || reader.string();
    if sum != checksum(parts) || part() != VERSION || part() != id {
        return None;
    }
    let unix = u64::from_be_bytes(part().try_into().ok()?);
    let accepted_at = now.monotonic.saturating_sub(now.unix.saturating_sub(unix));
    let mut entries = Entries::default();
    let mut bytes = 0;
    for head in part().chunks_exact(HEAD_BYTES) {
        let number = |at: usize| {
            head[at..at + 4]
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let level = Level::from_severity(number(8))?;
        let head = Head {
            seq: number(0),
            accepted_at,
            bytes: number(4) as usize,
            level,
            rank: level,
        };
        bytes += head.bytes;
        entries.heads.push(head);
    }
    let header = part().to_vec();
    entries.text = part().to_vec();
    if reader.failed() || entries.heads.is_empty() || entries.text.len() != bytes {
        return None;
    }
    let origin = Origin { record: *id, header };
    Some((Batch::new(*id, Some(Rc::new(origin)), entries), unix))
}

/// FNV-1a: small, and finds what a torn or a flipped write leaves.
fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut sum: u32 = 0x811c_9dc5;
    for byte in bytes {
        sum = (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    sum.to_be_bytes()
}
