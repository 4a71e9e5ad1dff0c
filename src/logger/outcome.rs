//! Owns what an application is told of its entries: of those that a flush covers, and of all. Counts nothing itself.
//!
//! Tested by `tests/rust`.
use crate::core::stats::{Counters, DROP_REASONS, DropReason, counter};

/// What became of the entries that were logged before a `flush` or `close`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlushResult {
    /// Confirmed by the receiver since the call.
    pub delivered: u64,
    /// Still held, or taken by a beacon whose answer nobody sees.
    pub pending: u64,
    /// Dropped since the call.
    pub dropped: u64,
    /// The HTTP status of the last answer, 0 if there was none.
    pub last_status: u16,
}

/// The counters. At every moment `accepted` is the sum of the others ([`Stats::dropped`] included).
///
/// ```
/// let stats = sapwood::Stats::default();
/// assert_eq!(stats.dropped_for(sapwood::DropReason::BufferFull), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries taken, dropped ones included.
    pub accepted: u64,
    /// Entries that the receiver has confirmed.
    pub delivered: u64,
    /// Entries that a beacon took, whose answer nobody sees.
    pub unconfirmed: u64,
    /// Entries that wait, those between two attempts included.
    pub buffered: u64,
    /// Entries in a request that has not been answered.
    pub in_flight: u64,
    dropped: [u64; DROP_REASONS.len()],
}

impl Stats {
    /// Of the core's counters.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "there is no driver"))]
    pub(crate) fn of(counters: &Counters) -> Self {
        let mut stats = Stats {
            accepted: counters[counter::ACCEPTED],
            delivered: counters[counter::DELIVERED],
            unconfirmed: counters[counter::UNCONFIRMED],
            buffered: counters[counter::BUFFERED],
            in_flight: counters[counter::IN_FLIGHT],
            ..Stats::default()
        };
        stats.dropped.copy_from_slice(&counters[counter::DROPPED..]);
        stats
    }

    /// Adds drops that the core does not know of.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "there is no driver"))]
    pub(crate) fn add_dropped(&mut self, reason: DropReason, count: u64) {
        self.accepted += count;
        self.dropped[reason as usize] += count;
    }

    /// Entries dropped, for whatever reason.
    pub fn dropped(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// Entries dropped for this reason.
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize]
    }
}
