//! Property: the merge of contexts is that of the reference below, which says it in four lines of `serde_json`.
use proptest::collection::vec;
use proptest::prelude::*;
use sapwood::core::context::{find, merge, merge_all};
use serde_json::Value;

use crate::common::msgpack::packed;
use crate::values::any_map;

/// Right wins; maps are merged, everything else is replaced.
fn reference(left: &mut Value, right: &Value) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in right {
                reference(left.entry(key).or_insert(Value::Null), value);
            }
        }
        (left, right) => *left = right.clone(),
    }
}

fn unpacked(bytes: &[u8]) -> Value {
    rmp_serde::from_slice(bytes).expect("it is MessagePack")
}

proptest! {
    #[test]
    fn two_maps_merge_as_the_reference_says(left in any_map(), right in any_map()) {
        let mut merged = Vec::new();
        merge(&packed(&left), &packed(&right), &mut merged).unwrap();
        let mut expected = left;
        reference(&mut expected, &right);
        prop_assert_eq!(unpacked(&merged), expected);
    }

    #[test]
    fn many_maps_merge_from_left_to_right(maps in vec(any_map(), 1..6)) {
        let bytes: Vec<u8> = maps.iter().flat_map(packed).collect();
        let mut expected = Value::Null;
        maps.iter().for_each(|map| reference(&mut expected, map));
        prop_assert_eq!(unpacked(&merge_all(&bytes).unwrap()), expected);
    }

    #[test]
    fn merging_a_map_with_itself_or_with_nothing_changes_nothing(map in any_map()) {
        let bytes = packed(&map);
        for left in [&bytes[..], &[]] {
            let mut merged = Vec::new();
            merge(left, &bytes, &mut merged).unwrap();
            prop_assert_eq!(unpacked(&merged), map.clone());
        }
    }

    #[test]
    fn a_member_is_found(map in any_map(), key in "[a-f]") {
        let bytes = packed(&map);
        prop_assert_eq!(find(&bytes, key.as_bytes()).map(unpacked), map.get(&key).cloned());
    }

    #[test]
    fn what_cannot_be_read_is_no_reason_to_panic(bytes in vec(any::<u8>(), 0..64), map in any_map()) {
        let map = packed(&map);
        for (left, right) in [(&bytes, &map), (&map, &bytes), (&bytes, &bytes)] {
            let _ = merge(left, right, &mut Vec::new());
        }
        let _ = (merge_all(&bytes), find(&bytes, b"a"));
    }
}
