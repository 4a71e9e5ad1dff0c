//! Random JSON values, as applications log them: all kinds, nested, with strings of any characters.
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Number, Value};

/// Any value, up to five levels deep.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("has JSON", decimal),
        text().prop_map(Value::from),
    ];
    nest(leaf)
}

/// Any value that every MessagePack library writes in the same kinds: whole numbers are of 32 bits, nothing is broken.
pub(crate) fn plain_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    nest(leaf)
}

/// A map whose members are any values; keys are few, so that two maps share some.
pub(crate) fn any_map() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        any::<u8>().prop_map(Value::from),
        Just(Value::Null),
        Just(Value::from(vec![1, 2]))
    ];
    let inner = scalar.prop_recursive(4, 32, 4, |inner| {
        btree_map("[a-e]", inner, 0..4).prop_map(|map| map.into_iter().collect())
    });
    btree_map("[a-e]", inner, 0..5).prop_map(|map| map.into_iter().collect())
}

/// Any text: characters of all planes, controls, quotes.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\PC{0,12}",
        1 => vec(any::<char>(), 0..40).prop_map(String::from_iter),
        1 => "[\u{0}-\u{20}\"\\\\]{0,8}",
    ]
}

fn nest(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text(), inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// `serde_json` does not read every number back to the last bit; those that it does are enough.
fn decimal(number: f64) -> Option<Value> {
    let value = Value::Number(Number::from_f64(number)?);
    let read: Value = serde_json::from_str(&value.to_string()).ok()?;
    (read == value).then_some(value)
}
