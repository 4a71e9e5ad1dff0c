//! Owns the journal of `offline: "persist"`: which entries are in the store, under which record, and when that is erased; what
//! is written is `journal_write`'s to say, what is read `journal_read`'s. Does not touch the store (the driver does), nor know
//! the form of a record (`encode::stored`).
//!
//! It works beside delivery and changes nothing of it: a record is a copy of entries that are held, in the order of `seq`,
//! under an id of its own. Small records become larger ones, so that a long outage leaves few. Only what memory has no room
//! for, or what is held at the end of `close`, is in the store alone (`stored`).
//!
//! Invariants: a record is erased only when each of its entries has met its end, or is in a younger record that is safe
//! (I7); an id never names other bytes (I8); nothing is stored before redaction and consent (I13); no effect while the page may be
//! going. Entries of earlier pages have books of their own (`Destination::recovered`). Tested by `tests/contracts/journal.rs`.
use ::core::mem;
use alloc::vec::Vec;

use super::batch::{Batch, Id};
use super::buffer::{Entries, Head};
use super::config::Consent;
use super::destination::Destination;
use super::effect::Effect;
use super::error::Problem;
use super::event::Store;
use super::journal_read::{loaded, lose, read, read_at};
pub use super::journal_write::deadline;
use super::journal_write::{is_quiet, write, write_at};
use super::limits::*;
use super::state::{Phase, State};
use super::stats::DropReason;
use super::time::{Millis, Now};

/// Is there a journal in this build? Without, all of this falls away, and so does what asks it.
pub const JOURNAL: bool = cfg!(feature = "journal");

/// A record of entries that are held as well.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Names it.
    pub id: Id,
    /// The first `seq` in it.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// Entries.
    pub count: usize,
    /// Bytes of their text.
    pub bytes: usize,
    /// Some of it was left in the store by `close`.
    pub left: bool,
    /// When, on the monotonic clock.
    pub written_at: Millis,
}

/// A record whose entries are not held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unread {
    /// Names it.
    pub id: Id,
    /// This instance's own: the last `seq` in it; 0: of an earlier page.
    pub last: u64,
    /// How many entries are in it; 0: of an earlier page.
    pub count: usize,
    /// Bytes of their text.
    pub bytes: usize,
    /// When an own one was written, on the monotonic clock.
    pub written_at: Millis,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Journal {
    /// May records be read and erased?
    pub open: bool,
    /// May they be written?
    pub writable: bool,
    /// Does the driver try to be the one sender of its origin?
    leads: bool,
    /// Entries up to this `seq` are in the store, or were.
    pub upto: u64,
    /// Own records, in the order of `seq`.
    pub records: Vec<Record>,
    /// The one that is being written.
    pub writing: Option<Record>,
    /// Until then it is waited for.
    pub write_until: Millis,
    /// A page in the background writes no sooner after its last record.
    pub rested_at: Millis,
    /// What was read had no room: not again before. 0: it had.
    pub retry_at: Millis,
    /// What is to be read, in this order: this instance's own first.
    pub unread: Vec<Unread>,
    /// The one that is being read.
    pub reading: Option<Id>,
    /// What is in the buffer waits for older entries that are in the store alone no longer than this.
    pub read_until: Millis,
    /// Records of earlier pages whose entries are held, or were.
    pub adopted: Vec<Id>,
    /// Records that only a newer version can read.
    pub newer: Vec<Id>,
    /// Entries that the end of `close` left in the store.
    left: u64,
    /// Is it time to look for records of pages that are gone?
    pub scan: bool,
    /// Is it known that the page stays? While it may be going nothing is begun.
    pub stays: bool,
    /// Has a failure been reported?
    told: bool,
}

impl Journal {
    /// Own entries that are in the store alone.
    pub fn stored(&self) -> u64 {
        if !JOURNAL {
            return 0;
        }
        self.left + self.unread.iter().map(|unread| unread.count as u64).sum::<u64>()
    }

    /// What is being written is waited for from now on: the page may have slept, and with it the store.
    pub fn be_patient(&mut self, now: Now) {
        if JOURNAL {
            self.write_until = now.after(STORE_MS_MAX);
        }
    }

    /// Does what is held outlive the page?
    pub fn is_writable(&self) -> bool {
        JOURNAL && self.writable
    }

    /// Is this batch in the store? Then it outlives the page.
    pub fn holds(&self, batch: &Batch) -> bool {
        let last = batch.entries.heads.last().map_or(0, |head| head.seq);
        JOURNAL && (batch.origin().is_some() || self.writable && last <= self.upto)
    }

    /// Until when what is in the buffer waits for older entries that are in the store alone: a store may never answer.
    pub fn goes_first_until(&self) -> Millis {
        match self.unread.first() {
            _ if !JOURNAL => 0,
            Some(unread) if unread.count > 0 => self.read_until,
            _ => 0,
        }
    }

    /// At the end of `close`: is this entry in the store? Then it stays there.
    pub fn leave(&mut self, head: &Head) -> bool {
        let mut found = false;
        if !JOURNAL {
            return false;
        }
        for record in &mut self.records {
            if record.count > 0 && record.first <= head.seq && head.seq <= record.last {
                (record.left, found) = (true, true);
            }
        }
        self.left += u64::from(found);
        found
    }

    /// This record of an earlier page stays where it is.
    pub fn forget(&mut self, record: &Id) {
        self.adopted.retain(|id| id != record);
    }

    fn put(&mut self, unread: Unread) {
        let own = self.unread.partition_point(|other| other.count > 0);
        let at = if unread.count > 0 { own } else { self.unread.len() };
        self.unread.insert(at, unread);
    }

    /// Remembers a record of entries that are held.
    pub fn keep(&mut self, record: Record) {
        let at = self.records.partition_point(|other| other.first < record.first);
        self.records.insert(at, record);
    }

    /// Makes room in the buffer: entries that are in a record need no memory. The oldest first.
    pub fn make_room(&mut self, buffer: &mut Entries, bytes_max: usize) {
        let mut at = 0;
        while JOURNAL && buffer.bytes() > bytes_max && at < self.records.len() {
            let Record {
                id,
                first,
                last,
                count,
                bytes,
                written_at,
                ..
            } = self.records[at];
            let begin = buffer.heads.partition_point(|head| head.seq < first);
            let end = buffer.heads.partition_point(|head| head.seq <= last);
            // All of them, or some are on their way and meet their end by themselves.
            if end - begin == count && count > 0 {
                buffer.remove(begin, end);
                self.records.remove(at);
                self.put(Unread {
                    id,
                    last,
                    count,
                    bytes,
                    written_at,
                });
            } else {
                at += 1;
            }
        }
    }

    /// Nothing is written any more.
    pub fn fail(&mut self, state: &mut State) {
        self.writable = false;
        // Once: what goes on failing says nothing new.
        if !mem::replace(&mut self.told, true) {
            state.report(Problem::StoreFailed, 0);
        }
    }

    /// The page was frozen: what was asked of the store may never be answered. It is asked again.
    pub fn restored(&mut self) {
        self.forget_write();
        self.forget_read();
    }

    /// The store does not say whether a record is there: with no entry to its name nothing relies on it, and it is erased when its
    /// entries are.
    fn forget_write(&mut self) {
        if let Some(record) = self.writing.take_if(|_| JOURNAL) {
            self.keep(Record { count: 0, ..record });
        }
    }

    /// What is being read is waited for no more.
    fn forget_read(&mut self) {
        (self.reading, self.read_until) = (None, Millis::MAX);
    }

    /// Is one of its bounds reached?
    pub fn is_full(&self) -> bool {
        let records: usize = self.records.iter().map(|record| record.bytes).sum();
        let unread: usize = self.unread.iter().map(|unread| unread.bytes).sum();
        records + unread >= JOURNAL_BYTES_MAX || self.records.len() + self.unread.len() >= JOURNAL_RECORDS_MAX
    }
}

/// The store did something.
pub fn handle(destination: &mut Destination, event: Store<'_>, state: &mut State) {
    let journal = &mut destination.journal;
    match event {
        _ if !JOURNAL => {}
        Store::Open => {
            (journal.open, journal.writable, journal.scan) = (true, true, true);
            journal.forget_read();
        }
        Store::Later => destination.later.able = true,
        Store::Stays => journal.stays = true,
        Store::Closed => {
            journal.fail(state);
            journal.open = false;
            (journal.writing, journal.reading) = (None, None);
            journal.records.clear();
            journal.adopted.clear();
            while let Some(unread) = destination.journal.unread.pop() {
                lose(destination, unread, DropReason::StoreFailed, state);
            }
        }
        Store::Stored(id) => {
            if let Some(mut record) = journal.writing.take_if(|record| record.id == id) {
                // Everything from its first entry on is in it now, what smaller records held included.
                while let Some(old) = journal.records.pop_if(|old| old.first >= record.first) {
                    record.left |= old.left;
                    journal.adopted.push(old.id);
                }
                journal.upto = journal.upto.max(record.last);
                journal.keep(record);
            }
        }
        Store::Refused(id) => {
            if journal.writing.take_if(|record| record.id == id).is_some() {
                journal.fail(state);
            }
        }
        Store::Orphan(id) => {
            let known = journal.unread.iter().any(|unread| unread.id == id)
                || journal.adopted.contains(&id)
                || journal.newer.contains(&id);
            if journal.open && !known && id[..8] != state.instance && journal.unread.len() < JOURNAL_RECORDS_MAX {
                journal.put(Unread {
                    id,
                    ..Unread::default()
                });
            }
        }
        // What is being read is read. And without locks the driver does not know this instance's own from others'.
        Store::Spent(id) if journal.reading == Some(id) || id[..8] == state.instance => {}
        Store::Spent(id) => {
            journal.unread.retain(|unread| unread.id != id);
            if journal.open && !journal.adopted.contains(&id) {
                journal.adopted.push(id);
                let unread = Unread {
                    id,
                    ..Unread::default()
                };
                lose(destination, unread, DropReason::Expired, state);
            }
        }
        Store::Loaded { id, bytes } => {
            if journal.reading.take_if(|reading| *reading == id).is_some()
                && let Some(at) = journal.unread.iter().position(|unread| unread.id == id)
            {
                journal.read_until = Millis::MAX;
                loaded(destination, at, bytes, state);
            }
        }
    }
}

/// Does what is due.
pub fn pump(destination: &mut Destination, state: &mut State) {
    let now = state.now.monotonic;
    if !JOURNAL || !destination.journal.open {
        return;
    }
    let denied = state.consent == Consent::Denied;
    if denied {
        // What is still being read was denied meanwhile.
        destination.journal.forget_read();
    }
    if is_quiet(destination, state) {
        return;
    }
    if write_at(destination, state) <= now && destination.journal.writing.is_some() {
        // As good as refused.
        destination.journal.forget_write();
        destination.journal.fail(state);
    }
    if denied {
        // What was stored with consent goes without it.
        while let Some(unread) = destination.journal.unread.pop() {
            destination.journal.adopted.push(unread.id);
            lose(destination, unread, DropReason::Consent, state);
        }
    }
    erase(destination, state);
    if write_at(destination, state) <= now {
        write(destination, state);
    }
    if read_at(destination, state) <= now {
        read(destination, state);
    }
    let may_look = (denied || state.may_send()) && !destination.stopped && state.phase == Phase::Open;
    let journal = &mut destination.journal;
    if may_look && mem::replace(&mut journal.scan, false) {
        journal.leads = true;
        state.effects.push(Effect::Scan);
    } else if destination.stopped && mem::replace(&mut journal.leads, false) {
        // Another page may have a key that is taken.
        state.effects.push(Effect::Release);
    }
}

/// Removes the records whose entries have met their end.
fn erase(destination: &mut Destination, state: &mut State) {
    let Destination {
        journal,
        buffer,
        waiting,
        flights,
        ..
    } = destination;
    let held = |batch: &Batch, id: &Id| batch.origin().is_some_and(|origin| origin.record == *id);
    let effects = &mut state.effects;
    let mut remove = |id: Id| effects.push(Effect::Erase(id));
    let mut at = 0;
    while let Some(id) = journal.adopted.get(at).copied() {
        if waiting.iter().chain(flights.iter()).any(|batch| held(batch, &id)) {
            at += 1;
        } else {
            remove(journal.adopted.remove(at));
        }
    }
    let mut at = 0;
    while let Some(Record {
        id, first, last, left, ..
    }) = journal.records.get(at).copied()
    {
        let within = |heads: &[Head]| {
            let begin = heads.partition_point(|head| head.seq < first);
            heads.get(begin).is_some_and(|head| head.seq <= last)
        };
        let mut batches = waiting.iter().chain(flights.iter());
        if left
            || within(&buffer.heads)
            || batches.any(|batch| batch.origin().is_none() && within(&batch.entries.heads))
        {
            at += 1;
        } else {
            journal.records.remove(at);
            remove(id);
        }
    }
}
