//! What is on the tape is what the core reads.
use std::rc::Rc;

use sapwood::core::level::Level;
use sapwood::logger::scope::Node;
use sapwood::logger::tape::{Call, Tape, resource_operation};
use sapwood::logger::value::pack;
use serde_json::{Value, json};

use crate::read;

#[test]
fn a_call_becomes_an_entry_with_all_its_fields() {
    let call = Call {
        data: pack(&json!({ "id": 7 })).0,
        cut: true,
        error_name: Some("PaymentError".to_owned()),
        error_stack: Some("at pay".to_owned()),
        step: Some(3),
        flow: Some(pack(&json!({ "name": "checkout", "outcome": "ok" })).0),
        ..Call::new("Order {id}")
    };
    let mut entry = read::entry(&Node::root().fields(), &call);
    for (field, value) in [
        ("seq", json!(1)),
        ("timestamp", json!(1_763_640_000_123_u64)),
        ("level", json!("info")),
        ("message", json!("Order 7")),
        ("template", json!("Order {id}")),
        ("data", json!({ "id": 7 })),
        ("errorName", json!("PaymentError")),
        ("errorStack", json!("at pay")),
        ("stepIndex", json!(3)),
        ("flow", json!({ "name": "checkout", "outcome": "ok" })),
        ("truncated", json!(["data"])),
    ] {
        assert_eq!(entry[field].take(), value, "{field}");
    }
}

#[test]
fn entries_keep_their_own_scopes_and_their_order() {
    let (first, second) = (Node::root(), Node::root());
    first.set_text(3, Some("u1"));
    second.set_text(3, Some("u2"));
    let mut tape = Tape::default();
    let order = [&first, &first, &second, &first];
    for (seq, node) in (1..).zip(order) {
        tape.log(seq, Level::Warn, 0, &node.fields(), &Call::new("m"));
    }
    assert_eq!(tape.entries(), 4);
    let sent = read::sent(&[tape.bytes()]);
    let users: Vec<&Value> = (0..4).map(|at| &sent["logs"][at]["userId"]).collect();
    assert_eq!(users, ["u1", "u1", "u2", "u1"]);
    let seqs: Vec<&Value> = (0..4).map(|at| &sent["logs"][at]["seq"]).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}

#[test]
fn a_message_of_any_length_is_one_the_core_cuts_and_marks() {
    let entry = read::entry(&Node::root().fields(), &Call::new(&"é".repeat(100_000)));
    assert_eq!(entry["message"].as_str().map(|text| text.chars().count()), Some(10_000));
    assert_eq!(entry["truncated"], json!(["message"]));
    assert_eq!(
        read::entry(&Node::root().fields(), &Call::new(""))["message"],
        json!("(empty)")
    );
}

#[test]
fn a_new_resource_stands_in_the_header() {
    let mut tape = Tape::default();
    tape.log(1, Level::Info, 0, &Rc::clone(&Node::root().fields()), &Call::new("m"));
    let resource = resource_operation(b",\"resource\":{\"url\":\"https://shop.example/cart\"}");
    let sent = read::sent(&[&resource, tape.bytes()]);
    assert_eq!(sent["batch"]["resource"], json!({ "url": "https://shop.example/cart" }));
}
