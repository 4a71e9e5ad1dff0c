//! Owns the writing of one value in the MessagePack subset of `docs/boundary.md`, and its bounds: depth, values, bytes.
//!
//! Does not own where the value comes from (`value`, `web::js`). As in the façade: a container ends at its first value
//! for which there is no budget, `[Truncated]` stands in that one's place, and the field is marked.
//! Invariant: whatever was written so far is whole values, but for containers that are still open.
//! Tested by `tests/logger/values.rs`.
use crate::core::limits::{DATA_BYTES_MAX, DATA_NODES_MAX};
use crate::core::msgpack::{NUMBER_MARKER, NUMBER_TYPE, write_str};

/// Whole numbers up to this are exact for every reader of JSON; larger ones are written as text, as a `BigInt` is.
const EXACT_MAX: u64 = (1 << 53) - 1;
/// A note such as `[Truncated]` is written even where a budget is spent.
const NOTE_BYTES: usize = 16;

/// One value being written.
#[derive(Debug)]
pub(crate) struct Writer {
    out: Vec<u8>,
    nodes: usize,
    /// Was something cut or left out?
    cut: bool,
    /// Is it over? Then every open container is closed as it is.
    ended: bool,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Writer {
            out: Vec::new(),
            nodes: DATA_NODES_MAX,
            cut: false,
            ended: false,
        }
    }

    /// The bytes, and whether something is missing.
    pub(crate) fn finish(self) -> (Vec<u8>, bool) {
        (self.out, self.cut)
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Ends it where it stands.
    pub(crate) fn end(&mut self) {
        self.cut = true;
        self.ended = true;
    }

    /// Notes that something was left out.
    pub(crate) fn mark(&mut self) {
        self.cut = true;
    }

    /// Takes the budget of one value. `false`: there is none; a note stands in its place, and it is over.
    pub(crate) fn admit(&mut self) -> bool {
        if self.nodes == 0 || self.out.len() >= DATA_BYTES_MAX {
            self.end();
            self.note("[Truncated]");
            return false;
        }
        self.nodes -= 1;
        true
    }

    pub(crate) fn nil(&mut self) {
        self.out.push(0xc0);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.out.push(if value { 0xc3 } else { 0xc2 });
    }

    pub(crate) fn unsigned(&mut self, value: u64) {
        match u32::try_from(value) {
            Ok(short) if short < 128 => self.out.push(short as u8),
            Ok(long) => {
                self.out.push(0xce);
                self.out.extend_from_slice(&long.to_be_bytes());
            }
            Err(_) => self.whole(value, &value.to_string()),
        }
    }

    pub(crate) fn signed(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.unsigned(value),
            Err(_) => self.whole(value.unsigned_abs(), &value.to_string()),
        }
    }

    fn whole(&mut self, magnitude: u64, digits: &str) {
        if magnitude <= EXACT_MAX {
            self.number(digits);
        } else {
            self.note(digits);
        }
    }

    /// A float by its shortest text; of a single, that of the single.
    pub(crate) fn float(&mut self, value: f64, plain: &dyn Fn() -> String, exponent: &dyn Fn() -> String) {
        if value.is_nan() {
            self.note("NaN");
        } else if value.is_infinite() {
            self.note(if value > 0.0 { "Infinity" } else { "-Infinity" });
        } else if value == 0.0 || (1e-7..1e21).contains(&value.abs()) {
            self.number(&plain());
        } else {
            self.number(&exponent());
        }
    }

    fn number(&mut self, text: &str) {
        self.out
            .extend_from_slice(&[NUMBER_MARKER, text.len() as u8, NUMBER_TYPE]);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A text, cut to what is left of the bytes.
    pub(crate) fn text(&mut self, text: &str) {
        let room = DATA_BYTES_MAX.saturating_sub(self.out.len()).max(NOTE_BYTES);
        let kept = text.floor_char_boundary(room);
        self.cut |= kept < text.len();
        self.note(&text[..kept]);
    }

    /// A text of ours, whole.
    pub(crate) fn note(&mut self, text: &str) {
        write_str(&mut self.out, text.as_bytes());
    }

    /// A key, whole, so that no two become one. `false`: there is no room; a note stands in place of the pair.
    pub(crate) fn key(&mut self, key: &str) -> bool {
        if self.nodes == 0 || self.out.len() + key.len() >= DATA_BYTES_MAX {
            self.end();
            self.note("…");
            self.note("[Truncated]");
            return false;
        }
        self.note(key);
        true
    }

    /// Opens a map or an array; to be closed with the number of pairs or values.
    pub(crate) fn open(&mut self, is_map: bool) -> usize {
        self.out.push(if is_map { 0xdf } else { 0xdd });
        self.out.extend_from_slice(&[0; 4]);
        self.out.len()
    }

    pub(crate) fn close(&mut self, opened: usize, count: u32) {
        self.out[opened - 4..opened].copy_from_slice(&count.to_be_bytes());
    }
}
