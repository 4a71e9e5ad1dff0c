//! For what there may be a reason: each drop that the application is told of has its cause in what the model has seen,
//! and the application is told of exactly those that are counted.

use sapwood::core::stats::{Counters, DROP_REASON_COUNT, DROP_REASON_NAMES, DropReason, counter};
use sapwood::core::time::Millis;

use super::Rules;
use super::books::Books;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Drops {
    told: [u64; DROP_REASON_COUNT],
    facade: [u64; DROP_REASON_COUNT],
    /// Causes that the model has seen, as the most that may be counted under them.
    pub(crate) refused: u64,
    pub(crate) exhausted: u64,
    pub(crate) too_large: u64,
    pub(crate) unwritable: u64,
    /// What is held could fill the memory, at some moment since the last rest.
    pub(crate) full: bool,
    /// `lost` at the last rest.
    lost_before: u64,
    lost: u64,
    /// Causes for anything.
    pub(crate) stopped: bool,
    pub(crate) denied: bool,
    pub(crate) closing: bool,
}

impl Drops {
    /// Nothing yet. `denied`: from the start.
    pub(crate) fn new(denied: bool) -> Drops {
        Drops {
            denied,
            ..Drops::default()
        }
    }

    /// The façade dropped these and has told of them.
    pub(crate) fn by_facade(&mut self, reason: DropReason, count: u64) {
        self.facade[reason as usize] += count;
    }

    pub(crate) fn facade_total(&self) -> u64 {
        self.facade.iter().sum()
    }

    /// Has the client dropped anything but what the receiver refused?
    pub(crate) fn is_any(&self) -> bool {
        let told: u64 = self.told.iter().sum();
        told > self.told[DropReason::Rejected as usize]
    }

    /// The application is told.
    ///
    /// `oldest`: what was logged until then may be given up by its age. How many were lost in the store, and of how many records
    /// there was too much.
    pub(crate) fn told(
        &mut self,
        reason: DropReason,
        count: u64,
        oldest: Millis,
        books: &Books,
        rules: &Rules,
        [lost, given_up]: [u64; 2],
    ) {
        assert!(count > 0, "told of nothing");
        self.lost = lost + given_up;
        let told = &mut self.told[reason as usize];
        *told += count;
        let most = match reason {
            DropReason::Rejected if self.stopped => u64::MAX,
            DropReason::Rejected => self.refused,
            DropReason::RetriesExhausted => self.exhausted,
            DropReason::TooLarge => self.too_large,
            DropReason::Unserialisable => self.unwritable,
            DropReason::Consent if self.denied => u64::MAX,
            DropReason::Closed if self.closing => u64::MAX,
            DropReason::Expired => books.older_than(oldest) + books.read_older_than(oldest) + given_up,
            DropReason::StoreFailed => lost,
            DropReason::RateLimited => books.limited(rules),
            DropReason::BufferFull if self.full => u64::MAX,
            _ => 0,
        };
        assert!(
            *told <= most,
            "I1: {told} dropped as {}, and there is a cause for {most}",
            DROP_REASON_NAMES[reason as usize]
        );
    }

    /// How many the client has told of.
    pub(crate) fn total(&self) -> u64 {
        self.told.iter().sum()
    }

    /// How many were lost in the store since the last time.
    pub(crate) fn takes_lost(&mut self) -> u64 {
        let lost = self.lost - self.lost_before;
        self.lost_before = self.lost;
        lost
    }

    /// The counters tell the same.
    pub(crate) fn compare(&self, books: [&Counters; 2], stopped: bool) {
        for (at, name) in DROP_REASON_NAMES.iter().enumerate() {
            let counted: u64 = books.iter().map(|counters| counters[counter::DROPPED + at]).sum();
            let told = self.told[at] + self.facade[at];
            assert_eq!(counted, told, "I1: the application hears of every drop: {name}");
        }
        if !stopped {
            let rejected = self.told[DropReason::Rejected as usize];
            assert_eq!(
                rejected, self.refused,
                "I1: what the receiver refused is counted as rejected"
            );
        }
    }
}
