//! Owns how many entries of one template, and of one level, are kept of some seconds. Past that one entry stands for the
//! others: it carries `repeated`, how many were left out (counted as `rate_limited`).
//!
//! A window begins with the first entry in it, by the time of its acceptance. What has waited for longer is not limited:
//! it is bounded by the façade's tape, and a slow start is no flood. The summary is the first entry over the bound, kept
//! without its data in its place in the order; the number in it grows until the entry leaves the buffer, then another one
//! begins. Templates share `TEMPLATES` places by hash; one whose place is taken is bounded by its level alone.
//! Tested by `tests/contracts/rate.rs`.
use alloc::vec::Vec;

use super::buffer::Entries;
use super::fields::MESSAGE;
use super::json::write_name;
use super::level::Level;
use super::limits::{RATE_LEVEL_FACTOR, RATE_WINDOW_S};
use super::record::RawEntry;
use super::time::Millis;

/// Templates that are counted at once.
const TEMPLATES: usize = 32;
const LEVELS: usize = Level::ALL.len();
/// Room for the number in a summary, which is overwritten in its place.
const DIGITS: usize = 10;

/// Some seconds of one template or level.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    key: u32,
    until: Millis,
    count: u32,
    /// The end of the sequence number of the summary, while it is in the buffer; 0: there is none.
    summary: u32,
    /// What it stands for.
    repeated: u32,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Keep,
    /// It is kept and stands for those that follow.
    Summary,
    /// A summary stands for it.
    LeaveOut,
}

/// All that is counted: at first nothing.
#[derive(Debug)]
pub struct Rates {
    windows: [Window; LEVELS + TEMPLATES],
}

impl Default for Rates {
    fn default() -> Self {
        Rates {
            windows: [Window::default(); LEVELS + TEMPLATES],
        }
    }
}

impl Rates {
    /// Counts an entry, of whose template `limit` are kept (0: all). Of one that is to be a summary its message is left.
    pub fn judge(&mut self, raw: &mut RawEntry<'_>, now: Millis, accepted_at: Millis, limit: u32) -> Verdict {
        let message = raw.values.get(MESSAGE);
        let mut key = raw.severity as u32;
        for byte in message {
            key = (key ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        let template = LEVELS + (key >> 16) as usize % TEMPLATES;
        let level = raw.severity as usize / 4 % LEVELS;
        let limit = limit * RATE_WINDOW_S;
        for (at, key, limit) in [(template, key, limit), (level, 0, limit * RATE_LEVEL_FACTOR)] {
            let window = &mut self.windows[at];
            if window.until <= now {
                *window = Window {
                    key,
                    until: accepted_at.saturating_add(u64::from(RATE_WINDOW_S) * 1_000),
                    ..Window::default()
                };
            }
            window.count += u32::from(window.key == key);
            // Whole numbers of 32 bits are enough: a page that makes so many calls has other troubles.
            if window.key != key || window.count <= limit || limit == 0 {
                continue;
            }
            if window.summary > 0 {
                window.repeated += 1;
                return Verdict::LeaveOut;
            }
            window.summary = raw.seq as u32;
            window.repeated = 0;
            raw.values.leave_message(at < LEVELS);
            return Verdict::Summary;
        }
        Verdict::Keep
    }

    /// Brings the summaries in the buffer up to date, and forgets those that have left it.
    pub fn update(&mut self, buffer: &mut Entries) {
        for window in &mut self.windows {
            if window.summary == 0 {
                continue;
            }
            let at = buffer.heads.partition_point(|head| (head.seq as u32) < window.summary);
            let behind = &buffer.heads[at..];
            if behind.first().is_none_or(|head| head.seq as u32 != window.summary) {
                window.summary = 0;
                continue;
            }
            let bytes: usize = behind.iter().map(|head| head.bytes).sum();
            let mut end = buffer.text.len() - bytes + behind[0].bytes - 1;
            let mut number = window.repeated;
            while number > 0 {
                end -= 1;
                buffer.text[end] = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
    }
}

/// Writes into the entry at the end of the text that it stands for others: for none yet.
pub fn write_number(text: &mut Vec<u8>) {
    text.pop();
    write_name(text, b"repeated");
    text.resize(text.len() + DIGITS - 1, b' ');
    text.extend_from_slice(b"0}");
}
