//! Property: what stands under a sensitive key, at any depth, in any spelling, never comes out; and redaction is linear.
use proptest::prelude::*;
use sapwood::core::json::write_value;
use sapwood::core::level::Level;
use sapwood::core::msgpack::Reader;
use sapwood::core::redact::{Policy, prose};
use serde_json::{Map, Value, json};

use crate::common::msgpack::packed;
use crate::common::world::World;
use crate::values::{any_value, text};

const SECRET: &str = "s3cret";

/// Some of the built-in keys, as they are written.
const KEYS: [&str; 14] = [
    "password",
    "secret",
    "token",
    "api_key",
    "access-key",
    "Authorization",
    "cookie",
    "card number",
    "iban",
    "pin",
    "cvc",
    "SSN",
    "jwt",
    "credentials",
];

/// A sensitive key in some spelling.
fn sensitive_key() -> impl Strategy<Value = String> {
    let spelled = (prop::sample::select(&KEYS), any::<bool>());
    spelled.prop_map(|(word, loud)| if loud { word.to_uppercase() } else { word.to_owned() })
}

/// A value all texts of which are the secret.
fn secret_value() -> impl Strategy<Value = Value> {
    Just(json!(SECRET)).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Value::from),
            inner.prop_map(|inner| json!({ SECRET: inner })),
        ]
    })
}

/// Where a value is put: behind something in a list, or beside something in a map.
fn wrapped(value: Value, layers: &[(bool, Value)]) -> Value {
    layers.iter().fold(value, |inner, (in_list, beside)| {
        if *in_list {
            json!([beside, inner, beside])
        } else {
            Value::Object(Map::from_iter([
                ("a".to_owned(), beside.clone()),
                ("inner".to_owned(), inner),
            ]))
        }
    })
}

fn layers() -> impl Strategy<Value = Vec<(bool, Value)>> {
    prop::collection::vec((any::<bool>(), any_value()), 0..5)
}

proptest! {
    #[test]
    fn what_stands_under_a_sensitive_key_never_comes_out(
        key in sensitive_key(), value in secret_value(), layers in layers(), field in prop::sample::select(&["data", "user", "context", "flow"]),
    ) {
        let hidden = wrapped(json!({ (&key): value }), &layers);
        let hidden = if hidden.is_object() { hidden } else { json!({ "list": hidden }) };
        let mut world = World::new();
        world.log_with(Level::Info, &json!({ (*field): hidden, "message": format!("{{{key}}}") }));
        world.flush(1_000);
        let body = String::from_utf8_lossy(&world.last().request.body).into_owned();
        prop_assert!(!body.contains(SECRET), "{}", body);
        prop_assert!(body.contains("[redacted]"), "{}", body);
    }

    #[test]
    fn credentials_and_queries_of_urls_never_come_out(
        before in "[a-z ,;(]{0,6}", host in "[a-z.]{1,6}", path in "(/[a-z@:]{0,4}){0,2}", after in "( [a-z]{0,4})?",
    ) {
        let url = format!("{before} https://me:{SECRET}@{host}{path}?q={SECRET}#{SECRET}{after}");
        let clean = prose(url.as_bytes(), &Policy::new(true)).into_owned();
        prop_assert_eq!(String::from_utf8(clean).unwrap(), format!("{before} https://{host}{path}{after}"));
    }

    #[test]
    fn redacted_text_is_text_and_no_longer(text in text(), url in "[a-z]{1,3}://[a-z?#@:/é ]{0,20}") {
        let text = format!("{text}{url}{text}");
        let clean = prose(text.as_bytes(), &Policy::new(true)).into_owned();
        prop_assert!(clean.len() <= text.len());
        prop_assert!(str::from_utf8(&clean).is_ok());
    }

    #[test]
    fn redacting_twice_changes_nothing_more(url in "[a-z]{1,3}://[a-z0-9?#@:/ ]{0,20}") {
        let policy = Policy::new(true);
        let once = prose(url.as_bytes(), &policy).into_owned();
        prop_assert_eq!(prose(&once, &policy).into_owned(), once);
    }

    #[test]
    fn a_redacted_value_is_longer_by_a_factor_at_most(value in any_value()) {
        let bytes = packed(&value);
        let mut out = Vec::new();
        write_value(&mut Reader::new(&bytes), &mut out, &Policy::new(true), 0).unwrap();
        // Six characters for one that is escaped, twelve for one that is masked.
        prop_assert!(out.len() <= 12 * bytes.len());
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time that it takes is what is tested")]
fn hostile_texts_take_linear_time() {
    let repeated = |head: &str, piece: &str, tail: &str| {
        let pieces = piece.repeat(65_536 / piece.len());
        format!("{head}{pieces}{tail}")
    };
    let texts = [
        repeated("https://h/?", ":1", ""),
        repeated("https://h/?", ":", "x"),
        repeated("https://h/?", ":1", "x"),
        repeated("https://", "@", ""),
        repeated("", "://", ""),
        repeated("", "https://u:p@h/?q#f ", ""),
        repeated("https://h/", "?:1:1 https://h/", ""),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        prose(text.as_bytes(), &Policy::new(true));
        // A thousand times what it takes; a square would take longer by far.
        assert!(
            start.elapsed().as_secs() < 2,
            "{:?} for {}…",
            start.elapsed(),
            &text[..20]
        );
    }
}
