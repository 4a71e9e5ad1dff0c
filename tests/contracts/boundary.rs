//! Promise: the façade and the core agree (`docs/boundary.md`). Both sides and the page are read as text and compared
//! with what the core works by.
use sapwood::core::config::{Compress, Config, Consent};
use sapwood::core::error::{ConfigError, PROBLEM_CODES};
use sapwood::core::fields::{CONTEXT, DATA, FIELDS, MESSAGE};
use sapwood::core::level::Level;
use sapwood::core::limits::*;
use sapwood::core::record;
use sapwood::core::stats::{DROP_REASON_NAMES, counter};
use serde_json::{Value, json};

use crate::common::msgpack::Writer;
use crate::common::records::FIELD_NAMES;
use crate::typescript::{constant, constants, list, number, options, text};

const PAGE: &str = include_str!("../../docs/boundary.md");
const PROTOCOL: &str = include_str!("../../js/src/protocol.ts");
const LEVELS: &str = include_str!("../../js/src/levels.ts");
const FACADE_FIELDS: &str = include_str!("../../js/src/fields.ts");

/// The part of the page between two texts.
fn part(from: &str, to: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(from).expect("the page has this part");
    rest.split_once(to).expect("the part ends").0
}

/// The text without what it says in brackets.
fn without_brackets(text: &str) -> String {
    let pieces = text.split('(');
    let outside = pieces.map(|piece| piece.split_once(')').map_or(piece, |(_, outside)| outside));
    outside.collect()
}

/// The texts between backticks.
fn ticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// `0 `name` · 1 `name` …`, in order.
fn numbered(text: &'static str) -> Vec<&'static str> {
    let mut names = Vec::new();
    for item in text.split('·') {
        let (number, rest) = item.trim().split_once(' ').expect("a number and a name");
        assert_eq!(number.parse(), Ok(names.len()), "{item}");
        names.push(ticked(rest)[0]);
    }
    names
}

fn field_names() -> Vec<&'static str> {
    FIELDS
        .iter()
        .map(|spec| str::from_utf8(spec.name).expect("names are ASCII"))
        .collect()
}

/// `STEP_INDEX` of `stepIndex`.
fn shouted(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        letter if letter.is_uppercase() => format!("_{letter}"),
        letter => letter.to_uppercase().to_string(),
    });
    letters.collect()
}

#[test]
fn the_version_is_one() {
    assert_eq!(text(PROTOCOL, "VERSION"), env!("CARGO_PKG_VERSION"));
}

#[test]
fn operations_have_the_same_numbers() {
    let operations = [
        ("ENTRY", record::ENTRY),
        ("SCOPE", record::SCOPE),
        ("DROP", record::DROP),
        ("RESOURCE", record::RESOURCE),
    ];
    for (name, number) in operations {
        assert_eq!(constant(PROTOCOL, &format!("OP_{name}")), number);
        assert!(
            PAGE.contains(&format!("\n| {number} {} |", name.to_lowercase())),
            "{name} is on the page"
        );
    }
    assert_eq!(constants(PROTOCOL, "OP_").len(), operations.len());
}

#[test]
fn fields_have_the_same_numbers_and_names() {
    let names = field_names();
    assert_eq!(list(PROTOCOL, "FIELDS"), names);
    assert_eq!(FIELD_NAMES.to_vec(), names);
    let page = part("\nFields: ", "\n\n");
    // The page says more of two of them in brackets.
    let page: String = page
        .split('(')
        .map(|piece| piece.split_once(')').map_or(piece, |(_, rest)| rest))
        .collect();
    assert_eq!(
        numbered(Box::leak(
            page.trim_end_matches('.').replace('\n', " ").into_boxed_str()
        )),
        names
    );
    for (constant, number) in constants(PROTOCOL, "FIELD_") {
        assert_eq!(constant, shouted(names[number as usize]));
    }
    assert_eq!(
        (names[MESSAGE], names[DATA], names[CONTEXT]),
        ("message", "data", "context")
    );
}

#[test]
fn drop_reasons_have_the_same_numbers_and_names() {
    assert_eq!(list(PROTOCOL, "DROP_REASONS"), DROP_REASON_NAMES);
    let page = part("\nDrop reasons: ", ".\n\n");
    assert_eq!(numbered(page), DROP_REASON_NAMES);
    for (constant, number) in constants(PROTOCOL, "DROP_") {
        assert_eq!(constant.to_lowercase(), DROP_REASON_NAMES[number as usize]);
    }
}

#[test]
fn problems_have_the_same_numbers_and_codes() {
    assert_eq!(list(PROTOCOL, "PROBLEMS"), PROBLEM_CODES);
    assert_eq!(numbered(part("\nProblem codes: ", ".\n\n")), PROBLEM_CODES);
}

#[test]
fn consent_has_the_same_numbers() {
    let states = [Consent::Pending, Consent::Granted, Consent::Denied];
    for (number, (state, name)) in states.into_iter().zip(list(PROTOCOL, "CONSENTS")).enumerate() {
        assert_eq!(
            (state as usize, format!("{state:?}").to_lowercase()),
            (number, name.to_owned())
        );
        assert_eq!(Consent::from_number(number as u64), state);
    }
    assert_eq!(Consent::from_number(3), Consent::Pending, "the careful choice");
}

#[test]
fn counters_have_the_same_numbers() {
    let counters = [
        ("ACCEPTED", counter::ACCEPTED),
        ("DELIVERED", counter::DELIVERED),
        ("UNCONFIRMED", counter::UNCONFIRMED),
        ("BUFFERED", counter::BUFFERED),
        ("IN_FLIGHT", counter::IN_FLIGHT),
        ("STORED", counter::STORED),
        ("DROPPED", counter::DROPPED),
        ("RECOVERED", counter::COUNT),
        ("CLOCK_SKEW", 2 * counter::COUNT),
    ];
    for (name, number) in counters {
        assert_eq!(constant(PROTOCOL, &format!("STAT_{name}")), number as u64);
    }
    assert_eq!(constants(PROTOCOL, "STAT_").len(), counters.len());
    assert_eq!(counter::COUNT, counter::DROPPED + DROP_REASON_NAMES.len());
}

#[test]
fn levels_have_the_same_numbers() {
    let names: Vec<String> = Level::ALL
        .map(|level| format!("{}: {}", level.name(), level as u32))
        .into();
    assert!(
        LEVELS.contains(&format!("= {{ {} }};", names.join(", "))),
        "levels.ts lists {names:?}"
    );
}

#[test]
fn the_facade_knows_the_limits_of_the_fields() {
    let (_, rest) = FACADE_FIELDS
        .split_once("const LENGTHS = [")
        .expect("fields.ts has the list");
    let (lengths, _) = rest.split_once(']').expect("the list ends");
    let lengths: Vec<u64> = lengths.split(',').map(|item| number(FACADE_FIELDS, item)).collect();
    for (spec, length) in FIELDS.iter().zip(&lengths) {
        // Of tags, `TAG_MAX` is the length.
        let expected = if spec.name == b"tags" { 0 } else { spec.chars_max };
        assert_eq!(u64::from(expected), *length, "{}", String::from_utf8_lossy(spec.name));
    }
    assert_eq!(lengths.len(), FIELDS.len());
    assert_eq!(constant(FACADE_FIELDS, "STEP_MAX"), u64::from(STEP_INDEX_MAX));
    assert_eq!(constant(FACADE_FIELDS, "TAGS_MAX"), TAGS_MAX as u64);
    assert_eq!(constant(FACADE_FIELDS, "TAG_MAX"), u64::from(TAG_CHARS_MAX));
}

#[test]
fn options_have_the_bounds_of_the_core() {
    let options = options();
    let bounds = [
        ("batchSize", BATCH_ENTRIES_DEFAULT as u64, 1, BATCH_ENTRIES_MAX as u64),
        (
            "batchBytes",
            BATCH_BYTES_DEFAULT as u64,
            BATCH_BYTES_MIN as u64,
            REQUEST_BYTES_MAX as u64,
        ),
        ("flushInterval", FLUSH_INTERVAL_MS_DEFAULT, 0, FLUSH_INTERVAL_MS_MAX),
        (
            "maxBufferBytes",
            BUFFER_BYTES_DEFAULT as u64,
            BUFFER_BYTES_MIN as u64,
            BUFFER_BYTES_MAX as u64,
        ),
    ];
    for (name, default, min, max) in bounds {
        let option = &options[name];
        assert_eq!(
            (option.default, option.min, option.max),
            (Some(default), min, max),
            "{name}"
        );
    }
    let defaults = [
        ("retry.initialDelayMs", RETRY_INITIAL_MS_DEFAULT),
        ("retry.maxDelayMs", RETRY_DELAY_MS_DEFAULT),
        ("retry.maxAgeMs", RETRY_AGE_MS_DEFAULT),
        ("timeoutMs", TIMEOUT_MS_DEFAULT),
        ("rateLimit", RATE_LIMIT_DEFAULT.into()),
    ];
    for (name, default) in defaults {
        assert_eq!(options[name].default, Some(default), "{name}");
        // What the record carries is a whole number of 32 bits.
        assert!(options[name].max <= u64::from(u32::MAX), "{name}");
    }
}

#[test]
fn options_that_are_fields_have_the_fields_limits() {
    let options = options();
    assert_eq!(options["userId"].max, u64::from(ID_CHARS_MAX));
    assert_eq!(options["sessionId"].max, u64::from(ID_CHARS_MAX));
    assert_eq!(options["dataset"].max, u64::from(FLOW_ID_CHARS_MAX));
    assert_eq!(
        (options["tags"].min, options["tags"].max),
        (u64::from(TAG_CHARS_MAX), TAGS_MAX as u64)
    );
    assert!(
        options["maxDataDepth"].max < u64::from(DEPTH_MAX),
        "what the façade lets through is read"
    );
}

/// The configuration record, its values named as on the page, in the page's order.
fn record_of(value_of: impl Fn(&str) -> Value) -> Vec<u8> {
    let page = without_brackets(part("in this order:", "\n\n`common` is"));
    let mut writer = Writer::default();
    for name in ticked(&page) {
        writer.value(&value_of(name));
    }
    writer.bytes
}

fn value_of(name: &str) -> Value {
    match name {
        "batchSize" => json!(11),
        "batchBytes" => json!(2_000),
        "flushInterval" => json!(13),
        "maxBufferBytes" => json!(20_000),
        "retry.initialDelayMs" => json!(15),
        "retry.maxDelayMs" => json!(16),
        "retry.maxAgeMs" => json!(17),
        "retry.maxRetries" => json!(18),
        "timeoutMs" => json!(19),
        "compress" => json!(true),
        "rateLimit" => json!(20),
        "consent" => json!(2),
        "redact" | "crossOrigin" => json!(true),
        "keepalive" => json!(false),
        "blockable" => json!(true),
        "apiKey" => json!("key"),
        "common" => json!(",\"source\":\"web\""),
        "resource" => json!(",\"core\":\"wasm\""),
        "redactKeys" => json!(["mine"]),
        other => panic!("the page names `{other}`, which this test does not know"),
    }
}

#[test]
fn the_configuration_record_is_read_in_the_order_of_the_page() {
    let config = Config::read(&record_of(value_of)).unwrap();
    let retry = config.retry;
    assert_eq!((config.batch_entries, config.batch_bytes), (11, 2_000));
    assert_eq!((config.flush_interval_ms, config.buffer_bytes), (13, 20_000));
    assert_eq!(
        (retry.initial_delay_ms, retry.max_delay_ms, retry.max_age_ms),
        (15, 16, 17)
    );
    assert_eq!(
        (retry.max_retries, config.timeout_ms, config.consent),
        (Some(18), 19, Consent::Denied)
    );
    assert_eq!((config.compress, config.rate_limit), (Compress::Always, 20));
    assert!(config.redact.enabled && config.cross_origin && !config.keepalive && config.blockable);
    assert_eq!(
        (&config.api_key[..], &config.common[..]),
        (&b"key"[..], &b",\"source\":\"web\""[..])
    );
    assert_eq!(config.resource, b",\"core\":\"wasm\"");
    let token = sapwood::core::msgpack::Token::Str(b"x");
    assert!(config.redact.is_sensitive(b"mine", token) && !config.redact.is_sensitive(b"other", token));
    config.check().unwrap();
}

#[test]
fn nil_is_no_bound_of_retries() {
    let record = record_of(|name| {
        if name == "retry.maxRetries" {
            json!(null)
        } else {
            value_of(name)
        }
    });
    assert_eq!(Config::read(&record).unwrap().retry.max_retries, None);
}

#[test]
fn what_is_no_number_and_no_boolean_has_its_meaning() {
    let read = |option: &str, value: Value| {
        let record = record_of(|name| if name == option { value.clone() } else { value_of(name) });
        Config::read(&record).unwrap()
    };
    assert_eq!(read("compress", json!("auto")).compress, Compress::Auto);
    assert_eq!(read("compress", json!(false)).compress, Compress::Never);
    assert_eq!(read("rateLimit", json!(false)).rate_limit, 0);
}

#[test]
fn a_record_of_another_form_is_refused() {
    let record = record_of(value_of);
    for len in 0..record.len() {
        assert!(
            matches!(Config::read(&record[..len]), Err(ConfigError::Malformed)),
            "cut at {len}"
        );
    }
    let wrong = record_of(|name| if name == "common" { json!(1) } else { value_of(name) });
    assert!(matches!(Config::read(&wrong), Err(ConfigError::Malformed)));
}

#[test]
fn a_number_out_of_its_bounds_is_named() {
    let wrong = [
        ("batchSize", [0, 1_001]),
        ("batchBytes", [1_023, 1_048_577]),
        ("maxBufferBytes", [16_383, 67_108_865]),
    ];
    for (option, numbers) in wrong {
        for number in numbers {
            let record = record_of(|name| if name == option { json!(number) } else { value_of(name) });
            let error = Config::read(&record).unwrap().check().unwrap_err();
            assert_eq!(error, ConfigError::OutOfBounds { field: option });
            assert!(error.to_string().contains(option));
        }
    }
    assert_eq!(
        Config::new("", "test").unwrap_err(),
        ConfigError::Missing { field: "source" }
    );
}
