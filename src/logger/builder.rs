//! Owns the options of a logger: defaults, bounds, and the core's configuration that they make. Does not own what the
//! page says of itself (`web::surroundings`).
//!
//! Bounds are those of `js/src/options.ts`. Tested by `tests/logger/options.rs`.
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use super::error::Error;
use crate::core::config::{Compress, Config, Consent};
use crate::core::error::ConfigError;
use crate::core::json::{write_name, write_string};
use crate::core::level::Level;
use crate::core::limits::{JOURNAL_AGE_MS, RATE_LIMIT_MAX, TAG_CHARS_MAX, TAGS_MAX};
use crate::core::stats::DropReason;

const SOURCE_CHARS_MAX: usize = 100;
const ENVIRONMENT_CHARS_MAX: usize = 50;
const ID_CHARS_MAX: usize = 100;
const DAY_MS: u64 = 86_400_000;
const RETRIES_MAX: u32 = 1_000;
/// Most keys to redact, and the longest.
const REDACT_KEYS_MAX: usize = 100;

/// Hears of a problem of delivery.
pub(crate) type OnError = Rc<dyn Fn(&Error)>;
/// Hears that entries were dropped.
pub(crate) type OnDrop = Rc<dyn Fn(DropReason, u64)>;

/// The options of a logger; `Logger::builder` gives one. What is not set has the default of the npm package.
///
/// ```
/// use std::time::Duration;
/// use sapwood::{Builder, Level};
///
/// let options = Builder::new("shop", "production", "https://logs.example.com/v1/logs")
///     .api_key("tb_live_…")
///     .min_level(Level::Info)
///     .flush_interval(Duration::from_secs(2));
/// assert!(options.check().is_ok());
/// assert_eq!(options.batch_size(0).check().unwrap_err().field(), Some("batchSize"));
/// ```
#[derive(Clone)]
pub struct Builder {
    pub(crate) endpoint: String,
    pub(crate) api_key: Option<String>,
    pub(crate) min_level: Level,
    pub(crate) user_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) on_error: Option<OnError>,
    pub(crate) on_drop: Option<OnDrop>,
    pub(crate) edge: Option<bool>,
    source: String,
    environment: String,
    version: Option<String>,
    redact_keys: Vec<String>,
    /// What the core takes as it is; or what is wrong with the names.
    config: Result<Config, ConfigError>,
}

/// What the place says in which a logger is built.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) cross_origin: bool,
    pub(crate) keepalive: bool,
    pub(crate) blockable: bool,
}

impl Builder {
    /// The three that every logger needs: the app's name (1–100 characters), its environment (1–50), and where to send
    /// to: an address, or one relative to the page. An empty or invalid address gives a logger that sends nothing, says
    /// so once, and counts `not_configured`.
    pub fn new(source: &str, environment: &str, endpoint: &str) -> Self {
        Builder {
            endpoint: endpoint.to_owned(),
            api_key: None,
            min_level: Level::Debug,
            user_id: None,
            session_id: None,
            tags: Vec::new(),
            on_error: None,
            on_drop: None,
            edge: None,
            source: source.to_owned(),
            environment: environment.to_owned(),
            version: None,
            redact_keys: Vec::new(),
            config: Config::new(source, environment),
        }
    }

    /// The key that goes out as `X-API-Key`, or in the body where a header would need a preflight. An empty one, a variable
    /// that was not set, counts as `not_configured`.
    #[must_use]
    pub fn api_key(mut self, key: &str) -> Self {
        self.api_key = Some(key.to_owned());
        self
    }

    /// The app's version, 1–100 characters.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// The lowest level that is kept. Default: debug.
    #[must_use]
    pub fn min_level(mut self, level: Level) -> Self {
        self.min_level = level;
        self
    }

    /// The user, 1–100 characters; see also `Logger::set_user_id`.
    #[must_use]
    pub fn user_id(mut self, id: &str) -> Self {
        self.user_id = Some(id.to_owned());
        self
    }

    /// The session, 1–100 characters.
    #[must_use]
    pub fn session_id(mut self, id: &str) -> Self {
        self.session_id = Some(id.to_owned());
        self
    }

    /// Tags of every entry: 20 of 1–50 characters, at most.
    #[must_use]
    pub fn tags<'t>(mut self, tags: impl IntoIterator<Item = &'t str>) -> Self {
        self.tags = tags.into_iter().map(str::to_owned).collect();
        self
    }

    /// Entries that trigger a request, 1–1,000. Default: 100.
    #[must_use]
    pub fn batch_size(self, entries: usize) -> Self {
        self.set(|config| config.batch_entries = entries)
    }

    /// Bytes that trigger a request, 1 KiB–1 MiB. Default: 48 KiB.
    #[must_use]
    pub fn batch_bytes(self, bytes: usize) -> Self {
        self.set(|config| config.batch_bytes = bytes)
    }

    /// The longest that the oldest entry waits, up to a day. Default: 5 s.
    #[must_use]
    pub fn flush_interval(self, interval: Duration) -> Self {
        self.set(|config| config.flush_interval_ms = millis(interval))
    }

    /// The bound of what waits, 16 KiB–64 MiB. Default: 2 MiB. Past it the lowest level, then the oldest entry is dropped as
    /// `buffer_full`.
    #[must_use]
    pub fn max_buffer_bytes(self, bytes: usize) -> Self {
        self.set(|config| config.buffer_bytes = bytes)
    }

    /// Bounds of the delay between attempts: the first one's, which doubles with each failure, and every one's; 1 ms–a
    /// day. Default: 1 s and 30 s. A `Retry-After` is obeyed.
    #[must_use]
    pub fn retry_delay(self, initial: Duration, max: Duration) -> Self {
        self.set(|config| {
            config.retry.initial_delay_ms = millis(initial);
            config.retry.max_delay_ms = millis(max);
        })
    }

    /// An entry older than this is given up as `expired`, up to seven days. Default: an hour.
    #[must_use]
    pub fn max_age(self, age: Duration) -> Self {
        self.set(|config| config.retry.max_age_ms = millis(age))
    }

    /// Attempts after the first, up to 1,000. Default: no bound, only the age.
    #[must_use]
    pub fn max_retries(self, retries: u32) -> Self {
        self.set(|config| config.retry.max_retries = Some(retries))
    }

    /// The longest that a request may take, 1 ms–a day. Default: 10 s.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|config| config.timeout_ms = millis(timeout))
    }

    /// Are batches compressed? Default: once the receiver has said that it reads that.
    #[must_use]
    pub fn compress(self, always: bool) -> Self {
        self.set(|config| config.compress = if always { Compress::Always } else { Compress::Never })
    }

    /// Entries a second that are kept of one message template, 1–1,000,000; `None`: no bound. Default: 1,000.
    #[must_use]
    pub fn rate_limit(self, limit: Option<u32>) -> Self {
        // 0 is "no bound" to the core, but no limit to a user.
        self.set(|config| {
            config.rate_limit = match limit {
                None => 0,
                Some(0) => u32::MAX,
                Some(limit) => limit,
            }
        })
    }

    /// Are values masked by key and by pattern? Default: yes.
    #[must_use]
    pub fn redact(self, redact: bool) -> Self {
        self.set(|config| config.redact = crate::core::redact::Policy::new(redact))
    }

    /// More keys whose values are masked: 100 of 1–100 characters, at most. Only with redaction.
    #[must_use]
    pub fn redact_keys<'k>(mut self, keys: impl IntoIterator<Item = &'k str>) -> Self {
        self.redact_keys = keys.into_iter().map(str::to_owned).collect();
        self
    }

    /// The user's consent at the start. Pending: nothing leaves; denied: nothing is kept. Default: granted.
    #[must_use]
    pub fn consent(self, consent: Consent) -> Self {
        self.set(|config| config.consent = consent)
    }

    /// Is this a place where each request is a world of its own, such as Cloudflare Workers? Then nothing is listened to and
    /// no hand-over is planned: each request ends with `flush`, in `waitUntil`. Default: it is found out.
    #[must_use]
    pub fn edge(mut self, edge: bool) -> Self {
        self.edge = Some(edge);
        self
    }

    /// Hears of problems of delivery, in a microtask of its own; without it they are told on the console, once a kind.
    #[must_use]
    pub fn on_error(mut self, tell: impl Fn(&Error) + 'static) -> Self {
        self.on_error = Some(Rc::new(tell));
        self
    }

    /// Hears why and how many entries were dropped, in a microtask of its own; without it that is told on the console, once
    /// a reason. What it logs itself and is dropped at once is told with what comes next.
    #[must_use]
    pub fn on_drop(mut self, tell: impl Fn(DropReason, u64) + 'static) -> Self {
        self.on_drop = Some(Rc::new(tell));
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Config)) -> Self {
        if let Ok(config) = &mut self.config {
            change(config);
        }
        self
    }

    /// Are all options within their bounds? `build` asks the same.
    ///
    /// # Errors
    /// `missing_option` or `invalid_option`, with the option's name as the npm package has it.
    pub fn check(&self) -> Result<(), Error> {
        let config = self.config.as_ref().map_err(|error| Error::from(*error))?;
        let texts = [
            ("source", Some(&self.source), SOURCE_CHARS_MAX),
            ("environment", Some(&self.environment), ENVIRONMENT_CHARS_MAX),
            ("version", self.version.as_ref(), SOURCE_CHARS_MAX),
            ("userId", self.user_id.as_ref(), ID_CHARS_MAX),
            ("sessionId", self.session_id.as_ref(), ID_CHARS_MAX),
        ];
        for (field, text, max) in texts {
            if text.is_some_and(|text| !fits(text, max)) {
                return Err(Error::invalid(field));
            }
        }
        let lists = [
            ("tags", &self.tags, TAGS_MAX, usize::from(TAG_CHARS_MAX)),
            ("redact", &self.redact_keys, REDACT_KEYS_MAX, REDACT_KEYS_MAX),
        ];
        for (field, list, items_max, chars_max) in lists {
            if list.len() > items_max || !list.iter().all(|text| fits(text, chars_max)) {
                return Err(Error::invalid(field));
            }
        }
        config.check()?;
        let retry = &config.retry;
        let day = 1..=DAY_MS;
        let wrong = if !day.contains(&retry.initial_delay_ms) {
            "retry.initialDelayMs"
        } else if !day.contains(&retry.max_delay_ms) {
            "retry.maxDelayMs"
        } else if retry.max_age_ms > JOURNAL_AGE_MS {
            "retry.maxAgeMs"
        } else if retry.max_retries.is_some_and(|retries| retries > RETRIES_MAX) {
            "retry.maxRetries"
        } else if !day.contains(&config.timeout_ms) {
            "timeoutMs"
        } else if config.rate_limit > RATE_LIMIT_MAX {
            "rateLimit"
        } else {
            return Ok(());
        };
        Err(Error::invalid(wrong))
    }

    /// The core's configuration, checked.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "there is no driver"))]
    pub(crate) fn config(&self, place: Place, resource: &str) -> Result<Config, Error> {
        self.check()?;
        let mut config = self.config.clone()?;
        config.common = self.common();
        config.resource = resource.as_bytes().to_vec();
        config.api_key = self.api_key.as_deref().unwrap_or_default().as_bytes().to_vec();
        config.cross_origin = place.cross_origin;
        config.keepalive = place.keepalive;
        config.blockable = place.blockable;
        for key in &self.redact_keys {
            config.redact.add_key(key.as_bytes());
        }
        Ok(config)
    }

    /// What stands in every entry, as JSON members with a comma before each.
    pub(crate) fn common(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let version = self.version.as_deref().unwrap_or_default();
        for (name, text) in [
            ("source", &*self.source),
            ("environment", &*self.environment),
            ("version", version),
        ] {
            if !text.is_empty() {
                write_name(&mut out, name.as_bytes());
                write_string(&mut out, text.as_bytes());
            }
        }
        out
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the key.
        f.debug_struct("Builder")
            .field("source", &self.source)
            .field("environment", &self.environment)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Has it 1 to `max` characters, counted as the receivers do?
fn fits(text: &str, max: usize) -> bool {
    // So long a text need not be counted.
    !text.is_empty() && text.len() <= 3 * max && text.encode_utf16().count() <= max
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
