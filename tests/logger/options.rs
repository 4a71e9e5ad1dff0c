//! What a wrong option is told, and the bounds, which are the façade's.
use std::time::Duration;

use sapwood::core::limits::{DATA_BYTES_MAX, DATA_DEPTH_MAX, DATA_NODES_MAX};
use sapwood::{Builder, Error};

fn options() -> Builder {
    Builder::new("shop", "test", "/v1/logs")
}

/// The code and the field that are told of.
fn refused(options: &Builder) -> Option<(&'static str, Option<&'static str>)> {
    options.check().err().map(|error: Error| (error.code(), error.field()))
}

#[test]
fn what_is_within_the_bounds_is_taken() {
    let day = Duration::from_secs(86_400);
    let most = options()
        .version(&"é".repeat(100))
        .user_id(&"u".repeat(100))
        .session_id("s")
        .tags(["t".repeat(50).as_str(); 20])
        .batch_size(1000)
        .batch_bytes(1_048_576)
        .flush_interval(day)
        .max_buffer_bytes(67_108_864)
        .retry_delay(day, day)
        .max_age(7 * day)
        .max_retries(1000)
        .timeout(day)
        .rate_limit(Some(1_000_000))
        .redact_keys(["k"; 100]);
    let least = options()
        .flush_interval(Duration::ZERO)
        .max_age(Duration::ZERO)
        .max_retries(0)
        .rate_limit(None);
    assert_eq!(
        (refused(&options()), refused(&most), refused(&least)),
        (None, None, None)
    );
}

#[test]
fn what_is_not_is_refused_by_name() {
    let ms = Duration::from_millis;
    let day = ms(86_400_000);
    assert_eq!(
        refused(&Builder::new("", "test", "/")),
        Some(("missing_option", Some("source")))
    );
    let wrong = [
        ("source", Builder::new(&"s".repeat(101), "test", "/")),
        ("environment", Builder::new("shop", "", "/")),
        ("environment", Builder::new("shop", &"🌳".repeat(26), "/")),
        ("version", options().version("")),
        ("userId", options().user_id(&"u".repeat(101))),
        ("sessionId", options().session_id("")),
        ("tags", options().tags(["t"; 21])),
        ("tags", options().tags(["t".repeat(51).as_str()])),
        ("redact", options().redact_keys([""])),
        ("batchSize", options().batch_size(0)),
        ("batchSize", options().batch_size(1001)),
        ("batchBytes", options().batch_bytes(1023)),
        ("flushInterval", options().flush_interval(day + ms(1))),
        ("maxBufferBytes", options().max_buffer_bytes(16_383)),
        ("retry.initialDelayMs", options().retry_delay(ms(0), ms(1))),
        ("retry.maxDelayMs", options().retry_delay(ms(1), day + ms(1))),
        ("retry.maxAgeMs", options().max_age(7 * day + ms(1))),
        ("retry.maxRetries", options().max_retries(1001)),
        ("timeoutMs", options().timeout(ms(0))),
        ("rateLimit", options().rate_limit(Some(0))),
        ("rateLimit", options().rate_limit(Some(1_000_001))),
    ];
    for (field, options) in wrong {
        assert_eq!(refused(&options), Some(("invalid_option", Some(field))), "{field}");
    }
}

#[test]
fn the_bounds_of_values_are_the_defaults_of_the_facade() {
    let list = include_str!("../../js/src/options.ts").replace('_', "");
    for (name, bound) in [
        ("maxDataDepth", DATA_DEPTH_MAX as usize),
        ("maxDataNodes", DATA_NODES_MAX),
        ("maxDataBytes", DATA_BYTES_MAX),
    ] {
        let row = list.lines().find(|line| line.trim_start().starts_with(name));
        let row = row.expect("there is such an option");
        assert!(row.ends_with(&format!(", {bound}],")), "{row}");
    }
}

#[test]
fn the_key_is_not_shown() {
    let shown = format!("{:?}", options().api_key("secret"));
    assert!(shown.contains("shop") && !shown.contains("secret"), "{shown}");
}
