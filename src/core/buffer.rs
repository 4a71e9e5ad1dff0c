//! Owns entries that wait, within a bound of bytes. They are kept as they go out: one text, and a head
//! for each entry.
//!
//! Past a bound the lowest level goes first, and of that level the oldest. An eighth of the bound is freed at once,
//! so that a flood costs one walk for many entries. Out in the order of `seq`. Tested by `tests/contracts/buffer.rs`
//! and `tests/props/accounting.rs`.
use alloc::vec::Vec;

use super::level::Level;
use super::limits::ENTRY_OVERHEAD_BYTES;
use super::time::Millis;

/// What is known of an entry without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 1, 2, 3 … per logger instance, in the order of the calls.
    pub seq: u64,
    /// When it was logged, on the monotonic clock: for age.
    pub accepted_at: Millis,
    /// Bytes of its text, with the comma before it.
    pub bytes: usize,
    /// How severe.
    pub level: Level,
    /// What it counts as when not all fits into the last request of a page: a step of a flow is worth a warning.
    pub rank: Level,
}

/// Entries in order, oldest first.
#[derive(Debug, Default)]
pub struct Entries {
    /// One head an entry.
    pub heads: Vec<Head>,
    /// Their texts, each with a comma before it.
    pub text: Vec<u8>,
}

impl Entries {
    /// What they cost in memory.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.heads.len() * ENTRY_OVERHEAD_BYTES
    }

    /// The `count` oldest; the others stay.
    pub fn take(&mut self, count: usize) -> Entries {
        let count = count.min(self.heads.len());
        let bytes: usize = self.heads[..count].iter().map(|head| head.bytes).sum();
        // Copies of their size: what is cut must not take the buffer's room with it.
        Entries {
            heads: take(&mut self.heads, count),
            text: take(&mut self.text, bytes),
        }
    }

    /// Takes out what matters most, as much as fits both bounds: the highest rank first, and of one rank the oldest. In the
    /// order of `seq`.
    pub fn pick(&mut self, mut count_max: usize, mut bytes_max: usize) -> Entries {
        let mut picked = Vec::new();
        picked.resize(self.heads.len(), false);
        for rank in Level::ALL.iter().rev() {
            for (head, picked) in self.heads.iter().zip(&mut picked) {
                // One that is too large keeps no other from going.
                if head.rank == *rank && count_max > 0 && head.bytes <= bytes_max {
                    *picked = true;
                    count_max -= 1;
                    bytes_max -= head.bytes;
                }
            }
        }
        self.part(&picked)
    }

    /// Takes out those that are picked.
    pub fn part(&mut self, picked: &[bool]) -> Entries {
        let (mut out, mut rest, mut at) = (Entries::default(), Entries::default(), 0);
        for (head, picked) in self.heads.iter().zip(picked) {
            let part = if *picked { &mut out } else { &mut rest };
            part.heads.push(*head);
            part.text.extend_from_slice(&self.text[at..at + head.bytes]);
            at += head.bytes;
        }
        *self = rest;
        out
    }

    /// Takes out those from `begin` to before `end`.
    pub fn remove(&mut self, begin: usize, end: usize) {
        let bytes = |heads: &[Head]| heads.iter().map(|head| head.bytes).sum::<usize>();
        let from = bytes(&self.heads[..begin]);
        let to = from + bytes(&self.heads[begin..end]);
        self.text.copy_within(to.., from);
        self.text.truncate(self.text.len() - (to - from));
        self.heads.copy_within(end.., begin);
        self.heads.truncate(self.heads.len() - (end - begin));
    }

    /// Takes out what does not fit `bytes_max`; the heads of what was taken out.
    pub fn shrink(&mut self, bytes_max: usize) -> Vec<Head> {
        let mut dropped = Vec::new();
        let bytes = self.bytes();
        if bytes <= bytes_max {
            return dropped;
        }
        let mut excess = bytes - bytes_max + bytes_max / 8;
        for level in &Level::ALL {
            if excess == 0 {
                break;
            }
            // What stays moves up to the end of what stays before it.
            let (mut from, mut end, mut kept) = (0, 0, 0);
            for at in 0..self.heads.len() {
                let head = self.heads[at];
                if head.level == *level && excess > 0 {
                    excess = excess.saturating_sub(head.bytes + ENTRY_OVERHEAD_BYTES);
                    dropped.push(head);
                } else {
                    self.text.copy_within(from..from + head.bytes, end);
                    end += head.bytes;
                    self.heads[kept] = head;
                    kept += 1;
                }
                from += head.bytes;
            }
            self.text.truncate(end);
            self.heads.truncate(kept);
        }
        dropped
    }
}

fn take<T: Copy>(from: &mut Vec<T>, count: usize) -> Vec<T> {
    let (taken, rest) = from.split_at(count);
    let (taken, rest) = (taken.to_vec(), rest.to_vec());
    *from = rest;
    taken
}
