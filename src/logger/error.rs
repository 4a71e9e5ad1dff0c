//! Owns the one error type: what a wrong option is told at `Builder::build`, and what `on_error` hears later.
//!
//! Tested by `tests/logger/options.rs` and `tests/rust`.
use std::fmt;

use crate::core::error::{ConfigError, PROBLEM_CODES, Problem};

/// What went wrong, as a stable word to compare with: the codes of the npm package's `SapwoodError`.
///
/// ```
/// use sapwood::logger::Builder;
/// let error = Builder::new("", "production", "/v1/logs").check().unwrap_err();
/// assert_eq!((error.code(), error.field()), ("missing_option", Some("source")));
/// assert_eq!(error.to_string(), "sapwood: missing_option source");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: &'static str,
    field: Option<&'static str>,
    status: Option<u16>,
}

impl Error {
    /// A required option is empty.
    pub(crate) fn missing(field: &'static str) -> Self {
        Error::new("missing_option", Some(field))
    }

    /// An option is outside its bounds.
    pub(crate) fn invalid(field: &'static str) -> Self {
        Error::new("invalid_option", Some(field))
    }

    pub(crate) fn new(code: &'static str, field: Option<&'static str>) -> Self {
        Error {
            code,
            field,
            status: None,
        }
    }

    /// A problem of delivery, by its number; `status` 0: there was no answer.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "told by the driver"))]
    pub(crate) fn problem(number: usize, status: u16) -> Self {
        let code = PROBLEM_CODES.get(number).copied();
        Error {
            code: code.unwrap_or(PROBLEM_CODES[Problem::Internal as usize]),
            field: None,
            status: (status > 0).then_some(status),
        }
    }

    /// From `build`: `missing_option`, `invalid_option`, `core_unavailable` (no randomness: Workers have none outside of a
    /// request). To `on_error`: `not_configured`, `network_error`, `server_error`, `rejected`, `unauthorized`,
    /// `payload_too_large`, `timeout`, `blocked`, `internal`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The option that is meant, e.g. `retry.maxDelayMs`.
    pub fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// The HTTP status of the answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Missing { field } => Error::missing(field),
            ConfigError::OutOfBounds { field } => Error::invalid(field),
            ConfigError::Malformed => Error::new("internal", None),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sapwood: {}", self.code)?;
        match (self.field, self.status) {
            (Some(field), _) => write!(f, " {field}"),
            (None, Some(status)) => write!(f, " {status}"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// So that `?` works in a function that JavaScript calls: an `Error` of JavaScript with the same text.
#[cfg(target_arch = "wasm32")]
impl From<Error> for wasm_bindgen::JsValue {
    fn from(error: Error) -> Self {
        js_sys::Error::new(&error.to_string()).into()
    }
}
