//! Owns a batch: entries that travel together under one id that is stable over retries (I8).
//!
//! An id is the instance's eight random bytes and a counter, so no two batches of an instance share one.
//! Tested by `tests/contracts/identity.rs`.
use super::buffer::Entries;
use super::event::RequestId;
use super::time::Millis;

/// Entries that travel together.
#[derive(Debug)]
pub struct Batch {
    /// Its number in this instance: stable over retries, never that of other entries.
    pub number: u64,
    /// In the order of `seq`; never empty.
    pub entries: Entries,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts that failed while the network was said to be there; `maxRetries` counts these.
    pub failures: u32,
    /// The request that carries it, as long as that has not been answered.
    pub request: RequestId,
    /// When that request began.
    pub since: Millis,
    /// Bytes of the keepalive quota that it holds.
    pub quota_bytes: usize,
}

impl Batch {
    /// A batch that has not been sent.
    pub fn new(number: u64, entries: Entries) -> Self {
        Batch {
            number,
            entries,
            attempts: 0,
            failures: 0,
            request: 0,
            since: 0,
            quota_bytes: 0,
        }
    }

    /// Where it stands in the order of batches.
    pub fn first_seq(&self) -> u64 {
        self.entries.heads.first().map_or(0, |head| head.seq)
    }
}
