//! Owns what an answer means and how long to wait before the next attempt. Does not hold batches.
//!
//! Backoff is exponential with full jitter. What the server asks for is kept apart and obeyed up to
//! [`RETRY_AFTER_MS_MAX`], whatever our own delay is. Tested by `tests/contracts/retry.rs`.
use super::config::RetryConfig;
use super::event::Answer;
use super::limits::RETRY_AFTER_MS_MAX;
use super::random::Random;
use super::time::{Millis, Now};

/// What an answer means for the batch it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken.
    Delivered,
    /// Try again, not before this delay if the server named one (not 0).
    Retry(Millis),
    /// Too large: try in halves.
    Halve,
    /// The key is no good: never send again.
    Stop,
    /// Refused for good; so many of its entries were taken all the same.
    Rejected {
        /// Entries taken.
        taken: usize,
    },
}

/// What an answer means (wire.md, "Answer").
pub fn judge(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Delivered,
        401 | 403 => Verdict::Stop,
        413 => Verdict::Halve,
        408 | 429 | 500..=599 => Verdict::Retry(answer.retry_after_ms.min(RETRY_AFTER_MS_MAX)),
        _ => Verdict::Rejected {
            taken: answer.count as usize,
        },
    }
}

/// When the next attempt may begin (I3).
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    /// Failures in a row.
    pub failures: u32,
    /// Our own delay: not before this monotonic time. A page about to go may pass it over once.
    pub own: Millis,
    /// The server's delay: not before this, whatever else happens.
    pub server: Millis,
    /// Has the application been told of these failures?
    pub told: bool,
}

impl Backoff {
    /// Something went through, or the network is back: no delay of our own any more.
    pub fn forget(&mut self) {
        self.failures = 0;
        self.own = 0;
        self.told = false;
    }

    /// An attempt failed; a delay that the server named stands beside this one.
    pub fn fail(&mut self, now: Now, retry: &RetryConfig, random: &mut Random) {
        // Both bounds are at most a day, so twenty doublings stay far from the end of the number.
        let bound = (retry.initial_delay_ms << self.failures.min(20)).min(retry.max_delay_ms);
        self.failures = self.failures.saturating_add(1);
        self.own = now.after(random.up_to(bound));
    }

    /// Not before `until`, by our own choice: the network is said to be gone. It may be a mistake (a collector on this
    /// machine), so it is tried rarely.
    pub fn hold(&mut self, until: Millis) {
        self.own = self.own.max(until);
    }
}
