//! Promise: contexts are merged deeply, right wins, outer ones stay as they are; api.md, section 3.
use sapwood::core::context::{find, merge_all};
use sapwood::core::level::Level;
use sapwood::core::stats::DropReason;
use serde_json::{Value, json};

use crate::common::msgpack::packed;
use crate::common::records::{Records, pair};
use crate::common::world::World;

/// The context of an entry that has these of its own, in a scope with those, outermost first.
fn context(scope: &[Value], own: &[Value]) -> Value {
    let pairs = |contexts: &[Value]| {
        contexts
            .iter()
            .map(|it| pair("context", it.clone()))
            .collect::<Vec<_>>()
    };
    let mut world = World::new();
    world.records(Records::default().scope(&pairs(scope)).entry(1, 9, "7", 0, &pairs(own)));
    world.flush(1_000);
    world.last().logs()[0]["context"].clone()
}

#[test]
fn maps_are_merged_deeply_and_right_wins() {
    let outer = json!({ "job": { "id": 123, "count": 1 }, "zone": "eu" });
    let merged = context(&[outer, json!({ "job": { "count": 2 } })], &[]);
    assert_eq!(merged, json!({ "job": { "id": 123, "count": 2 }, "zone": "eu" }));
}

#[test]
fn the_context_of_an_entry_wins_over_that_of_its_scope() {
    let merged = context(
        &[json!({ "job": { "id": 1 } })],
        &[json!({ "job": { "id": 2 }, "own": true })],
    );
    assert_eq!(merged, json!({ "job": { "id": 2 }, "own": true }));
}

#[test]
fn layers_are_merged_in_order() {
    let layers = [
        json!({ "a": { "x": 1 } }),
        json!({ "a": 2 }),
        json!({ "a": { "y": 3 } }),
        json!({ "b": 4 }),
    ];
    assert_eq!(context(&layers, &[]), json!({ "a": { "y": 3 }, "b": 4 }));
    let own = [json!({ "a": { "z": 5 } }), json!({ "b": null })];
    assert_eq!(context(&layers, &own), json!({ "a": { "y": 3, "z": 5 }, "b": null }));
}

#[test]
fn an_outer_context_is_what_it_was_when_an_inner_one_has_ended() {
    let outer = pair("context", json!({ "job": { "id": 123, "count": 1 } }));
    let inner = pair("context", json!({ "job": { "count": 2 } }));
    let mut world = World::new();
    let records = Records::default()
        .scope(std::slice::from_ref(&outer))
        .scope(&[outer, inner.clone()]);
    let records = records.entry(1, 9, "7", 1, &[]).entry(2, 9, "7", 0, &[inner]);
    world.records(records.entry(3, 9, "7", 0, &[]));
    world.flush(1_000);
    let counts: Vec<_> = world
        .last()
        .logs()
        .iter()
        .map(|entry| entry["context"]["job"]["count"].as_u64())
        .collect();
    assert_eq!(counts, [Some(2), Some(2), Some(1)]);
}

#[test]
fn lists_and_scalars_are_replaced() {
    let merged = context(
        &[json!({ "list": [1, 2, 3], "map": { "x": 1 } })],
        &[json!({ "list": [4], "map": null })],
    );
    assert_eq!(merged, json!({ "list": [4], "map": null }));
}

#[test]
fn nil_clears_what_is_further_out() {
    let outer = json!({ "a": 1 });
    assert_eq!(context(std::slice::from_ref(&outer), &[Value::Null]), Value::Null);
    assert_eq!(
        context(&[outer, Value::Null, json!({ "b": 2 })], &[]),
        json!({ "b": 2 })
    );
}

#[test]
fn context_and_data_never_mix() {
    let mut world = World::new();
    world.log_under(
        &json!({ "context": { "a": 1 } }),
        Level::Info,
        &json!({ "data": { "b": 2 } }),
    );
    world.flush(1_000);
    let entry = &world.last().logs()[0];
    assert_eq!(
        (&entry["context"], &entry["data"]),
        (&json!({ "a": 1 }), &json!({ "b": 2 }))
    );
}

/// `{"in":{"in":…}}`, so many maps.
fn nested(depth: usize, innermost: Value) -> Value {
    (1..depth).fold(innermost, |inner, _| json!({ "in": inner }))
}

#[test]
fn contexts_are_merged_down_to_the_depth_that_is_read() {
    let merged = context(&[nested(40, json!({ "a": 1 }))], &[nested(40, json!({ "b": 2 }))]);
    assert_eq!(merged, nested(40, json!({ "a": 1, "b": 2 })));
}

#[test]
fn contexts_too_deep_to_be_merged_are_counted() {
    let deep = nested(41, json!({}));
    let mut world = World::new();
    world.log_under(&json!({ "context": deep }), Level::Info, &json!({ "context": deep }));
    world.log(Level::Info, "next");
    world.flush(1_000);
    assert_eq!(world.last().seqs(), [2]);
    assert_eq!(world.dropped(DropReason::Unserialisable), 1);
}

#[test]
fn many_maps_become_one() {
    let maps = [
        json!({ "a": 1 }),
        json!({ "b": { "c": 2 } }),
        json!({ "b": { "d": 3 } }),
    ];
    let bytes: Vec<u8> = maps.iter().flat_map(packed).collect();
    assert_eq!(
        merge_all(&bytes),
        Some(packed(&json!({ "a": 1, "b": { "c": 2, "d": 3 } })))
    );
    assert_eq!(merge_all(&[]), Some(Vec::new()));
}

#[test]
fn what_cannot_be_read_is_not_merged() {
    let whole = [packed(&json!({ "a": 1 })), packed(&json!({ "b": 2 }))].concat();
    assert_eq!(merge_all(&whole[..whole.len() - 1]), None);
}

#[test]
fn the_last_of_two_values_of_one_key_is_found() {
    let map = [&[0x82][..], &packed(&json!("a")), &[1], &packed(&json!("a")), &[2]].concat();
    assert_eq!(find(&map, b"a"), Some(&[2][..]));
    assert_eq!(find(&map, b"b"), None);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time that it takes is what is tested")]
fn contexts_of_very_many_keys_stay_apart_and_say_so() {
    let many = |name: &str| {
        let pairs = (0..20_000).map(|at| (format!("{name}{at}"), json!(at)));
        Value::Object(pairs.collect())
    };
    let scope = [pair("context", many("outer")), pair("context", many("inner"))];
    let records = Records::default().scope(&scope).entry(1, 9, "7", 0, &[]);
    let mut world = World::new();
    let start = std::time::Instant::now();
    world.records(records);
    // Some hundred times what it takes; looking for each key takes a hundred times as long.
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    world.flush(1_000);
    let entry = world.last().logs()[0].clone();
    assert_eq!(entry["context"], many("outer"));
    assert_eq!(entry["truncated"], json!(["context"]));
}
