//! A tree of loggers reads as one: context, tags, ids.
use std::rc::Rc;

use sapwood::logger::scope::Node;
use sapwood::logger::tape::Call;
use serde_json::{Value, json};

use crate::read;

const USER_ID: usize = 3;
const USER: usize = 6;

/// The entry of a logger with this node.
fn entry(node: &Node) -> Value {
    read::entry(&node.fields(), &Call::new("m"))
}

#[test]
fn contexts_merge_deeply_and_the_outer_one_stays_as_it_was() {
    let outer = Node::root();
    outer.merge_context(&json!({ "job": { "id": 123, "count": 1 } }));
    let inner = outer.child();
    inner.merge_context(&json!({ "job": { "count": 2 } }));
    assert_eq!(entry(&inner)["context"], json!({ "job": { "id": 123, "count": 2 } }));
    assert_eq!(entry(&outer)["context"], json!({ "job": { "id": 123, "count": 1 } }));
}

#[test]
fn a_child_sees_what_its_parent_sets_later_and_not_the_other_way_round() {
    let parent = Node::root();
    let child = parent.child();
    assert_eq!(entry(&child).get("userId"), None);
    parent.set_text(USER_ID, Some("u1"));
    assert_eq!(entry(&child)["userId"], json!("u1"));
    child.set_text(USER_ID, Some("u2"));
    assert_eq!(
        (&entry(&child)["userId"], &entry(&parent)["userId"]),
        (&json!("u2"), &json!("u1"))
    );
    child.set_text(USER_ID, None);
    assert_eq!(entry(&child).get("userId"), None);
}

#[test]
fn tags_unite_each_once_and_are_bounded() {
    let parent = Node::root();
    parent.set_tags(["a", "b"]);
    let child = parent.child();
    child.set_tags(["b", "c"]);
    assert_eq!(entry(&child)["tags"], json!(["a", "b", "c"]));

    let many: Vec<String> = (0..30).map(|at| format!("t{at}")).collect();
    child.set_tags(many.iter().map(String::as_str).chain(["x".repeat(1000).as_str()]));
    let cut = entry(&child);
    assert_eq!(cut["tags"].as_array().map(Vec::len), Some(20));
    assert_eq!(cut["truncated"], json!(["tags"]));
    child.set_tags(["x".repeat(1000).as_str()]);
    assert_eq!(entry(&child)["tags"][2], json!("x".repeat(50)));
}

#[test]
fn what_was_captured_does_not_change() {
    let node = Node::root();
    node.set_text(USER_ID, Some("before"));
    let captured = node.fields();
    assert!(
        Rc::ptr_eq(&captured, &node.fields()),
        "nothing has changed, so nothing is written again"
    );
    node.set_text(USER_ID, Some("after"));
    assert_eq!(read::entry(&captured, &Call::new("m"))["userId"], json!("before"));
    assert_eq!(entry(&node)["userId"], json!("after"));
}

#[test]
fn a_context_that_is_no_map_or_too_large_changes_nothing_but_the_mark() {
    let node = Node::root();
    node.merge_context(&json!({ "a": 1 }));
    node.merge_context(&"no map");
    assert_eq!(
        (&entry(&node)["context"], &entry(&node)["truncated"]),
        (&json!({ "a": 1 }), &json!(["context"]))
    );
    let other = Node::root();
    other.merge_context(&json!({ "a": "x".repeat(60_000) }));
    other.merge_context(&json!({ "b": "y".repeat(60_000) }));
    let entry = entry(&other);
    assert_eq!(
        (entry["context"].get("b"), &entry["truncated"]),
        (None, &json!(["context"]))
    );
}

#[test]
fn a_user_can_be_anything_and_is_marked_where_it_is_cut() {
    let node = Node::root();
    node.set_value(USER, &json!({ "id": "u1", "name": "Ann" }));
    assert_eq!(entry(&node)["user"], json!({ "id": "u1", "name": "Ann" }));
    node.set_value(USER, &"x".repeat(100_000));
    assert_eq!(entry(&node)["truncated"], json!(["user"]));
    node.set_value(USER, &json!({}));
    assert_eq!(entry(&node).get("truncated"), None);
}

#[test]
fn a_chain_of_a_million_children_keeps_its_context_and_can_be_dropped() {
    let mut node = Node::root();
    node.merge_context(&json!({ "root": true }));
    node.set_text(USER_ID, Some("u1"));
    for _ in 0..1_000_000 {
        node = node.child();
    }
    let entry = entry(&node);
    assert_eq!(
        (&entry["context"], &entry["userId"]),
        (&json!({ "root": true }), &json!("u1"))
    );
}
