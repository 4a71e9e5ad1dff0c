//! Promise: the body is of the form in wire.md, to the byte.
use sapwood::core::config::Config;
use sapwood::core::level::Level;
use sapwood::core::stats::DropReason;
use serde_json::{Value, json};

use crate::common::msgpack::Writer;
use crate::common::records::Records;
use crate::common::world::{SEED, UNIX, World};

/// A configuration as the façade hands it over: the members that stand in every entry and in every header as text.
fn facade_config() -> Config {
    let mut record = Writer::default();
    let numbers = [100, 49_152, 5_000, 2_097_152, 1_000, 30_000, 3_600_000];
    numbers.iter().for_each(|number| record.value(&json!(number)));
    let others = [
        json!(null),
        json!(10_000),
        json!("auto"),
        json!(1_000),
        json!(1),
        json!(true),
        json!(true),
        json!(true),
        json!(true),
        json!("tb_live_key"),
        json!(r#","source":"web-shop","environment":"production","version":"4.2.0""#),
        json!(
            r#","sdk":{"name":"sapwood","version":"0.0.0"},"resource":{"source":"web-shop","url":"https://shop.example/cart"},"core":"wasm""#
        ),
        json!([]),
    ];
    others.iter().for_each(|value| record.value(value));
    Config::read(&record.bytes).expect("the record is of the form on the page")
}

/// A batch with something in every place.
fn rich_batch() -> World {
    let mut world = World::start(facade_config(), SEED);
    world.facade_drops(DropReason::NotReady, 2);
    world.log_under(
        &json!({ "userId": "user_123", "sessionId": "sess_abc", "context": { "job": { "id": 1 } }, "tags": ["shop"] }),
        Level::Info,
        &json!({
            "message": "Order placed",
            "data": { "orderId": "ord_xyz", "total": 99.99, "password": "x", "note": "a\"b\\c\n\u{1}🌳" },
            "context": { "job": { "step": 2 } },
            "flowId": "checkout-abcd1234",
            "stepIndex": 3,
            "flow": { "name": "checkout" },
        }),
    );
    world.log_with(
        Level::Error,
        &json!({
            "message": "Payment failed at https://pay.example/v1?key=1",
            "errorName": "TypeError",
            "errorStack": "TypeError: x\n    at pay (https://shop.example/app.js?v=3:12:34)",
            "country": "Österreich!",
        }),
    );
    world.hide();
    world
}

#[test]
fn a_whole_body_is_as_it_was_committed() {
    let expected = include_str!("snapshots/batch.json").trim_end();
    let world = rich_batch();
    let body = str::from_utf8(&world.last().request.body).unwrap();
    let actual = concat!(env!("CARGO_TARGET_TMPDIR"), "/batch.json");
    if body != expected {
        std::fs::write(actual, format!("{body}\n")).unwrap();
    }
    assert_eq!(body, expected, "if this is meant, {actual} is the new snapshot");
}

#[test]
fn the_header_has_the_members_of_the_protocol() {
    let mut world = World::new();
    world.log_many(3);
    world.flush(1_000);
    let header = world.last().body["batch"].clone();
    let resource = json!({ "source": "shop", "environment": "test" });
    let expected = json!({
        "id": "0123456789abcdef0000000000000001",
        "instance": "0123456789abcdef",
        "firstSeq": 1,
        "lastSeq": 3,
        "sentAt": UNIX,
        "attempt": 1,
        "accepted": 3,
        "sdk": { "name": "sapwood", "version": env!("CARGO_PKG_VERSION") },
        "resource": resource,
        "core": "native",
        "dropped": {},
    });
    assert_eq!(header, expected);
}

#[test]
fn nothing_stands_beside_the_header_and_the_entries() {
    let world = rich_batch();
    let members: Vec<_> = world.last().body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["batch", "logs"]);
}

#[test]
fn every_entry_repeats_what_is_common() {
    let world = rich_batch();
    for entry in world.last().logs() {
        assert_eq!(entry["source"], "web-shop");
        assert_eq!(entry["environment"], "production");
        assert_eq!(entry["version"], "4.2.0");
    }
}

#[test]
fn no_member_stands_twice() {
    // serde_json keeps the last of two; so does every receiver, but one of them would be lost.
    let world = rich_batch();
    let text = str::from_utf8(&world.last().request.body).unwrap();
    let parsed: Value = serde_json::from_str(text).unwrap();
    assert_eq!(parsed.to_string().len(), text.len());
}

#[test]
fn the_resource_follows_the_page() {
    let mut world = World::new();
    world.log(Level::Info, "before");
    world.records(Records::default().resource(r#","core":"wasm","resource":{"url":"https://shop.example/next"}"#));
    world.flush(1_000);
    assert_eq!(world.last().header("resource")["url"], "https://shop.example/next");
    assert_eq!(*world.last().header("core"), json!("wasm"));
    assert_eq!(*world.last().header("sdk"), Value::Null);
}

#[test]
fn the_last_batch_of_a_page_says_so() {
    let mut world = World::new();
    world.log(Level::Info, "seen");
    world.flush(1_000);
    assert_eq!(*world.last().header("final"), Value::Null);
    world.answer(200);
    world.log(Level::Info, "hidden");
    world.hide();
    assert_eq!(*world.last().header("final"), json!("hide"));
    world.answer(200);
    world.log(Level::Info, "one");
    world.log(Level::Info, "two");
    world.close(1_000);
    assert_eq!(
        *world.last().header("final"),
        json!("hide"),
        "one is in flight since before"
    );
    world.answer(200);
    assert_eq!(*world.last().header("final"), json!("hide"));
}

#[test]
fn the_texts_of_a_name_and_a_key_are_escaped() {
    let mut config = Config::new("a\"b\\c\u{7}", "x\ny").unwrap();
    config.api_key = b"k\"ey".to_vec();
    config.cross_origin = true;
    let mut world = World::start(config, SEED);
    world.log(Level::Info, "x");
    world.hide();
    assert_eq!(*world.last().header("key"), json!("k\"ey"));
    assert_eq!(world.last().logs()[0]["source"], "a\"b\\c\u{7}");
    assert_eq!(world.last().header("resource")["environment"], "x\ny");
}
