//! What the model knows of the configuration, and what the client has heard of page, network and user.

use sapwood::core::config::{Config, Consent};
use sapwood::core::time::Millis;

/// What the model knows of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(super) timeout: Millis,
    pub(super) flush_interval: Millis,
    pub(super) batch_entries: usize,
    pub(super) batch_bytes: usize,
    pub(super) buffer_bytes: usize,
    pub(super) max_age: Millis,
    pub(super) max_retries: Option<u32>,
    pub(super) initial_delay: Millis,
    pub(super) max_delay: Millis,
    pub(super) cross_origin: bool,
    pub(super) redacts: bool,
    pub(super) rate_limit: u32,
    pub(super) key: String,
}

/// What the page and the user have said, as far as the client has heard.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(super) consent: Consent,
    pub(super) hidden: bool,
    pub(super) online: bool,
    /// A close was asked for; it was settled.
    pub(super) closing: Option<u32>,
    pub(super) closed: bool,
    /// 401 or 403.
    pub(super) stopped: bool,
    /// Until when the client said it would sleep.
    pub(super) sleep: Millis,
}

impl Rules {
    pub(crate) fn new(config: &Config) -> Rules {
        Rules {
            timeout: config.timeout_ms,
            flush_interval: config.flush_interval_ms,
            batch_entries: config.batch_entries,
            batch_bytes: config.batch_bytes,
            buffer_bytes: config.buffer_bytes,
            max_age: config.retry.max_age_ms,
            max_retries: config.retry.max_retries,
            initial_delay: config.retry.initial_delay_ms,
            max_delay: config.retry.max_delay_ms,
            cross_origin: config.cross_origin,
            redacts: config.redact.enabled,
            rate_limit: config.rate_limit,
            key: String::from_utf8(config.api_key.clone()).expect("a key is text"),
        }
    }
}
