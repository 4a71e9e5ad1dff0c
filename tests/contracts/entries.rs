//! Promise: every field arrives under its name; what is over a limit is cut at a character boundary and marked, what is
//! of the wrong kind is left out and marked, and neither costs the entry.
use sapwood::core::level::Level;
use sapwood::core::stats::DropReason;
use serde_json::{Value, json};

use crate::common::records::{Records, pairs};
use crate::common::world::{UNIX, World};

/// What is delivered of an entry with these fields, in a scope with those.
fn delivered_under(scope: &Value, fields: &Value) -> Value {
    let mut world = World::new();
    world.log_under(scope, Level::Info, fields);
    world.flush(1_000);
    world.last().logs()[0].clone()
}

fn delivered(fields: &Value) -> Value {
    delivered_under(&Value::Null, fields)
}

#[test]
fn levels_have_opentelemetry_numbers() {
    let levels = [
        ("trace", 1),
        ("debug", 5),
        ("info", 9),
        ("warn", 13),
        ("error", 17),
        ("fatal", 21),
    ];
    for ((name, severity), level) in levels.into_iter().zip(Level::ALL) {
        assert_eq!((level.name(), level as u32), (name, severity));
        let mut world = World::new();
        world.records(Records::default().entry(1, severity, "7", 0, &[]));
        world.flush(1_000);
        assert_eq!(world.last().logs()[0]["level"], name);
    }
}

#[test]
fn a_severity_that_is_no_level_is_counted_and_the_others_go_on() {
    let mut world = World::new();
    let mut records = Records::default();
    for (at, severity) in [0, 2, 9, 22, 4_000_000_000].into_iter().enumerate() {
        records = records.entry(at as u64 + 1, severity, "7", 0, &[]);
    }
    world.records(records);
    world.flush(1_000);
    assert_eq!(world.last().seqs(), [3]);
    assert_eq!(world.dropped(DropReason::Unserialisable), 4);
}

#[test]
fn every_field_arrives_under_its_name() {
    let fields = json!({
        "message": "Order placed",
        "data": { "total": 99.99, "items": [1, -2, 3e300, true, null, "x"] },
        "tags": ["orders", "eu"],
        "userId": "user_1",
        "sessionId": "sess_1",
        "requestId": "req_1",
        "user": { "id": "user_1", "name": "Ada" },
        "errorName": "TypeError",
        "errorStack": "TypeError: x\n    at f (app.js:1:2)",
        "flowId": "checkout-abcd1234",
        "stepIndex": 7,
        "flow": { "name": "checkout", "outcome": "ok", "durationMs": 12 },
        "dataset": "web",
        "context": { "job": { "id": 123 } },
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "spanId": "00f067aa0ba902b7",
        "origin": "console",
        "ipAddress": "192.0.2.1",
        "country": "AT",
    });
    let mut expected = fields.clone();
    expected["seq"] = json!(1);
    expected["timestamp"] = json!(UNIX);
    expected["level"] = json!("info");
    expected["source"] = json!("shop");
    expected["environment"] = json!("test");
    assert_eq!(delivered(&fields), expected);
}

#[test]
fn a_timestamp_keeps_every_digit() {
    let mut world = World::new();
    world.records(Records::default().entry(1, 9, "1763640000000.125", 0, &[]));
    world.flush(1_000);
    let text = world.last().logs_text();
    assert!(text.contains(r#""timestamp":1763640000000.125,"#), "{text}");
}

#[test]
fn an_empty_message_becomes_a_text() {
    for fields in [json!({}), json!({ "message": "" }), json!({ "message": null })] {
        let entry = delivered(&fields);
        assert_eq!(entry["message"], "(empty)", "{fields}");
    }
}

#[test]
fn a_text_over_its_limit_is_cut_and_marked() {
    let limits = [
        ("message", 10_000),
        ("errorName", 200),
        ("errorStack", 10_000),
        ("userId", 100),
        ("sessionId", 100),
        ("requestId", 100),
        ("flowId", 50),
        ("dataset", 50),
        ("ipAddress", 100),
        ("country", 10),
    ];
    for (name, limit) in limits {
        let at_limit = "x".repeat(limit);
        let whole = delivered(&json!({ (name): at_limit }));
        assert_eq!((&whole[name], &whole["truncated"]), (&json!(at_limit), &Value::Null));
        let cut = delivered(&json!({ (name): format!("{at_limit}y") }));
        assert_eq!((&cut[name], &cut["truncated"]), (&json!(at_limit), &json!([name])));
    }
}

#[test]
fn a_cut_is_made_at_a_character_boundary_and_counts_utf16_units() {
    // 49 and 50 units of room are left for the tree, which takes two.
    for (before, kept) in [(48, true), (49, false)] {
        let text = format!("{}🌳", "x".repeat(before));
        let entry = delivered(&json!({ "dataset": text }));
        let expected = if kept { text } else { "x".repeat(before) };
        assert_eq!(entry["dataset"], json!(expected));
    }
    // Many bytes are not many units.
    let wide = "ä漢".repeat(25);
    assert_eq!(delivered(&json!({ "dataset": wide }))["dataset"], json!(wide));
    let trees = "🌳".repeat(26);
    assert_eq!(
        delivered(&json!({ "dataset": trees }))["dataset"],
        json!("🌳".repeat(25))
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_left_out_and_marked() {
    let wrong = json!({
        "tags": "orders", "userId": { "id": 1 }, "errorStack": ["x"], "stepIndex": "7",
        "context": [1], "country": true,
    });
    let entry = delivered(&wrong);
    for name in ["tags", "userId", "errorStack", "stepIndex", "context", "country"] {
        assert_eq!(entry[name], Value::Null, "{name}");
    }
    let marked = ["tags", "userId", "errorStack", "stepIndex", "context", "country"];
    assert_eq!(entry["truncated"], json!(marked), "in the order of the fields");
}

#[test]
fn a_step_past_the_limit_stays_at_it() {
    for (step, kept, mark) in [
        (0, 0, json!(null)),
        (1_000, 1_000, json!(null)),
        (1_001, 1_000, json!(["stepIndex"])),
    ] {
        let entry = delivered(&json!({ "stepIndex": step }));
        assert_eq!((&entry["stepIndex"], &entry["truncated"]), (&json!(kept), &mark));
    }
    assert_eq!(delivered(&json!({ "stepIndex": u32::MAX }))["stepIndex"], 1_000);
}

#[test]
fn tags_are_at_most_twenty_of_fifty_characters() {
    let tags: Vec<String> = (0..21).map(|number| format!("tag {number}")).collect();
    let whole = delivered(&json!({ "tags": tags[..20] }));
    assert_eq!(
        (&whole["tags"], &whole["truncated"]),
        (&json!(tags[..20]), &json!(null))
    );
    let cut = delivered(&json!({ "tags": tags }));
    assert_eq!(
        (&cut["tags"], &cut["truncated"]),
        (&json!(tags[..20]), &json!(["tags"]))
    );
    let long = delivered(&json!({ "tags": ["a", "x".repeat(51), "b"] }));
    assert_eq!(
        (&long["tags"], &long["truncated"]),
        (&json!(["a", "x".repeat(50), "b"]), &json!(["tags"]))
    );
    assert_eq!(delivered(&json!({ "tags": [] }))["tags"], json!([]));
}

#[test]
fn a_tag_that_is_no_text_does_not_cost_the_entry() {
    let entry = delivered(&json!({ "tags": ["a", 5, "b"], "userId": "user_1" }));
    assert_eq!((&entry["tags"][0], &entry["userId"]), (&json!("a"), &json!("user_1")));
}

#[test]
fn null_is_a_value_of_data() {
    let entry = delivered(&json!({ "data": null, "userId": null }));
    assert_eq!(entry.get("data"), Some(&Value::Null));
    assert_eq!(entry.get("userId"), None);
}

#[test]
fn data_may_be_of_any_kind() {
    for data in [
        json!(1.5),
        json!("x"),
        json!(false),
        json!([]),
        json!({}),
        json!([[], {}, ""]),
    ] {
        assert_eq!(delivered(&json!({ "data": data }))["data"], data);
    }
}

/// Arrays in arrays, so many.
fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn data_that_is_too_deep_is_left_out_and_marked() {
    let deepest = nested(40);
    assert_eq!(delivered(&json!({ "data": deepest }))["data"], deepest);
    let entry = delivered(&json!({ "data": nested(41), "userId": "user_1" }));
    assert_eq!(entry.get("data"), None);
    assert_eq!(
        (&entry["truncated"], &entry["userId"]),
        (&json!(["data"]), &json!("user_1"))
    );
}

#[test]
fn what_the_facade_has_cut_is_marked_too() {
    // Bits 0 and 1: message and data.
    let entry = delivered(&json!({ "truncated": 3, "country": "x".repeat(11) }));
    assert_eq!(entry["truncated"], json!(["message", "data", "country"]));
}

#[test]
fn an_entry_wins_over_its_scope() {
    let scope = json!({ "userId": "scope", "sessionId": "scope", "tags": ["scope"], "dataset": "scope" });
    let own = json!({ "userId": "own", "sessionId": null, "tags": ["own"] });
    let entry = delivered_under(&scope, &own);
    assert_eq!((&entry["userId"], &entry["tags"]), (&json!("own"), &json!(["own"])));
    assert_eq!(entry.get("sessionId"), None, "nil takes away");
    assert_eq!(entry["dataset"], "scope");
}

#[test]
fn of_several_values_for_a_field_the_last_wins() {
    let mut world = World::new();
    let [first, second] = [
        json!({ "userId": "first", "dataset": "x" }),
        json!({ "userId": "second", "dataset": null }),
    ];
    let scope = [pairs(&first), pairs(&second)].concat();
    world.records(Records::default().scope(&scope).entry(1, 9, "7", 0, &[]));
    world.flush(1_000);
    let entry = &world.last().logs()[0];
    assert_eq!((&entry["userId"], entry.get("dataset")), (&json!("second"), None));
}

#[test]
fn scopes_are_numbered_in_their_order_and_end_with_the_call() {
    let mut world = World::new();
    let scope = |user: &str| pairs(&json!({ "userId": user }));
    let records = Records::default()
        .scope(&scope("a"))
        .entry(1, 9, "7", 0, &[])
        .scope(&scope("b"));
    world.records(records.entry(2, 9, "7", 1, &[]).entry(3, 9, "7", 0, &[]));
    world.records(Records::default().entry(4, 9, "7", 0, &[]));
    world.flush(1_000);
    let users: Vec<_> = world
        .last()
        .logs()
        .iter()
        .map(|entry| entry["userId"].as_str())
        .collect();
    assert_eq!(users, [Some("a"), Some("b"), Some("a"), None]);
}
