//! Promise: each `{name}` of a message that names a parameter is rendered, from what redaction leaves of it; template
//! and parameters are kept (api.md, section 2).
use sapwood::core::level::Level;
use sapwood::core::redact::Policy;
use sapwood::core::template::render;
use serde_json::{Value, json};

use crate::common::msgpack::packed;
use crate::common::world::World;

/// What is delivered of a message with this data.
fn delivered(message: &str, data: &Value) -> Value {
    let mut world = World::new();
    world.log_with(Level::Info, &json!({ "message": message, "data": data }));
    world.flush(1_000);
    world.last().logs()[0].clone()
}

#[test]
fn a_name_that_names_a_parameter_is_rendered() {
    let data = json!({ "user_id": 123, "other": "x" });
    let entry = delivered("Cache miss for {user_id}", &data);
    assert_eq!(entry["message"], "Cache miss for 123");
    assert_eq!(entry["template"], "Cache miss for {user_id}");
    assert_eq!(entry["parameters"], json!({ "user_id": 123 }));
    assert_eq!(entry["data"], data, "data stays as it is");
}

#[test]
fn a_message_that_names_none_is_no_template() {
    for message in [
        "plain",
        "{unknown}",
        "{",
        "}",
        "{}",
        "{ x }",
        "a {b c",
        "x} {y",
        "{{}}",
        "{{unknown}}",
    ] {
        let entry = delivered(message, &json!({ "x": 1, "b c": 2 }));
        assert_eq!(entry["message"], message);
        assert_eq!(
            (entry.get("template"), entry.get("parameters")),
            (None, None),
            "{message}"
        );
    }
}

#[test]
fn other_braces_stay() {
    let data = json!({ "x": 1 });
    for (template, message) in [
        ("{{x}}", "{1}"),
        ("{y} {x} {", "{y} 1 {"),
        ("{y {x}", "{y 1"),
        ("}{x}{}", "}1{}"),
    ] {
        let entry = delivered(template, &data);
        assert_eq!(
            (&entry["message"], &entry["template"]),
            (&json!(message), &json!(template))
        );
    }
}

#[test]
fn a_parameter_of_any_kind_is_rendered() {
    let data = json!({ "text": "a \"b\" ü", "number": -1.5, "truth": true, "none": null, "list": [1, "x"], "map": { "k": 2 } });
    let entry = delivered("{text} {number} {truth} {none} {list} {map}", &data);
    assert_eq!(entry["message"], r#"a "b" ü -1.5 true null [1,"x"] {"k":2}"#);
    assert_eq!(entry["parameters"], data);
}

#[test]
fn a_name_that_stands_twice_is_one_parameter() {
    let rendered = render(b"{x} and {x}", &packed(&json!({ "x": "y" })), &Policy::new(true));
    assert_eq!(rendered.message, b"y and y");
    assert_eq!(rendered.parameters, br#"{"x":"y"}"#);
}

#[test]
fn what_a_parameter_holds_is_no_template() {
    let entry = delivered("{x}", &json!({ "x": "{y}", "y": "z" }));
    assert_eq!(entry["message"], "{y}");
}

#[test]
fn only_the_members_of_an_object_are_parameters() {
    for data in [json!(["x", "1", "y", "2"]), json!("x"), json!(null)] {
        let entry = delivered("{x}", &data);
        assert_eq!(
            (&entry["message"], entry.get("parameters")),
            (&json!("{x}"), None),
            "{data}"
        );
    }
}

#[test]
fn an_empty_name_breaks_nothing() {
    for message in ["{", "a {", "{b", "{}", "{} {"] {
        let entry = delivered(message, &json!({ "": "x" }));
        assert!(entry["message"].is_string(), "{message}");
    }
    assert_eq!(
        delivered("a {bc", &json!({ "": "x" }))["message"],
        "a {bc",
        "nothing names it"
    );
}

#[test]
fn a_sensitive_parameter_is_rendered_masked() {
    let entry = delivered(
        "{user} has {password} and {tokens}",
        &json!({ "user": "me", "password": "s3cret", "tokens": ["s3cret"] }),
    );
    assert!(!entry.to_string().contains("s3cret"), "{entry}");
    assert_eq!(entry["message"], "me has [redacted] and [redacted]");
    assert_eq!(
        entry["parameters"],
        json!({ "user": "me", "password": "[redacted]", "tokens": "[redacted]" })
    );
}

#[test]
fn what_is_sensitive_inside_of_a_parameter_is_masked() {
    let entry = delivered("{user}", &json!({ "user": { "name": "me", "pin": 1234 } }));
    assert!(!entry.to_string().contains("1234"), "{entry}");
    assert_eq!(
        entry["parameters"]["user"],
        json!({ "name": "me", "pin": "[redacted]" })
    );
}

#[test]
fn urls_in_templates_and_parameters_lose_their_queries() {
    let data = json!({ "url": "https://me:s3cret@a.example/x?key=s3cret", "scheme": "https:", "rest": "//u:s3cret@b/?s3cret" });
    let entry = delivered("GET {url} https://a.example/{url}?s3cret={url} {scheme}{rest}", &data);
    let message = entry["message"].to_string();
    assert!(!message.contains("s3cret"), "{message}");
    assert!(!entry["template"].to_string().contains("s3cret"), "{entry}");
    assert_eq!(entry["parameters"]["url"], "https://a.example/x");
}

#[test]
fn a_rendered_message_over_the_limit_is_cut_and_marked() {
    let entry = delivered("{x}{x}", &json!({ "x": "y".repeat(6_000) }));
    assert_eq!(entry["message"], "y".repeat(10_000));
    assert_eq!(entry["truncated"], json!(["message"]));
}

#[test]
fn a_short_message_does_not_grow_without_bound() {
    // What somebody typed may stand in a message: 10,000 characters must not become 200 megabytes.
    let data = packed(&json!({ "x": "y".repeat(60_000) }));
    let rendered = render("{x}".repeat(3_333).as_bytes(), &data, &Policy::new(true));
    assert!(rendered.message.len() < 1_000_000, "{} bytes", rendered.message.len());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time that it takes is what is tested")]
fn a_hostile_message_takes_no_time_to_speak_of() {
    // As long as the façade lets through, and as many members as it lets through.
    let members = (0..5_000).map(|number| (format!("name{number}"), json!(number)));
    let data = packed(&members.collect::<Value>());
    let messages = [
        "{".repeat(32_000),
        format!("{}}}", "{".repeat(32_000)),
        "{none}".repeat(5_000),
        "{name4999}".repeat(3_200),
    ];
    for message in messages {
        let start = std::time::Instant::now();
        render(message.as_bytes(), &data, &Policy::new(true));
        assert!(
            start.elapsed().as_secs() < 2,
            "{:?} for {}…",
            start.elapsed(),
            &message[..20]
        );
    }
}
