//! Owns what is held for one destination, and its counters: the buffer, the batches that were cut, the requests in
//! flight. `delivery` drives it.
//!
//! Invariant I1: taken = delivered + unconfirmed + buffered + in flight + Σ dropped, at every moment.
//! Tested by `tests/contracts/accounting.rs` and `tests/props/accounting.rs`.
use ::core::mem;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::batch::Batch;
use super::buffer::{Entries, Head};
use super::event::RequestId;
use super::flush::{End, Flushes};
use super::journal::Journal;
use super::later::Later;
use super::limits::{BLOCKED_FAILURES, EXIT_BYTES_MIN, KEEPALIVE_BYTES_MAX};
use super::retry::Backoff;
use super::stats::{Counters, DROP_REASON_COUNT, DropReason, counter};
use super::time::Millis;

/// One destination.
#[derive(Debug, Default)]
pub struct Destination {
    /// What waits to be cut.
    pub buffer: Entries,
    /// What was cut and waits for another attempt. The last goes next. Boxed, because moving a pointer is less code.
    pub waiting: Vec<Box<Batch>>,
    /// What is in a request that has not been answered: at most one, and one more at exit. Oldest first.
    pub flights: Vec<Box<Batch>>,
    /// When the next attempt may begin.
    pub backoff: Backoff,
    /// Until when one attempt may be made in spite of our own backoff, because the page may be going; 0: none.
    pub exit_until: Millis,
    /// Until when the page may be gone in a moment.
    pub leaving_until: Millis,
    /// When the last request began.
    pub sent_at: Millis,
    /// Bytes of the keepalive quota that other loggers of the page hold.
    pub others_quota: usize,
    /// Was there ever an answer?
    pub answered: bool,
    /// Failures in a row that came at once, as those of an ad-blocker do, and never an answer before.
    pub quick: u32,
    /// Requests in a row that brought nothing but the end of entries.
    pub refused: u32,
    /// The last request with keepalive failed at once: the browser has refused it.
    pub keepalive_refused: bool,
    /// A beacon was taken that the quota had no room for: this browser does not count beacons.
    pub beacons_free: bool,
    /// Does the receiver read frames?
    pub frames: bool,
    /// The key is no good.
    pub stopped: bool,
    /// Most entries in a batch, after the receiver found one too large.
    pub entries_max: usize,
    /// See [`Later`].
    pub later: Later,
    /// See [`Journal`].
    pub journal: Journal,
    /// What met its end, of this instance and of earlier pages; what is held is counted by [`Destination::counters`].
    pub books: [Counters; 2],
    /// Drops that the application has not been told of.
    untold: [u64; DROP_REASON_COUNT],
}

impl Destination {
    /// An empty destination.
    pub fn new() -> Self {
        Destination {
            entries_max: usize::MAX,
            ..Destination::default()
        }
    }

    /// Does something let no request through?
    pub fn is_blocked(&self) -> bool {
        self.quick >= BLOCKED_FAILURES
    }

    /// Bytes of the own entries in batches. Of an earlier page's there is one record at most, which is no reason to drop them.
    pub fn cut_bytes(&self) -> usize {
        let mut bytes = 0;
        for batch in self.waiting.iter().chain(&self.flights) {
            if batch.origin().is_none() {
                bytes += batch.entries.bytes();
            }
        }
        bytes
    }

    /// Drops what exceeds the bound of memory; batches that were cut count, and stay.
    pub fn bound(&mut self, bytes_max: usize, flushes: &mut Flushes) {
        let room = bytes_max.saturating_sub(self.cut_bytes());
        if self.buffer.bytes() > room {
            self.journal.make_room(&mut self.buffer, room - room / 8);
        }
        let dropped = self.buffer.shrink(room);
        self.end(&dropped, false, End::Dropped(DropReason::BufferFull), flushes);
    }

    /// Counts entries that never came this far. `told`: the application knows of them.
    pub fn count_drops(&mut self, reason: DropReason, count: u64, told: bool, recovered: bool) {
        self.books[usize::from(recovered)][counter::DROPPED + reason as usize] += count;
        if !told {
            self.untold[reason as usize] += count;
        }
    }

    /// A batch met its end.
    pub fn end_batch(&mut self, batch: &Batch, end: End, flushes: &mut Flushes) {
        let heads = &batch.entries.heads;
        match batch.origin() {
            // The next page finds it where it was.
            Some(origin) if end == End::Dropped(DropReason::Closed) => {
                self.journal.forget(&origin.record);
                self.books[1][counter::STORED] += heads.len() as u64;
            }
            origin => self.end(heads, origin.is_some(), end, flushes),
        }
    }

    /// Entries that were held met their end; `recovered`: those of an earlier page.
    pub fn end(&mut self, heads: &[Head], recovered: bool, end: End, flushes: &mut Flushes) {
        for head in heads {
            match end {
                End::Dropped(DropReason::Closed) if self.journal.leave(head) => continue,
                End::Dropped(reason) => self.count_drops(reason, 1, false, recovered),
                End::Delivered => self.books[usize::from(recovered)][counter::DELIVERED] += 1,
                End::Unconfirmed => self.books[usize::from(recovered)][counter::UNCONFIRMED] += 1,
            }
            if !recovered {
                flushes.note(head.seq, end);
            }
        }
    }

    /// Drops the `count` oldest entries of the buffer.
    pub fn drop_buffered(&mut self, count: usize, reason: DropReason, flushes: &mut Flushes) {
        let dropped = self.buffer.take(count);
        self.end(&dropped.heads, false, End::Dropped(reason), flushes);
    }

    /// Drops all that is not in flight and was accepted before `until`. A batch goes as a whole, by its youngest
    /// entry: its id must never name other entries (I8).
    pub fn drop_held(&mut self, until: Millis, reason: DropReason, flushes: &mut Flushes) {
        let is_old = |head: &Head| head.accepted_at < until;
        let is_over = |batch: &Batch| batch.entries.heads.last().is_none_or(is_old);
        while let Some(at) = self.waiting.iter().position(|batch| is_over(batch)) {
            let batch = self.waiting.remove(at);
            self.end_batch(&batch, End::Dropped(reason), flushes);
        }
        let count = self.buffer.heads.iter().take_while(|head| is_old(head)).count();
        if count > 0 {
            self.drop_buffered(count, reason, flushes);
        }
    }

    /// Holds a batch for an attempt, behind those with older entries.
    pub fn wait(&mut self, mut batch: Box<Batch>) {
        batch.quota_bytes = 0;
        let first = batch.first_seq();
        let younger = self.waiting.iter().take_while(|other| other.first_seq() > first);
        let at = younger.count();
        self.waiting.insert(at, batch);
    }

    /// Gives up all requests in flight without a verdict: nobody knows how they went. Their batches go again.
    pub fn requeue_flights(&mut self) {
        while let Some(batch) = self.flights.pop() {
            self.wait(batch);
        }
    }

    /// Takes a request out of flight.
    pub fn land(&mut self, request: RequestId) -> Option<Box<Batch>> {
        let at = self.flights.iter().position(|batch| batch.request == request)?;
        Some(self.flights.remove(at))
    }

    /// Bytes of the keepalive quota that our own requests hold.
    pub fn quota_used(&self) -> usize {
        self.flights.iter().map(|batch| batch.quota_bytes).sum()
    }

    /// Bytes of the keepalive quota that all requests of the page leave.
    pub fn quota_left(&self) -> usize {
        KEEPALIVE_BYTES_MAX.saturating_sub(self.quota_used() + self.others_quota)
    }

    /// The most bytes that a request of a page that goes may have.
    pub fn exit_room(&self) -> usize {
        if self.beacons_free {
            KEEPALIVE_BYTES_MAX
        } else {
            self.quota_left().max(EXIT_BYTES_MIN)
        }
    }

    /// The counters, with what was accepted.
    pub fn counters(&self, accepted: u64) -> Counters {
        let mut counters = self.books[0];
        counters[counter::ACCEPTED] = accepted;
        counters[counter::BUFFERED] = self.buffer.heads.len() as u64 + len(&self.waiting, false);
        counters[counter::IN_FLIGHT] = len(&self.flights, false);
        counters[counter::STORED] = self.journal.stored();
        counters
    }

    /// The same for the entries of earlier pages. Accepted are those that were read from the journal.
    pub fn recovered(&self) -> Counters {
        let mut counters = self.books[1];
        counters[counter::BUFFERED] = len(&self.waiting, true);
        counters[counter::IN_FLIGHT] = len(&self.flights, true);
        counters
    }

    /// Takes out one reason with the count that the application has not been told of.
    pub fn take_untold(&mut self) -> Option<(usize, u64)> {
        let at = self.untold.iter().position(|count| *count > 0)?;
        Some((at, mem::take(&mut self.untold[at])))
    }
}

fn len(batches: &[Box<Batch>], recovered: bool) -> u64 {
    let mut entries = 0;
    for batch in batches {
        if batch.origin().is_some() == recovered {
            entries += batch.entries.heads.len();
        }
    }
    entries as u64
}
