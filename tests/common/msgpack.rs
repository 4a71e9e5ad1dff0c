//! Writes the MessagePack subset of `docs/boundary.md` from JSON values.
//!
//! Written from the table there and not from the core's reader, so that the two can disagree.
//! `tests/props/msgpack.rs` has it judged by `rmp-serde`.
use serde_json::Value;

/// Bytes in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writer {
    /// What was written.
    pub(crate) bytes: Vec<u8>,
    /// Writes every length in its long form, even where the short one would do.
    pub(crate) long: bool,
}

impl Writer {
    /// Any JSON value.
    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes.push(0xc0),
            Value::Bool(truth) => self.bytes.push(if *truth { 0xc3 } else { 0xc2 }),
            Value::Number(number) => match number.as_u64().and_then(|whole| u32::try_from(whole).ok()) {
                Some(whole) => self.unsigned(whole),
                None => self.number(&number.to_string()),
            },
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.head(items.len(), 0x90, 15, 0xdd);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Object(pairs) => {
                self.map(pairs.len());
                for (key, item) in pairs {
                    self.text(key);
                    self.value(item);
                }
            }
        }
    }

    /// A whole number from 0 of at most 32 bits.
    pub(crate) fn unsigned(&mut self, number: u32) {
        match u8::try_from(number) {
            Ok(small) if small < 128 && !self.long => self.bytes.push(small),
            _ => {
                self.bytes.push(0xce);
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
    }

    /// A number as its decimal text.
    pub(crate) fn number(&mut self, decimal: &str) {
        let len = u8::try_from(decimal.len()).expect("a number's text is short");
        self.bytes.extend_from_slice(&[0xc7, len, 1]);
        self.bytes.extend_from_slice(decimal.as_bytes());
    }

    /// A string.
    pub(crate) fn text(&mut self, text: &str) {
        self.head(text.len(), 0xa0, 31, 0xdb);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// The header of a map of so many pairs.
    pub(crate) fn map(&mut self, len: usize) {
        self.head(len, 0x80, 15, 0xdf);
    }

    fn head(&mut self, len: usize, short: u8, short_max: usize, long: u8) {
        match u8::try_from(len) {
            Ok(small) if len <= short_max && !self.long => self.bytes.push(short | small),
            _ => {
                self.bytes.push(long);
                let len = u32::try_from(len).expect("lengths have 32 bits");
                self.bytes.extend_from_slice(&len.to_be_bytes());
            }
        }
    }
}

/// One value as bytes, in short forms.
pub(crate) fn packed(value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.value(value);
    writer.bytes
}
