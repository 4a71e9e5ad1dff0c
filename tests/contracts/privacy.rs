//! Promise: nothing leaves before redaction and consent (I13).
use sapwood::core::config::{Config, Consent};
use sapwood::core::level::Level;
use sapwood::core::redact::Policy;
use sapwood::core::stats::{DropReason, counter};
use serde_json::{Value, json};

use crate::common::world::World;

const MASKED: &str = "[redacted]";

/// The fields of an entry as they arrive, under a changed configuration.
fn delivered_with(change: impl FnOnce(&mut Config), fields: &Value) -> Value {
    let mut world = World::with(change);
    world.log_with(Level::Info, fields);
    world.flush(1_000);
    world.last().logs()[0].clone()
}

fn delivered(fields: &Value) -> Value {
    delivered_with(|_| {}, fields)
}

/// Is the value under this key masked?
fn is_masked(key: &str, value: &Value) -> bool {
    delivered(&json!({ "data": { (key): value } }))["data"][key] == MASKED
}

#[test]
fn values_under_sensitive_keys_are_masked() {
    let keys = [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "privatekey",
        "authorization",
        "credential",
        "cookie",
        "jwt",
        "bearer",
        "cardnumber",
        "creditcard",
        "iban",
        "accountnumber",
        "socialsecuritynumber",
        "auth",
        "card",
        "pin",
        "otp",
        "pan",
        "cvv",
        "cvc",
        "ssn",
    ];
    for key in keys {
        assert!(is_masked(key, &json!("x")), "{key}");
        assert!(is_masked(&key.to_uppercase(), &json!("x")), "{key} in upper case");
    }
}

#[test]
fn keys_match_however_they_are_written() {
    let keys = [
        "userPassword",
        "user_password",
        "X-Api-Key",
        "x.api.key",
        "api key",
        "user[password]",
        "refreshToken",
        "Set-Cookie",
        "card_number",
        "AUTHORIZATION",
        "clientSecret",
        "passwordConfirmation",
        "password_confirmation",
        "password2",
        "newPassword1",
        "passwordHash",
        "authorizationHeader",
        "access_token_v2",
        "privateKeyPem",
        "creditCardNo",
        "cvv2",
        "xAuth",
        "otpCode",
        "pass",
    ];
    for key in keys {
        assert!(is_masked(key, &json!("x")), "{key}");
    }
}

#[test]
fn a_plural_matches_as_well() {
    for key in [
        "passwords",
        "api_keys",
        "credentials",
        "accessTokens",
        "pins",
        "user[passwords]",
    ] {
        assert!(is_masked(key, &json!(["x"])), "{key}");
    }
}

#[test]
fn words_that_only_contain_a_sensitive_one_are_kept() {
    for key in [
        "shipping",
        "company",
        "author",
        "discard",
        "pinned",
        "tokenizer",
        "secretary",
        "span",
    ] {
        assert!(!is_masked(key, &json!("x")), "{key}");
    }
}

#[test]
fn what_reveals_nothing_by_itself_is_kept() {
    assert!(!is_masked("hasPassword", &json!(true)));
    assert!(!is_masked("password", &json!(false)));
    assert!(!is_masked("token", &json!(null)));
    assert!(!is_masked("totalTokens", &json!(512)), "a number under a plural counts");
    assert!(!is_masked("max_tokens", &json!(0.5)));
    assert!(is_masked("token", &json!(512)), "a number under a singular may be one");
    assert!(is_masked("pin", &json!(1234)));
    assert!(is_masked("cvc", &json!(-12.5)));
}

#[test]
fn everything_under_a_sensitive_key_goes_at_any_depth() {
    let fields = json!({
        "data": { "list": [{ "deep": { "password": { "old": "s3cret", "new": ["s3cret"] } } }], "kept": 1 },
        "context": { "headers": { "Cookie": "s3cret" } },
        "user": { "id": "u", "token": ["s3cret", "s3cret"] },
        "flow": { "name": "x", "secret": "s3cret" },
    });
    let entry = delivered(&fields);
    assert!(!entry.to_string().contains("s3cret"), "{entry}");
    assert_eq!(entry["data"]["list"][0]["deep"]["password"], MASKED);
    assert_eq!(entry["data"]["kept"], 1);
}

#[test]
fn what_stands_behind_a_masked_value_arrives() {
    let list = json!([{ "password": [1, { "a": [2] }], "z": 1 }, 2]);
    assert_eq!(
        delivered(&json!({ "data": list }))["data"],
        json!([{ "password": MASKED, "z": 1 }, 2])
    );
}

#[test]
fn keys_of_the_users_are_masked_too() {
    let change = |config: &mut Config| {
        config.redact.add_key(b"Mothers_Maiden-Name");
        config.redact.add_key(b"earnings");
    };
    let data = json!({ "mothersMaidenName": "x", "mothersMaidenNames": ["x"], "password": "x", "kept": "x" });
    let entry = delivered_with(change, &json!({ "data": data }));
    let masked = json!({
        "mothersMaidenName": MASKED, "mothersMaidenNames": MASKED, "password": MASKED, "kept": "x"
    });
    assert_eq!(entry["data"], masked);
}

#[test]
fn a_key_that_the_user_names_in_the_plural_masks_numbers_too() {
    let change = |config: &mut Config| config.redact.add_key(b"earnings");
    let entry = delivered_with(change, &json!({ "data": { "earnings": 90_000 } }));
    assert_eq!(entry["data"]["earnings"], MASKED, "it is the very key");
}

#[test]
fn a_key_that_the_user_names_masks_booleans_too() {
    let change = |config: &mut Config| config.redact.add_key(b"isPatient");
    let data = json!({ "isPatient": true, "is_patient": false, "hasPassword": true, "none": null });
    let entry = delivered_with(change, &json!({ "data": data }));
    let masked = json!({ "isPatient": MASKED, "is_patient": MASKED, "hasPassword": true, "none": null });
    assert_eq!(entry["data"], masked);
}

#[test]
fn digits_count_in_a_key_that_the_user_names() {
    let change = |config: &mut Config| {
        for key in ["1234", "s3key", "input_5"] {
            config.redact.add_key(key.as_bytes());
        }
    };
    let data = json!({ "1234": "x", "awsS3Key": "x", "input5": "x", "input": "x", "input_6": "x", "12345": "x" });
    let entry = delivered_with(change, &json!({ "data": data }));
    let masked =
        json!({ "1234": MASKED, "awsS3Key": MASKED, "input5": MASKED, "input": "x", "input_6": "x", "12345": "x" });
    assert_eq!(entry["data"], masked);
}

#[test]
fn an_empty_key_of_the_users_masks_nothing() {
    for key in ["", "s", "--"] {
        let entry = delivered_with(
            |config| config.redact.add_key(key.as_bytes()),
            &json!({ "data": { "a": "x", "s": "x" } }),
        );
        assert_eq!(entry["data"]["a"], "x", "{key:?}");
    }
}

#[test]
fn urls_lose_queries_fragments_and_credentials() {
    let cases = [
        (
            "GET https://shop.example/a?token=1#x failed",
            "GET https://shop.example/a failed",
        ),
        ("https://me:pw@shop.example/a", "https://shop.example/a"),
        ("https://me:p@w@shop.example/", "https://shop.example/"),
        ("wss://a.example#frag", "wss://a.example"),
        (
            "\"https://a.example/?q=1\", 'http://b.example/?q=2' <c://d?e>",
            "\"https://a.example/\", 'http://b.example/' <c://d>",
        ),
        ("https://a.example/u@v/?x", "https://a.example/u@v/"),
        ("mail me@shop.example? #1", "mail me@shop.example? #1"),
        ("a:/b?c //d?e", "a:/b?c //d?e"),
        ("ünï://ä?ö x", "ünï://ä x"),
    ];
    for (text, clean) in cases {
        let entry = delivered(&json!({ "message": text, "data": { "deep": [text] } }));
        assert_eq!(entry["message"], clean);
        assert_eq!(entry["data"]["deep"][0], clean, "in data as well");
    }
}

#[test]
fn a_url_behind_another_one_loses_its_credentials_too() {
    for text in [
        "https://a.example/x,https://me:pw@b.example/y",
        "https://a.example/https://me:pw@b.example/",
    ] {
        let entry = delivered(&json!({ "message": text }));
        assert!(!entry.to_string().contains("pw"), "{entry}");
    }
}

#[test]
fn what_a_url_may_be_wrapped_in_does_not_end_its_query() {
    for text in [
        "GET https://x.example/a?filter=in(1,2)&token=s3cret failed",
        "GET https://x.example/a?q='1'&token=s3cret failed",
        "https://me:p's3cret@x.example/",
    ] {
        let entry = delivered(&json!({ "message": text }));
        assert!(!entry.to_string().contains("s3cret"), "{entry}");
    }
    let entry = delivered(&json!({ "message": "fetch('https://x.example/a?b=1') failed (https://x.example/c#d)" }));
    assert_eq!(
        entry["message"],
        "fetch('https://x.example/a) failed (https://x.example/c)"
    );
}

#[test]
fn identifiers_and_tags_lose_queries_as_well() {
    let entry = delivered(&json!({
        "tags": ["https://shop.example/a?token=1", "checkout?"],
        "userId": "https://id.example/u/7?session=1#x",
        "requestId": "a?b#c",
        "errorName": "FetchError: http://me:pw@host/x",
    }));
    assert_eq!(entry["tags"], json!(["https://shop.example/a", "checkout?"]));
    assert_eq!(entry["userId"], "https://id.example/u/7");
    assert_eq!(entry["requestId"], "a?b#c", "no address");
    assert_eq!(entry["errorName"], "FetchError: http://host/x");
}

#[test]
fn a_url_that_is_a_key_loses_its_query() {
    let entry = delivered(&json!({ "data": { "https://x.example/?key=s3cret": 1 } }));
    assert_eq!(entry["data"], json!({ "https://x.example/": 1 }));
}

#[test]
fn digits_at_the_end_of_a_query_are_no_line() {
    for number in ["378282246310005", "1:378282246310005", "12345678"] {
        let entry = delivered(&json!({ "message": format!("https://x.example/a?card=a:{number} z") }));
        assert_eq!(entry["message"], "https://x.example/a z", "{number}");
    }
}

#[test]
fn a_stack_frame_keeps_its_line_and_column() {
    let stack = "Error: x\n    at f (https://a.example/app.js?v=3:12:34)\n    at https://a.example/b.js?v=3:5:6\n    at c.js:7:8";
    let clean =
        "Error: x\n    at f (https://a.example/app.js:12:34)\n    at https://a.example/b.js:5:6\n    at c.js:7:8";
    assert_eq!(delivered(&json!({ "errorStack": stack }))["errorStack"], clean);
}

#[test]
fn a_text_is_cut_after_it_was_redacted() {
    let message = format!("{} https://a.example/?{}", "x".repeat(9_000), "s3cret".repeat(1_000));
    let entry = delivered(&json!({ "message": message }));
    assert_eq!(entry["message"], format!("{} https://a.example/", "x".repeat(9_000)));
    assert_eq!(entry["truncated"], Value::Null);
}

#[test]
fn switched_off_it_changes_nothing() {
    let fields = json!({ "message": "https://me:pw@a.example/?q", "data": { "password": "x" } });
    let entry = delivered_with(|config| config.redact = Policy::new(false), &fields);
    assert_eq!(
        (&entry["message"], &entry["data"]),
        (&fields["message"], &fields["data"])
    );
}

#[test]
fn while_consent_is_pending_nothing_leaves_and_all_is_kept() {
    let mut world = World::with(|config| config.consent = Consent::Pending);
    world.log_many(300);
    world.flush(1_000);
    world.hide();
    world.show();
    world.online(true);
    world.advance(60_000);
    assert!(world.sent.is_empty());
    assert_eq!(world.count(counter::BUFFERED), 300);
    world.consent(Consent::Granted);
    while !world.open().is_empty() {
        world.answer(200);
    }
    assert_eq!(world.count(counter::DELIVERED), 300);
}

#[test]
fn denied_consent_drops_what_is_held_and_what_comes() {
    let mut world = World::with(|config| config.consent = Consent::Pending);
    world.log_many(3);
    world.consent(Consent::Denied);
    world.log_many(2);
    assert_eq!(world.dropped(DropReason::Consent), 5);
    assert_eq!(world.held(), 0);
    world.consent(Consent::Granted);
    world.advance(60_000);
    assert!(world.sent.is_empty(), "what was dropped does not come back");
    world.log(Level::Info, "granted");
    world.flush(1_000);
    assert_eq!(world.last().seqs(), [6]);
}

#[test]
fn what_is_in_flight_when_consent_is_denied_is_not_sent_again() {
    for status in [500, 413] {
        let mut world = World::new();
        world.log_many(3);
        world.flush(60_000);
        world.consent(Consent::Denied);
        world.answer(status);
        assert_eq!(world.held(), 0, "denied empties the buffer, whenever it fills");
        assert_eq!(world.dropped(DropReason::Consent), 3);
        world.consent(Consent::Granted);
        world.advance(60_000);
        assert_eq!(world.sent.len(), 1);
    }
}

#[test]
fn consent_taken_back_to_pending_stops_sending() {
    let mut world = World::new();
    world.log_many(3);
    world.consent(Consent::Pending);
    world.advance(60_000);
    assert!(world.sent.is_empty());
    assert_eq!(world.held(), 3);
}
