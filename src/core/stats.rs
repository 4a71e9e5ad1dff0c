//! Owns the closed list of drop reasons and the counters whose sum always closes (I1):
//! accepted = delivered + unconfirmed + buffered + in flight + stored + Σ dropped.
//!
//! Tested by `tests/contracts/accounting.rs` and, under random workloads, `tests/props/accounting.rs`.

/// Why an entry was not delivered. Closed: a new way to lose an entry needs a new name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DropReason {
    /// Left out by sampling.
    Sampled = 0,
    /// Over a rate limit.
    RateLimited = 1,
    /// Pushed out by the memory bound.
    BufferFull = 2,
    /// Exceeds the destination's request limit alone, after all cuts.
    TooLarge = 3,
    /// `beforeSend` said so.
    BeforeSend = 4,
    /// Could not be written.
    Unserialisable = 5,
    /// The destination refused it for good.
    Rejected = 6,
    /// `retry.maxRetries` was reached.
    RetriesExhausted = 7,
    /// Older than `retry.maxAgeMs`.
    Expired = 8,
    /// The journal failed and memory could not hold it.
    StoreFailed = 9,
    /// Consent was denied.
    Consent = 10,
    /// The core was not there in time.
    NotReady = 11,
    /// No usable endpoint or key.
    NotConfigured = 12,
    /// Logged after, or still held at, the end of `close()`.
    Closed = 13,
    /// Held by a core that trapped.
    CoreFailed = 14,
}

/// How many reasons there are.
pub const DROP_REASON_COUNT: usize = 15;

/// The reasons, in the order of their numbers.
pub const DROP_REASONS: [DropReason; DROP_REASON_COUNT] = [
    DropReason::Sampled,
    DropReason::RateLimited,
    DropReason::BufferFull,
    DropReason::TooLarge,
    DropReason::BeforeSend,
    DropReason::Unserialisable,
    DropReason::Rejected,
    DropReason::RetriesExhausted,
    DropReason::Expired,
    DropReason::StoreFailed,
    DropReason::Consent,
    DropReason::NotReady,
    DropReason::NotConfigured,
    DropReason::Closed,
    DropReason::CoreFailed,
];

/// The reasons' names, in the order of their numbers.
pub const DROP_REASON_NAMES: [&str; DROP_REASON_COUNT] = [
    "sampled",
    "rate_limited",
    "buffer_full",
    "too_large",
    "before_send",
    "unserialisable",
    "rejected",
    "retries_exhausted",
    "expired",
    "store_failed",
    "consent",
    "not_ready",
    "not_configured",
    "closed",
    "core_failed",
];

/// The numbers of the counters, as they cross the boundary (`docs/boundary.md`).
pub mod counter {
    /// Entries taken, dropped ones included.
    pub const ACCEPTED: usize = 0;
    /// Entries a destination has confirmed.
    pub const DELIVERED: usize = 1;
    /// Entries a beacon took, whose answer nobody sees.
    pub const UNCONFIRMED: usize = 2;
    /// Entries that wait, those between two attempts included.
    pub const BUFFERED: usize = 3;
    /// Entries in a request that has not been answered.
    pub const IN_FLIGHT: usize = 4;
    /// Entries in the journal alone.
    pub const STORED: usize = 5;
    /// Entries dropped for reason r: this and r.
    pub const DROPPED: usize = 6;
    /// How many counters there are.
    pub const COUNT: usize = DROPPED + super::DROP_REASON_COUNT;
}

/// A snapshot of the counters, by [`counter`] number. `stats()` of the façade is made of it.
pub type Counters = [u64; counter::COUNT];

/// Does the sum close (I1)?
pub fn closes(counters: &Counters) -> bool {
    counters[counter::ACCEPTED] == counters[counter::DELIVERED..].iter().sum::<u64>()
}
