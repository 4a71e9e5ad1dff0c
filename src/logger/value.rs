//! Owns the way of any value that serde knows into the core's MessagePack: by `rmp-serde` to MessagePack, and from there,
//! read back by its deserialiser, to the bounded subset. A value of JavaScript takes the second half of the way alone
//! (`web::js`).
//!
//! What is kept is bounded whatever a `Serialize` does. What it does itself is bounded, in bytes and in stack, but for a
//! sequence or map of unknown length: `rmp-serde` collects one before it counts it, so it costs what the app gives it.
//! Tested by `tests/logger/values.rs`, against `serde_json`.
use std::io;

use rmp_serde::{Deserializer, Serializer};
use serde::Serialize;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::writer::Writer;
use crate::core::limits::{BYTE_ARRAY_MAX, DATA_DEPTH_MAX, PACKED_BYTES_MAX, PACKED_STACK_BYTES_MAX};

/// Containers that are left out are passed over to this depth; deeper, the value ends there.
const PASSED_DEPTH_MAX: usize = 64;

/// A value as the core reads it, and whether something of it is missing.
pub fn pack<T: Serialize + ?Sized>(value: &T) -> (Vec<u8>, bool) {
    let mut writer = Writer::new();
    write(&mut writer, value, DATA_DEPTH_MAX);
    writer.finish()
}

/// Appends a value that may open so many containers inside of each other.
pub(crate) fn write<T: Serialize + ?Sized>(writer: &mut Writer, value: &T, levels: u32) {
    let mut packed = Packed::new();
    let mut serializer = Serializer::new(&mut packed).with_struct_map().with_human_readable();
    let failed = value.serialize(&mut serializer).is_err();
    let mut deserializer = Deserializer::from_read_ref(&packed.bytes);
    deserializer.set_max_depth(PASSED_DEPTH_MAX);
    let start = writer.len();
    let read = Item {
        writer,
        levels,
        from: Packing,
    }
    .deserialize(&mut deserializer);
    if failed || read.is_err() {
        writer.mark();
    }
    if writer.len() == start {
        let is_large = packed.full;
        writer.note(if is_large { "[Truncated]" } else { "[Unreadable]" });
    }
}

/// Takes bytes while there are few, and while the stack is: a cycle of `Rc`s would be serialised until it overflows.
struct Packed {
    bytes: Vec<u8>,
    /// Where the stack ended at first.
    stack: usize,
    /// Was there too much?
    full: bool,
}

impl Packed {
    fn new() -> Self {
        Packed {
            bytes: Vec::new(),
            stack: stack_address(),
            full: false,
        }
    }
}

impl io::Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_deep = self.stack.abs_diff(stack_address()) > PACKED_STACK_BYTES_MAX;
        if is_deep || self.bytes.len() + bytes.len() > PACKED_BYTES_MAX {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// About where the stack ends at present.
#[inline(never)]
fn stack_address() -> usize {
    let here = std::hint::black_box(0_u8);
    (&raw const here).addr()
}

/// Where values come from.
pub(crate) trait Source: Copy {
    /// Writes what `from` holds.
    fn write<'de, D: de::Deserializer<'de>>(self, item: Item<'_, Self>, from: D) -> Result<(), D::Error>;
}

/// From MessagePack.
#[derive(Clone, Copy)]
pub(crate) struct Packing;

impl Source for Packing {
    fn write<'de, D: de::Deserializer<'de>>(self, item: Item<'_, Self>, from: D) -> Result<(), D::Error> {
        from.deserialize_any(item)
    }
}

/// One value on its way.
pub(crate) struct Item<'w, S> {
    pub(crate) writer: &'w mut Writer,
    /// How many containers may still be opened.
    pub(crate) levels: u32,
    pub(crate) from: S,
}

impl<S> Item<'_, S> {
    /// The value inside of this container.
    fn inner(&mut self) -> Item<'_, S>
    where
        S: Copy,
    {
        Item {
            writer: self.writer,
            levels: self.levels.saturating_sub(1),
            from: self.from,
        }
    }
}

impl<'de, S: Source> DeserializeSeed<'de> for Item<'_, S> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.writer.admit() {
            self.from.write(self, from)
        } else {
            Ok(())
        }
    }
}

impl<'de, S: Source> Visitor<'de> for Item<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.writer.nil();
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.writer.nil();
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.writer.boolean(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.writer.unsigned(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.writer.signed(value);
        Ok(())
    }

    fn visit_f32<E>(self, value: f32) -> Result<(), E> {
        let (plain, exponent) = (|| format!("{value}"), || format!("{value:e}"));
        self.writer.float(value.into(), &plain, &exponent);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        let (plain, exponent) = (|| format!("{value}"), || format!("{value:e}"));
        self.writer.float(value, &plain, &exponent);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.writer.text(value);
        Ok(())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<(), E> {
        let kept = &value[..value.len().min(BYTE_ARRAY_MAX)];
        let opened = self.writer.open(false);
        for byte in kept {
            self.writer.unsigned((*byte).into());
        }
        let is_long = kept.len() < value.len();
        if is_long {
            self.writer.note(&format!("[Bytes({})]", value.len()));
        }
        self.writer.close(opened, kept.len() as u32 + u32::from(is_long));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        if self.levels == 0 {
            self.writer.mark();
            self.writer.note("[Array]");
            while values.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let opened = self.writer.open(false);
        let mut count = 0;
        while !self.writer.is_ended() {
            let start = self.writer.len();
            let next = values.next_element_seed(self.inner());
            if let Ok(None) = next {
                break;
            }
            settle(self.writer, start, next.is_err());
            count += 1;
        }
        self.writer.close(opened, count);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut pairs: A) -> Result<(), A::Error> {
        if self.levels == 0 {
            self.writer.mark();
            self.writer.note("[Object]");
            while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let opened = self.writer.open(true);
        let mut count = 0;
        while !self.writer.is_ended() {
            match pairs.next_key_seed(Key) {
                Ok(Some(key)) => {
                    count += 1;
                    if self.writer.key(&key) {
                        let start = self.writer.len();
                        let next = pairs.next_value_seed(self.inner());
                        settle(self.writer, start, next.is_err());
                    }
                }
                Ok(None) => break,
                Err(_) => self.writer.end(),
            }
        }
        self.writer.close(opened, count);
        Ok(())
    }
}

/// After one value: where its source failed, nothing behind it can be read, and it has to be there itself.
fn settle(writer: &mut Writer, start: usize, failed: bool) {
    if failed {
        writer.end();
    }
    if writer.len() == start {
        writer.note("[Truncated]");
    }
}

/// A key, as text: keys of other kinds become what JSON makes of them.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_any(Key)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f32<E>(self, value: f32) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<String, E> {
        Ok(format!("[Bytes({})]", value.len()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<String, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok("[Array]".to_owned())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<String, A::Error> {
        while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok("[Object]".to_owned())
    }
}
