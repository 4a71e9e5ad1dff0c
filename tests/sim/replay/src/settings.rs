//! The parts of a configuration that the simulator varies, each one number.

use sapwood::core::config::{Compress, Config, Consent};

/// One part of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Setting {
    /// `batchSize`
    BatchEntries,
    /// `batchBytes`
    BatchBytes,
    /// `flushInterval`
    FlushInterval,
    /// `maxBufferBytes`
    BufferBytes,
    /// `retry.initialDelayMs`
    RetryInitial,
    /// `retry.maxDelayMs`
    RetryMax,
    /// `retry.maxAgeMs`
    MaxAge,
    /// `retry.maxRetries`
    MaxRetries,
    /// `timeoutMs`
    Timeout,
    /// `consent`: its number.
    Consent,
    /// `redact`: 0 is off.
    Redact,
    /// Is the destination another origin?
    CrossOrigin,
    /// Does `fetch` know `keepalive`?
    Keepalive,
    /// `compress`: 0 never, 1 once the receiver has said that it reads frames, 2 always.
    Compress,
    /// `rateLimit`: 0 is none.
    RateLimit,
}

impl Setting {
    const ALL: [Setting; 15] = [
        Setting::BatchEntries,
        Setting::BatchBytes,
        Setting::FlushInterval,
        Setting::BufferBytes,
        Setting::RetryInitial,
        Setting::RetryMax,
        Setting::MaxAge,
        Setting::MaxRetries,
        Setting::Timeout,
        Setting::Consent,
        Setting::Redact,
        Setting::CrossOrigin,
        Setting::Keepalive,
        Setting::Compress,
        Setting::RateLimit,
    ];

    /// From its number.
    ///
    /// # Panics
    /// If there is no such setting.
    pub fn from_number(number: u64) -> Setting {
        Setting::ALL[number as usize]
    }
}

/// Writes one setting into a configuration.
pub fn configure(config: &mut Config, setting: Setting, value: u64) {
    let flag = value != 0;
    match setting {
        Setting::BatchEntries => config.batch_entries = value as usize,
        Setting::BatchBytes => config.batch_bytes = value as usize,
        Setting::FlushInterval => config.flush_interval_ms = value,
        Setting::BufferBytes => config.buffer_bytes = value as usize,
        Setting::RetryInitial => config.retry.initial_delay_ms = value,
        Setting::RetryMax => config.retry.max_delay_ms = value,
        Setting::MaxAge => config.retry.max_age_ms = value,
        Setting::MaxRetries => config.retry.max_retries = Some(value as u32),
        Setting::Timeout => config.timeout_ms = value,
        Setting::Consent => config.consent = Consent::from_number(value),
        Setting::Redact => config.redact.enabled = flag,
        Setting::CrossOrigin => {
            config.cross_origin = flag;
            config.api_key = b"key".to_vec();
        }
        Setting::Keepalive => config.keepalive = flag,
        Setting::Compress => {
            config.compress = match value {
                0 => Compress::Never,
                1 => Compress::Auto,
                _ => Compress::Always,
            }
        }
        Setting::RateLimit => config.rate_limit = value as u32,
    }
}
