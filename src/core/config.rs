//! Owns the configuration that the core works by, and its bounds. What a user writes, and what is thrown at them, is
//! the façade's `options.ts`; the bounds are compared by `tests/contracts/boundary.rs`.
use alloc::vec::Vec;

use super::error::ConfigError;
use super::json::{write_name, write_string};
use super::limits::*;
use super::msgpack::{Reader, Token};
use super::redact::Policy;
use super::time::Millis;

/// May anything leave?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Consent {
    /// Not decided: nothing leaves and nothing is stored.
    Pending = 0,
    /// Yes.
    Granted = 1,
    /// No: what is held and what comes is dropped.
    Denied = 2,
}

impl Consent {
    /// From its number; anything else counts as pending, the careful choice.
    pub fn from_number(number: u64) -> Self {
        match number {
            1 => Consent::Granted,
            2 => Consent::Denied,
            _ => Consent::Pending,
        }
    }
}

/// Are batches sent as frames, which are compressed?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compress {
    /// No.
    Never,
    /// Once the receiver has said that it reads them.
    Auto,
    /// From the first on.
    Always,
}

impl Compress {
    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.token() {
            Token::Bool(true) => Compress::Always,
            Token::Bool(false) => Compress::Never,
            _ => Compress::Auto,
        }
    }
}

/// When a failed batch is tried again and when it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryConfig {
    /// Upper bound of the first delay; doubles with each failure.
    pub initial_delay_ms: Millis,
    /// Upper bound of every delay.
    pub max_delay_ms: Millis,
    /// An entry older than this is given up.
    pub max_age_ms: Millis,
    /// Attempts after the first; `None`: no bound.
    pub max_retries: Option<u32>,
}

/// Everything the core has to know. Times in milliseconds, sizes in bytes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Entries that trigger a flush, and the most in one batch.
    pub batch_entries: usize,
    /// Bytes that trigger a flush, and the largest body made of more than one entry.
    pub batch_bytes: usize,
    /// Longest time that the oldest entry waits.
    pub flush_interval_ms: Millis,
    /// Bound of what waits.
    pub buffer_bytes: usize,
    /// See [`RetryConfig`].
    pub retry: RetryConfig,
    /// Longest time for one request.
    pub timeout_ms: Millis,
    /// See [`Compress`].
    pub compress: Compress,
    /// Entries a second that are kept of one template, and of a level [`RATE_LEVEL_FACTOR`] times as many; 0: no bound.
    pub rate_limit: u32,
    /// The state at the start.
    pub consent: Consent,
    /// What to mask.
    pub redact: Policy,
    /// Goes into the body of a request that may not have a header. Empty: none.
    pub api_key: Vec<u8>,
    /// Is the destination another origin? Then an exit request must not need a preflight.
    pub cross_origin: bool,
    /// Does `fetch` know `keepalive`?
    pub keepalive: bool,
    /// Is a request that fails at once, again and again, one that something in the browser has blocked? Not on this machine,
    /// where a refused connection fails at once.
    pub blockable: bool,
    /// What stands in every entry (`source`, `environment`, `version`), as JSON members with a comma before each.
    pub common: Vec<u8>,
    /// What stands in the header of every batch (`sdk`, `resource`, `core`), in the same form.
    pub resource: Vec<u8>,
}

impl Config {
    /// A configuration with the documented defaults.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] if the source is empty.
    pub fn new(source: &str, environment: &str) -> Result<Self, ConfigError> {
        if source.is_empty() {
            return Err(ConfigError::Missing { field: "source" });
        }
        let mut common = Vec::new();
        for (name, text) in [("source", source), ("environment", environment)] {
            write_name(&mut common, name.as_bytes());
            write_string(&mut common, text.as_bytes());
        }
        let sdk = concat!(
            ",\"sdk\":{\"name\":\"sapwood\",\"version\":\"",
            env!("CARGO_PKG_VERSION"),
            "\"}"
        );
        // The same members as an object: the first comma gives way to the brace.
        let resource = [
            sdk.as_bytes(),
            b",\"resource\":{",
            &common[1..],
            b"},\"core\":\"native\"",
        ]
        .concat();
        Ok(Config {
            batch_entries: BATCH_ENTRIES_DEFAULT,
            batch_bytes: BATCH_BYTES_DEFAULT,
            flush_interval_ms: FLUSH_INTERVAL_MS_DEFAULT,
            buffer_bytes: BUFFER_BYTES_DEFAULT,
            retry: RetryConfig {
                initial_delay_ms: RETRY_INITIAL_MS_DEFAULT,
                max_delay_ms: RETRY_DELAY_MS_DEFAULT,
                max_age_ms: RETRY_AGE_MS_DEFAULT,
                max_retries: None,
            },
            timeout_ms: TIMEOUT_MS_DEFAULT,
            compress: Compress::Auto,
            rate_limit: RATE_LIMIT_DEFAULT,
            consent: Consent::Granted,
            api_key: Vec::new(),
            cross_origin: false,
            keepalive: true,
            blockable: true,
            common,
            resource,
            redact: Policy::new(true),
        })
    }

    /// Reads the configuration record of `docs/boundary.md`.
    ///
    /// # Errors
    /// [`ConfigError::Malformed`]: the façade has checked the options before, so the two sides disagree.
    pub fn read(record: &[u8]) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(record);
        let mut config = Config {
            batch_entries: reader.unsigned() as usize,
            batch_bytes: reader.unsigned() as usize,
            flush_interval_ms: reader.unsigned(),
            buffer_bytes: reader.unsigned() as usize,
            retry: RetryConfig {
                initial_delay_ms: reader.unsigned(),
                max_delay_ms: reader.unsigned(),
                max_age_ms: reader.unsigned(),
                max_retries: match reader.token() {
                    Token::Int(count) => Some(count),
                    _ => None,
                },
            },
            timeout_ms: reader.unsigned(),
            compress: Compress::read(&mut reader),
            rate_limit: match reader.token() {
                Token::Int(limit) => limit,
                _ => 0,
            },
            consent: Consent::from_number(reader.unsigned()),
            redact: Policy::new(read_bool(&mut reader)),
            cross_origin: read_bool(&mut reader),
            keepalive: read_bool(&mut reader),
            blockable: read_bool(&mut reader),
            api_key: reader.string().to_vec(),
            common: reader.string().to_vec(),
            resource: reader.string().to_vec(),
        };
        for _ in 0..reader.len() {
            config.redact.add_key(reader.string());
        }
        if reader.failed() {
            Err(ConfigError::Malformed)
        } else {
            Ok(config)
        }
    }

    /// Are the bounds kept? For Rust callers; of the npm package's users the façade asks it.
    ///
    /// # Errors
    /// The first field that is out of its bounds.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = if !(1..=BATCH_ENTRIES_MAX).contains(&self.batch_entries) {
            "batchSize"
        } else if !(BATCH_BYTES_MIN..=REQUEST_BYTES_MAX).contains(&self.batch_bytes) {
            "batchBytes"
        } else if self.flush_interval_ms > FLUSH_INTERVAL_MS_MAX {
            "flushInterval"
        } else if !(BUFFER_BYTES_MIN..=BUFFER_BYTES_MAX).contains(&self.buffer_bytes) {
            "maxBufferBytes"
        } else {
            return Ok(());
        };
        Err(ConfigError::OutOfBounds { field: wrong })
    }
}

fn read_bool(reader: &mut Reader<'_>) -> bool {
    matches!(reader.token(), Token::Bool(true))
}
