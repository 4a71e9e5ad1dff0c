//! Owns the core's errors: what a wrong configuration is told, and the codes of delivery problems.
//!
//! Broken invariants are asserts in debug builds; neither reaches the host application (the façade's guard).
//! Tested by `tests/contracts/boundary.rs`.

/// Why a configuration was refused. `field` is the option's name as the user writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The configuration record is not of the form in `docs/boundary.md`.
    Malformed,
    /// A required option is empty.
    Missing {
        /// The option.
        field: &'static str,
    },
    /// A number is outside its bounds.
    OutOfBounds {
        /// The option.
        field: &'static str,
    },
}

#[cfg(not(target_arch = "wasm32"))]
impl ::core::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            ConfigError::Malformed => f.write_str("the configuration record cannot be read"),
            ConfigError::Missing { field } => write!(f, "`{field}` is required"),
            ConfigError::OutOfBounds { field } => write!(f, "`{field}` is out of bounds"),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl std::error::Error for ConfigError {}

/// A delivery problem, as `onError` hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Problem {
    /// The request failed: no connection, refused by the browser, cut off.
    NetworkError = 0,
    /// 408, 429 or 5xx: tried again.
    ServerError = 1,
    /// Another status: these entries are given up.
    Rejected = 2,
    /// 401 or 403: the sender stops for good.
    Unauthorized = 3,
    /// 413: the batch is halved.
    PayloadTooLarge = 4,
    /// No answer within `timeoutMs`.
    Timeout = 5,
    /// A defect of ours.
    Internal = 6,
    /// The journal cannot be used, or a record of it was not readable: memory has to do.
    StoreFailed = 7,
    /// Something in the browser, an ad-blocker most likely, lets no request through: tried again only rarely.
    Blocked = 8,
}

/// The problems' codes, in the order of their numbers.
pub const PROBLEM_CODES: [&str; 9] = [
    "network_error",
    "server_error",
    "rejected",
    "unauthorized",
    "payload_too_large",
    "timeout",
    "internal",
    "store_failed",
    "blocked",
];
