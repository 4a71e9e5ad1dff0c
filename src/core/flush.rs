//! Owns the flushes that wait for an answer. Each settles exactly once (I5): when every entry accepted before it has
//! met its end, or when its time is over.
//!
//! Tested by `tests/contracts/flush.rs`.
use alloc::vec::Vec;

use super::limits::FLUSHES_MAX;
use super::stats::DropReason;
use super::time::Millis;

/// What became of the entries that a flush covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Confirmed by the destination since the call.
    pub delivered: u64,
    /// Still held, or taken by a beacon whose answer nobody sees.
    pub pending: u64,
    /// Dropped since the call.
    pub dropped: u64,
    /// The HTTP status of the last answer, 0 if there was none.
    pub last_status: u16,
}

/// How an entry met its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The destination has confirmed it.
    Delivered,
    /// A beacon took it.
    Unconfirmed,
    /// It is counted under this reason.
    Dropped(DropReason),
}

#[derive(Debug)]
struct Waiting {
    token: u32,
    /// Entries up to this sequence number are covered.
    upto: u64,
    deadline: Millis,
    /// Covered entries that have not met their end.
    open: u64,
    outcome: Outcome,
}

impl Waiting {
    fn is_done(&self, now: Millis, hopeless: bool) -> bool {
        self.open == 0 || self.deadline <= now || hopeless
    }
}

/// All flushes that wait.
#[derive(Debug, Default)]
pub struct Flushes {
    list: Vec<Waiting>,
}

impl Flushes {
    /// A flush over `open` entries up to `upto`. Past [`FLUSHES_MAX`] it is given no time at all, unless it is a `close`.
    pub fn add(&mut self, token: u32, upto: u64, open: u64, deadline: Millis, close: bool) {
        let in_time = close || self.list.len() < FLUSHES_MAX;
        let deadline = if in_time { deadline } else { 0 };
        let outcome = Outcome {
            pending: open,
            ..Outcome::default()
        };
        self.list.push(Waiting {
            token,
            upto,
            deadline,
            open,
            outcome,
        });
    }

    /// An entry met its end.
    pub fn note(&mut self, seq: u64, end: End) {
        for waiting in self.list.iter_mut().filter(|waiting| seq <= waiting.upto) {
            waiting.open = waiting.open.saturating_sub(1);
            match end {
                End::Delivered => waiting.outcome.delivered += 1,
                End::Dropped(_) => waiting.outcome.dropped += 1,
                End::Unconfirmed => continue,
            }
            waiting.outcome.pending = waiting.outcome.pending.saturating_sub(1);
        }
    }

    /// The highest sequence number that a flush wants sent; 0 if none waits.
    pub fn wanted(&self) -> u64 {
        self.list.iter().fold(0, |highest, waiting| highest.max(waiting.upto))
    }

    /// The next deadline; `Millis::MAX` if none waits.
    pub fn deadline(&self) -> Millis {
        self.list
            .iter()
            .fold(Millis::MAX, |earliest, waiting| earliest.min(waiting.deadline))
    }

    /// Is this flush done: nothing is open, its time is over, or all are `hopeless`?
    pub fn is_done(&self, token: u32, now: Millis, hopeless: bool) -> bool {
        self.list
            .iter()
            .any(|waiting| waiting.token == token && waiting.is_done(now, hopeless))
    }

    /// Takes out one flush that is done.
    pub fn take_done(&mut self, now: Millis, hopeless: bool) -> Option<(u32, Outcome)> {
        let at = self.list.iter().position(|waiting| waiting.is_done(now, hopeless))?;
        let waiting = self.list.remove(at);
        Some((waiting.token, waiting.outcome))
    }
}
