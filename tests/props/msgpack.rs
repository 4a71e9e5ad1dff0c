//! Property: the reader reads what others write of its subset, and nothing makes it panic or go on for ever.
use proptest::collection::vec;
use proptest::prelude::*;
use sapwood::core::msgpack::{Reader, Token, write_map, write_str};
use serde_json::{Map, Value, json};

use crate::common::msgpack::Writer;
use crate::values::{any_value, plain_value, text};

/// The next value, read token by token. `None`: the reader failed.
fn read(reader: &mut Reader<'_>) -> Option<Value> {
    let owned = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is UTF-8");
    let value = match reader.token() {
        Token::Nil => Value::Null,
        Token::Bool(truth) => json!(truth),
        Token::Int(number) => json!(number),
        Token::Number(decimal) => serde_json::from_slice(decimal).ok()?,
        Token::Str(text) => Value::String(owned(text)),
        Token::Array(len) => (0..len).map(|_| read(reader)).collect::<Option<Value>>()?,
        Token::Map(len) => {
            let pair = |reader: &mut Reader<'_>| Some((owned(reader.string()), read(reader)?));
            Value::Object((0..len).map(|_| pair(reader)).collect::<Option<Map<_, _>>>()?)
        }
    };
    (!reader.failed()).then_some(value)
}

/// What `rmp-serde` writes of a text, array or map of this length is of the subset.
fn is_in_subset(value: &Value) -> bool {
    let fits = |len: usize, short: usize| len <= short || len > 0xffff;
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| !(128..=0xffff).contains(&number)),
        Value::String(text) => fits(text.len(), 31),
        Value::Array(items) => fits(items.len(), 15) && items.iter().all(is_in_subset),
        Value::Object(pairs) => {
            fits(pairs.len(), 15)
                && pairs
                    .iter()
                    .all(|(key, item)| fits(key.len(), 31) && is_in_subset(item))
        }
        Value::Null | Value::Bool(_) => true,
    }
}

proptest! {
    #[test]
    fn what_rmp_writes_is_read(value in plain_value().prop_filter("is of the subset", is_in_subset)) {
        let bytes = rmp_serde::to_vec(&value).unwrap();
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(read(&mut reader), Some(value));
        prop_assert!(reader.is_empty() && !reader.failed());
    }

    #[test]
    fn what_the_tests_write_is_read_by_rmp(value in plain_value(), long: bool) {
        let mut writer = Writer { long, ..Writer::default() };
        writer.value(&value);
        prop_assert_eq!(rmp_serde::from_slice::<Value>(&writer.bytes).unwrap(), value);
    }

    #[test]
    fn every_value_is_read_in_both_forms(value in any_value(), long: bool, more in vec(any::<u8>(), 0..8)) {
        let mut writer = Writer { long, ..Writer::default() };
        writer.value(&value);
        let bytes = [&writer.bytes[..], &more].concat();
        prop_assert_eq!(read(&mut Reader::new(&bytes)), Some(value));
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.value(), &writer.bytes[..]);
        prop_assert_eq!(reader.rest(), &more[..]);
    }

    #[test]
    fn what_the_core_writes_is_read_by_rmp(key in text(), pairs in 0_usize..40) {
        let mut bytes = Vec::new();
        write_map(&mut bytes, pairs);
        for number in 0..pairs {
            write_str(&mut bytes, format!("{key}{number}").as_bytes());
            bytes.push(number as u8);
        }
        let read: Map<String, Value> = rmp_serde::from_slice(&bytes).unwrap();
        prop_assert_eq!(read.len(), pairs);
        let is_whole = |(name, number): (&String, &Value)| *name == format!("{key}{number}");
        prop_assert!(read.iter().all(is_whole));
    }

    #[test]
    fn no_bytes_make_it_panic_or_go_on_for_ever(bytes in vec(any::<u8>(), 0..64)) {
        let mut reader = Reader::new(&bytes);
        let mut tokens = 0;
        while !reader.is_empty() {
            reader.token();
            tokens += 1;
        }
        prop_assert!(tokens <= bytes.len());
        let mut reader = Reader::new(&bytes);
        while !reader.is_empty() {
            reader.value();
        }
        prop_assert_eq!(reader.failed(), reader.ok().is_none());
    }

    #[test]
    fn a_reader_that_failed_gives_nothing_any_more(bytes in vec(any::<u8>(), 0..64)) {
        let mut reader = Reader::new(&bytes);
        reader.fail();
        prop_assert_eq!(reader.token(), Token::Nil);
        prop_assert_eq!((reader.unsigned(), reader.string(), reader.len()), (0, &[][..], 0));
        prop_assert!(reader.value().is_empty() && reader.is_empty());
    }
}

#[test]
fn long_texts_and_arrays_of_rmp_are_read() {
    for value in [
        json!("x".repeat(70_000)),
        json!(vec![1; 70_000]),
        json!({ "key": "x".repeat(65_536) }),
    ] {
        let bytes = rmp_serde::to_vec(&value).unwrap();
        assert_eq!(read(&mut Reader::new(&bytes)), Some(value));
    }
}

#[test]
fn a_claimed_length_allocates_nothing() {
    // Four thousand million values are announced, and none follows.
    for marker in [0xdb, 0xdd, 0xdf] {
        let bytes = [marker, 0xff, 0xff, 0xff, 0xff];
        assert!(Reader::new(&bytes).value().is_empty());
        assert_eq!(Reader::new(&bytes).len(), 0);
    }
}

#[test]
fn kinds_outside_of_the_subset_are_refused() {
    let kinds = [
        0xc1, 0xc4, 0xca, 0xcb, 0xcc, 0xcd, 0xcf, 0xd0, 0xd3, 0xd4, 0xd9, 0xda, 0xdc, 0xde, 0xe0, 0xff,
    ];
    for marker in kinds {
        let bytes = [[marker].as_slice(), &[0; 16]].concat();
        let mut reader = Reader::new(&bytes);
        reader.token();
        assert!(reader.failed(), "{marker:x}");
    }
}
