//! Owns the form of a record in the journal: entries as they go out, and what their batch's header says of the instance.
//!
//! A checksum of four bytes, then MessagePack strings: version, id, time of writing, heads, header, text. Numbers are
//! big-endian. Every version begins with checksum and version, so that what a newer one has written is told from damage. Neither is
//! read. Tested by `tests/contracts/orphans.rs` and `found.rs`.
use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::core::batch::{Batch, Id, Origin};
use crate::core::buffer::{Entries, Head};
use crate::core::level::Level;
use crate::core::limits::JUMP_MS;
use crate::core::msgpack::{Reader, write_str};
use crate::core::time::{Millis, Now};

/// Changes with the form.
const VERSION: &[u8] = b"1";
/// Bytes of a head: `seq`, length and severity, four bytes each.
const HEAD_BYTES: usize = 12;

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug)]
pub enum Unreadable {
    /// It is not what was written under this id.
    Damaged,
    /// It is as another version wrote it.
    Newer,
}

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

/// The batch that a record stands for, and how long ago it was written, by the wall clock. Its entries are as old, as far as the
/// monotonic clock goes back.
///
/// # Errors
///
/// Where it is damaged, of another version or another record.
pub fn read(record: &[u8], id: &Id, now: Now) -> Result<(Batch, Millis), Unreadable> {
    let (sum, parts) = record.split_at_checked(4).ok_or(Unreadable::Damaged)?;
    if sum != checksum(parts) {
        return Err(Unreadable::Damaged);
    }
    let mut reader = Reader::new(parts);
    if reader.string() != VERSION {
        return Err(Unreadable::Newer);
    }
    batch(reader, id, now).ok_or(Unreadable::Damaged)
}

fn batch(mut reader: Reader<'_>, id: &Id, now: Now) -> Option<(Batch, Millis)> {
    let mut part = || reader.string();
    if part() != id {
        return None;
    }
    let unix = u64::from_be_bytes(part().try_into().ok()?);
    let mut age = now.unix.saturating_sub(unix);
    // A clock that was set, and no age.
    if age > JUMP_MS {
        age = 0;
    }
    let accepted_at = now.monotonic.saturating_sub(age);
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
    Some((Batch::new(*id, Some(Rc::new(origin)), entries), age))
}

/// FNV-1a: small, and finds what a torn or a flipped write leaves.
fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut sum: u32 = 0x811c_9dc5;
    for byte in bytes {
        sum = (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    sum.to_be_bytes()
}
