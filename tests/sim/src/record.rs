//! A record of the journal, read from what `core::encode::stored` says of its form and not with its code: a checksum of
//! four bytes, then MessagePack strings.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sapwood::core::batch::Id;

use crate::sent::{SECRET, contains};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Who logged the entries, as the wire names it.
    pub(crate) instance: String,
    /// When it was written.
    pub(crate) unix: u64,
    pub(crate) entries: Vec<(u64, Box<str>)>,
    /// Of all entries' bytes, as [`crate::sent::Sent`] has it.
    pub(crate) hash: u64,
    pub(crate) leaks: bool,
}

/// Bytes as the wire writes them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads it; `None` if it is damaged, or another's.
pub(crate) fn read(id: &Id, bytes: &[u8]) -> Option<Record> {
    let (sum, mut rest) = bytes.split_at_checked(4)?;
    let mut check: u32 = 0x811c_9dc5;
    for byte in rest {
        check = (check ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    if sum != check.to_be_bytes() {
        return None;
    }
    let mut parts = Vec::new();
    for _ in 0..6 {
        parts.push(string(&mut rest)?);
    }
    let [version, name, unix, heads, _header, mut text] = parts[..] else {
        return None;
    };
    if version != b"1" || name != id {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    let mut entries = Vec::new();
    for head in heads.chunks(12) {
        let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let (entry, behind) = text.split_at_checked(number(4)? as usize)?;
        text = behind;
        // Each begins with a comma.
        let entry = str::from_utf8(entry.get(1..)?).ok()?;
        entry.hash(&mut hasher);
        entries.push((u64::from(number(0)?), entry.into()));
    }
    Some(Record {
        instance: hex(&id[..8]),
        unix: u64::from_be_bytes(unix.try_into().ok()?),
        entries,
        hash: hasher.finish(),
        leaks: contains(bytes, SECRET.as_bytes()),
    })
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (head, behind) = rest.split_first()?;
    let (len, behind) = match head {
        0xa0..=0xbf => (usize::from(head & 0x1f), behind),
        0xdb => {
            let (len, behind) = behind.split_at_checked(4)?;
            (u32::from_be_bytes(len.try_into().ok()?) as usize, behind)
        }
        _ => return None,
    };
    let (taken, behind) = behind.split_at_checked(len)?;
    *rest = behind;
    Some(taken)
}
