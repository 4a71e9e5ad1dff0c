//! When something may be sent (I3): nothing before what the receiver asked for, and after a failure a delay that is drawn from all
//! between 0 and its bound (`configuration.md`: full jitter). Of one delay that says nothing, of many in a row it does.

use std::collections::VecDeque;

use sapwood::core::limits::RETRY_AFTER_MS_MAX;
use sapwood::core::time::{Millis, Now};

use super::Rules;

/// Delays that are looked at together. Each is drawn from 0 to its bound, so one alone says nothing.
const SERIES: usize = 6;
/// Their sum is at least this part of the sum of their bounds; by chance it is less once in some hundred million.
const PART: u64 = 100;
/// So many delays in a row are not all in the lower half of what they are drawn from: by chance once in a million million.
const LOW_MAX: u32 = 40;
/// A bound of fewer milliseconds has no two halves of the same size.
const HALVED_MIN: Millis = 100;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// The receiver does not want to be asked before.
    server_until: Millis,
    /// Failures in a row.
    failures: u32,
    /// Those of them that say something of the network: not what fails offline, nor what the browser may have refused at an exit.
    counted: u32,
    /// Of the last failures the bound of the delay after them, and when they were noticed.
    series: VecDeque<(Millis, Option<Millis>)>,
    /// The last failure has not been followed by an attempt.
    waits: Option<Millis>,
    fresh: bool,
    /// The last delays that were in the lower half, without one between that was not.
    low: u32,
}

impl Pace {
    /// Something went through, or the network or the user gave a sign: there is no delay any more.
    pub(crate) fn forget(&mut self) {
        (self.failures, self.counted) = (0, 0);
        self.excuse();
    }

    /// The page may be going: one attempt may come early.
    pub(crate) fn excuse(&mut self) {
        self.series.clear();
        self.waits = None;
    }

    /// The receiver asks for a pause.
    pub(crate) fn server(&mut self, now: Now, retry_after: Millis) {
        let until = now.after(retry_after.min(RETRY_AFTER_MS_MAX));
        self.server_until = self.server_until.max(until);
    }

    /// An attempt failed. `counts`: it says something of the network. `excused`: the next may come at once, because the page may be going, or comes by another rule.
    pub(crate) fn failed(&mut self, rules: &Rules, counts: bool, excused: bool) {
        let bound = (rules.initial_delay << self.counted.min(20)).min(rules.max_delay);
        self.failures += 1;
        self.counted += u32::from(counts);
        self.fresh = true;
        if !excused {
            self.series.push_back((bound, None));
            if self.series.len() > SERIES {
                self.series.pop_front();
            }
        } else {
            self.series.clear();
        }
    }

    /// Is there nothing to wait for?
    pub(crate) fn is_free(&self, now: Now) -> bool {
        self.failures == 0 && self.server_until <= now.monotonic
    }

    /// Does the receiver want to be asked at all?
    pub(crate) fn is_asked(&self, now: Now) -> bool {
        self.server_until <= now.monotonic
    }

    /// Failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// After the event in which the last failure was noticed.
    fn noticed(&mut self, at: Millis) {
        if self.fresh {
            self.waits = Some(at);
            self.fresh = false;
        }
    }

    /// An attempt is made.
    pub(crate) fn send(&mut self, now: Now) {
        assert!(
            now.monotonic >= self.server_until,
            "I3: sent {} ms before the receiver wants to be asked again",
            self.server_until - now.monotonic
        );
        self.noticed(now.monotonic);
        if let (Some(last), Some(failed_at)) = (self.series.back_mut(), self.waits.take()) {
            let (bound, delay) = (last.0, now.monotonic - failed_at);
            last.1 = Some(delay);
            self.spread(bound, delay);
        }
        let delays: Option<Millis> = self.series.iter().map(|(_, delay)| *delay).sum();
        let bounds: Millis = self.series.iter().map(|(bound, _)| *bound).sum();
        if let Some(delays) = delays.filter(|_| self.series.len() == SERIES) {
            assert!(
                delays * PART >= bounds,
                "I3: {delays} ms after {SERIES} failures in a row, where up to {bounds} ms are drawn"
            );
        }
    }

    /// A delay is drawn from all of what it may be.
    fn spread(&mut self, bound: Millis, delay: Millis) {
        if bound < HALVED_MIN {
            return;
        }
        self.low = if delay * 2 > bound { 0 } else { self.low + 1 };
        assert!(
            self.low < LOW_MAX,
            "I3: {LOW_MAX} delays in a row were in the lower half of what they are drawn from"
        );
    }

    /// After an event.
    pub(crate) fn rest(&mut self, now: Now) {
        self.noticed(now.monotonic);
    }
}
