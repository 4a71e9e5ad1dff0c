//! Owns the reading of what the façade hands over: operations, as `docs/boundary.md` lists them.
//!
//! Does not judge values; `entry` does. Tested by `tests/contracts/boundary.rs`.
use alloc::vec::Vec;

use super::context;
use super::fields::{CONTEXT, FIELD_COUNT, MESSAGE, TRUNCATED};
use super::msgpack::{Reader, Token};

/// The number of the operation that logs an entry.
pub const ENTRY: u64 = 0;
/// The number of the operation that defines a scope.
pub const SCOPE: u64 = 1;
/// The number of the operation that counts drops of the façade's.
pub const DROP: u64 = 2;
/// The number of the operation that replaces the resource.
pub const RESOURCE: u64 = 3;

/// The values of an entry or of a scope by field number, as MessagePack; empty where there is none.
#[derive(Clone, Debug, Default)]
pub struct Values<'a> {
    slots: [&'a [u8]; FIELD_COUNT],
    /// What stood in several contexts, merged; empty if there was none.
    context: Vec<u8>,
    /// The fields that the façade has cut, a bit a field.
    pub cut: u32,
}

impl<'a> Values<'a> {
    /// Reads a count and that many pairs. Of values for one field the last wins, and nil takes away, but contexts
    /// are merged and what was cut is united.
    pub fn read(reader: &mut Reader<'a>) -> Self {
        let mut values = Values::default();
        let mut left = reader.unsigned();
        while left > 0 && !reader.failed() {
            left -= 1;
            let field = reader.unsigned() as usize;
            let value = reader.value();
            if field == TRUNCATED {
                values.cut |= Reader::new(value).unsigned() as u32;
            } else if field == CONTEXT {
                let mut merged = Vec::new();
                match context::merge(&values.context, value, &mut merged) {
                    Some(()) => values.context = merged,
                    // What was there stays, and the entry says that something is missing.
                    None => values.cut |= 1 << CONTEXT,
                }
            } else if let Some(slot) = values.slots.get_mut(field) {
                *slot = value;
            }
        }
        values
    }

    /// Leaves the message and nothing else; or a message that says that there were several.
    pub fn leave_message(&mut self, several: bool) {
        let message = self.slots[MESSAGE];
        *self = Values::default();
        self.slots[MESSAGE] = if several { b"\xae(rate limited)" } else { message };
    }

    /// The value of a field.
    pub fn get(&self, field: usize) -> &[u8] {
        if field == CONTEXT {
            &self.context
        } else {
            self.slots[field]
        }
    }
}

/// An entry as it was written.
#[derive(Clone, Debug)]
pub struct RawEntry<'a> {
    /// 1, 2, 3 … per logger instance.
    pub seq: u64,
    /// OpenTelemetry severity number.
    pub severity: u64,
    /// Unix milliseconds, in decimal.
    pub timestamp: &'a [u8],
    /// Index of the scope in this hand-over.
    pub scope: usize,
    /// Its own fields.
    pub values: Values<'a>,
}

impl<'a> RawEntry<'a> {
    /// Reads the operation behind its number.
    pub fn read(reader: &mut Reader<'a>) -> Self {
        RawEntry {
            seq: reader.unsigned(),
            severity: reader.unsigned(),
            timestamp: match reader.token() {
                Token::Number(text) => text,
                _ => b"0",
            },
            scope: reader.unsigned() as usize,
            values: Values::read(reader),
        }
    }
}
