//! What was promised to whom waits for a flush (I5): one answer, in time, not before all that it covers has met its end,
//! and with the right numbers.

use std::collections::BTreeMap;

use sapwood::core::flush;
use sapwood::core::limits::FLUSHES_MAX;
use sapwood::core::time::{Millis, Now};

use super::Fate;

#[derive(Debug)]
struct Flush {
    covered: u64,
    upto: u64,
    deadline: Millis,
    delivered: u64,
    unconfirmed: u64,
    /// There were so many before it that it is answered at once.
    crowded: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Flushes {
    waiting: BTreeMap<u32, Flush>,
}

impl Flushes {
    /// Somebody asks, while so many entries are held, up to this one.
    pub(crate) fn ask(&mut self, token: u32, covered: u64, upto: u64, deadline: Millis) {
        let flush = Flush {
            covered,
            upto,
            deadline,
            delivered: 0,
            unconfirmed: 0,
            crowded: self.waiting.len() >= FLUSHES_MAX,
        };
        assert!(
            self.waiting.insert(token, flush).is_none(),
            "the workload uses a token twice"
        );
    }

    /// An entry met its end.
    pub(crate) fn note(&mut self, seq: u64, fate: Fate) {
        for flush in self.waiting.values_mut().filter(|flush| seq <= flush.upto) {
            match fate {
                Fate::Delivered => flush.delivered += 1,
                Fate::Unconfirmed => flush.unconfirmed += 1,
                _ => {}
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// One is answered.
    pub(crate) fn settle(&mut self, now: Now, token: u32, outcome: &flush::Outcome, hopeless: bool) {
        let flush = self
            .waiting
            .remove(&token)
            .expect("I5: settled twice, or never asked for");
        let told = outcome.delivered + outcome.pending + outcome.dropped;
        assert_eq!(
            told, flush.covered,
            "I5: a flush tells of every entry it covers: {outcome:?}"
        );
        assert_eq!(
            outcome.delivered, flush.delivered,
            "I5: a flush tells what was delivered"
        );
        let may_be_open = hopeless || flush.crowded || flush.deadline <= now.monotonic;
        assert!(
            may_be_open || outcome.pending == flush.unconfirmed,
            "I5: settled {} ms before its time with {} of {} pending",
            flush.deadline - now.monotonic,
            outcome.pending,
            flush.covered
        );
    }

    /// After all effects of an event: nobody waits past the time that was named.
    pub(crate) fn rest(&self, now: Now) {
        let late = self.waiting.iter().find(|(_, flush)| flush.deadline <= now.monotonic);
        assert!(late.is_none(), "I5: a flush waits past its time: {late:?}");
    }
}
