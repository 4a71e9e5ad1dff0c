//! What serde gives arrives as it is, and whatever it gives is bounded.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::prelude::*;
use sapwood::core::limits::{DATA_BYTES_MAX, DATA_NODES_MAX};
use sapwood::logger::value::pack;
use serde::ser::{Error as _, SerializeSeq as _, SerializeTuple as _};
use serde::{Serialize, Serializer};
use serde_json::{Number, Value, json};

use crate::generated::any_value;
use crate::read;

/// What arrives, and whether it is marked.
fn packed<T: Serialize + ?Sized>(value: &T) -> (Value, bool) {
    let (bytes, cut) = pack(value);
    assert!(bytes.len() < 2 * DATA_BYTES_MAX, "{} bytes", bytes.len());
    (read::json(&bytes), cut)
}

/// Whole numbers that not every reader of JSON gets right are texts.
fn expected(value: Value) -> Value {
    let magnitude = |number: &Number| number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
    match value {
        Value::Number(number) if magnitude(&number).is_some_and(|whole| whole >= 1 << 53) => {
            Value::String(number.to_string())
        }
        other => on_members(other, expected),
    }
}

/// Every number as a double: JavaScript does not tell `1` from `1.0`.
fn doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        other => on_members(other, doubles),
    }
}

fn on_members(value: Value, change: fn(Value) -> Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(change).collect(),
        Value::Object(pairs) => pairs.into_iter().map(|(key, item)| (key, change(item))).collect(),
        other => other,
    }
}

proptest! {
    #[test]
    fn any_json_arrives_as_it_is(value in any_value()) {
        let (arrived, cut) = packed(&value);
        prop_assert_eq!(doubles(arrived), doubles(expected(value)));
        prop_assert!(!cut);
    }

    #[test]
    fn every_float_arrives_to_the_last_bit(number in any::<f64>().prop_filter("is a number", |n| n.is_finite())) {
        let (bytes, _) = pack(&number);
        let text = str::from_utf8(&bytes[3..]).expect("a number is text");
        prop_assert_eq!(text.parse::<f64>(), Ok(number));
        prop_assert!(serde_json::from_str::<Number>(text).is_ok(), "{} is JSON", text);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Everything<'a> {
    unit: (),
    some: Option<u8>,
    none: Option<u8>,
    newtype: Newtype,
    tuple: (u8, &'a str),
    variants: [Variant; 4],
    letter: char,
    single: f32,
    keyed: BTreeMap<i32, bool>,
    address: std::net::Ipv4Addr,
}

#[derive(Serialize)]
struct Newtype(i64);

#[derive(Serialize)]
enum Variant {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { field: u8 },
}

#[test]
fn every_kind_of_serde_has_the_form_that_it_has_in_json() {
    let everything = Everything {
        unit: (),
        some: Some(1),
        none: None,
        newtype: Newtype(-5),
        tuple: (1, "two"),
        variants: [
            Variant::Unit,
            Variant::Newtype(1),
            Variant::Tuple(1, 2),
            Variant::Struct { field: 3 },
        ],
        letter: '🌳',
        single: 0.1,
        keyed: [(7, true)].into(),
        address: [127, 0, 0, 1].into(),
    };
    let judge = serde_json::to_value(&everything).expect("it has JSON");
    let (mut arrived, cut) = packed(&everything);
    // serde_json widens a single to a double before it prints it.
    assert_eq!(arrived["single"], json!(0.1));
    arrived["single"] = judge["single"].clone();
    assert_eq!(arrived, judge);
    assert!(!cut);
}

#[test]
fn what_json_cannot_say_is_said_in_words() {
    let (arrived, cut) = packed(&(f64::NAN, f64::INFINITY, f32::NEG_INFINITY, u64::MAX, i64::MIN));
    assert_eq!(
        arrived,
        json!([
            "NaN",
            "Infinity",
            "-Infinity",
            "18446744073709551615",
            "-9223372036854775808"
        ])
    );
    assert!(!cut);
}

#[test]
fn a_long_text_is_cut_at_a_character() {
    for text in ["x".repeat(300_000), "é🌳".repeat(50_000)] {
        let (arrived, cut) = packed(&json!({ "text": text }));
        let kept = arrived["text"].as_str().expect("it is there");
        assert!(
            text.starts_with(kept) && kept.len() > DATA_BYTES_MAX - 32,
            "{}",
            kept.len()
        );
        assert!(cut);
    }
}

#[test]
fn what_is_behind_the_bounds_is_left_out_and_marked() {
    let (arrived, cut) = packed(&vec![7; 100_000]);
    let items = arrived.as_array().expect("a list");
    assert_eq!(
        (items.len(), &items[items.len() - 1]),
        (DATA_NODES_MAX, &json!("[Truncated]"))
    );
    assert!(cut);

    let (arrived, cut) = packed(&json!({ "a": "x".repeat(DATA_BYTES_MAX), "b": 1 }));
    assert_eq!((&arrived["…"], arrived.get("b")), (&json!("[Truncated]"), None));
    assert!(cut);

    let (arrived, cut) = packed(&"x".repeat(10_000_000));
    assert_eq!((arrived, cut), (json!("[Truncated]"), true));
}

#[test]
fn what_stands_too_deep_is_a_note_and_what_follows_it_is_there() {
    let deep = (0..20).fold(json!(1), |inner, _| json!([inner]));
    let (arrived, cut) = packed(&json!({ "a": deep, "b": { "c": 2 } }));
    let note = (0..9).fold(json!("[Array]"), |inner, _| json!([inner]));
    assert_eq!(arrived, json!({ "a": note, "b": { "c": 2 } }));
    assert!(cut);
}

#[test]
fn bytes_are_numbers_up_to_a_bound() {
    struct Bytes(usize);
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&vec![255; self.0])
        }
    }
    assert_eq!(packed(&Bytes(3)).0, json!([255, 255, 255]));
    let (arrived, _) = packed(&Bytes(1000));
    assert_eq!(
        (arrived.as_array().map(Vec::len), &arrived[64]),
        (Some(65), &json!("[Bytes(1000)]"))
    );
}

/// A circle of references, of known lengths.
struct Circle(RefCell<Option<Rc<Circle>>>);

impl Serialize for Circle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(2)?;
        tuple.serialize_element("again")?;
        tuple.serialize_element(&self.0.borrow().as_deref())?;
        tuple.end()
    }
}

#[test]
fn a_circle_comes_to_an_end() {
    let circle = Rc::new(Circle(RefCell::new(None)));
    circle.0.replace(Some(Rc::clone(&circle)));
    let (arrived, cut) = packed(&*circle);
    circle.0.replace(None);
    assert_eq!((&arrived[0], &arrived[1][1][1][0]), (&json!("again"), &json!("again")));
    assert!(cut);
}

#[test]
fn one_that_fails_keeps_what_it_gave_before() {
    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut seq = serializer.serialize_seq(Some(3))?;
            seq.serialize_element("first")?;
            Err(S::Error::custom("no more"))
        }
    }
    struct Nothing;
    impl Serialize for Nothing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("nothing at all"))
        }
    }
    assert_eq!(packed(&Failing), (json!(["first", "[Truncated]"]), true));
    assert_eq!(packed(&(1, Failing, 2)), (json!([1, ["first", "[Truncated]"]]), true));
    assert_eq!(packed(&Nothing), (json!("[Unreadable]"), true));
}
