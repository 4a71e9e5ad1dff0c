//! What the client does with the journal: one write and one read at a time, nothing while the page may be going, nothing
//! erased before its end (I7), nothing stored unredacted or without consent (I13), everything stored in time.

use std::collections::{BTreeMap, BTreeSet};

use sapwood::core::batch::Id;
use sapwood::core::config::Consent;
use sapwood::core::event::Store;
use sapwood::core::limits::{EXIT_MS, JOURNAL_BYTES_MAX, JOURNAL_RECORDS_MAX};
use sapwood::core::time::{Millis, Now};

use super::books::Books;
use super::{Rules, Seen};
use crate::record::{self, Record, hex};

/// What is promised: an entry is on its way to the store so long after it was logged.
const WRITTEN_WITHIN_MS: Millis = 500;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) open: bool,
    pub(super) writable: bool,
    writing: Option<Id>,
    reading: Option<Id>,
    leaving_until: Millis,
    /// The same, but that a page which is known to stay may begin transactions.
    quiet_until: Millis,
    /// Every record that was written.
    written: BTreeMap<Id, Record>,
    /// Those that are said to be safe.
    safe: BTreeSet<Id>,
    /// What they hold: bytes, and of each own entry in how many of them it is.
    safe_bytes: usize,
    copies: BTreeMap<u64, u32>,
    /// Own entries that were in some record.
    covered: BTreeSet<u64>,
    /// Records of dead pages that the client was told of, and has not read.
    orphans: BTreeSet<Id>,
    /// Records that were read, whether they could be or not.
    read: BTreeSet<Id>,
    /// What was read, of this instance and of others.
    pub(crate) loaded: BTreeMap<String, Record>,
    /// Entries whose last safe record was erased before they met their end: they must have been dropped.
    early: BTreeSet<(String, u64)>,
    /// Of how many entries the loss in the store is explained.
    pub(crate) lost: u64,
    /// Records that are to be given up.
    pub(crate) spent: BTreeSet<Id>,
    /// How often that was told, and may count as a loss of one entry.
    pub(crate) given_up: u64,
    /// Records that were erased unread in this event: one entry each, as far as anybody knows.
    pub(crate) unread: u64,
    /// Own entries that the store had alone and has no more.
    pub(crate) gone: Vec<u64>,
    /// Entries that were read in this event and are the client's now, if it still wants them.
    pub(crate) read_now: u64,
}

impl Ledger {
    /// The store does something; `stored`: so many own entries are in it alone.
    pub(crate) fn event(&mut self, now: Now, event: &Store<'_>, instance: &str, stored: u64, books: &mut Books) {
        match event {
            Store::Open => (self.open, self.writable) = (true, true),
            Store::Later => {}
            Store::Stays => self.quiet_until = 0,
            Store::Closed => {
                self.lost += stored + self.orphans.len() as u64;
                *self = Ledger {
                    written: std::mem::take(&mut self.written),
                    loaded: std::mem::take(&mut self.loaded),
                    lost: self.lost,
                    given_up: self.given_up,
                    leaving_until: self.leaving_until,
                    quiet_until: self.quiet_until,
                    ..Ledger::default()
                };
            }
            Store::Stored(id) => {
                if self.writing.take_if(|writing| writing == id).is_some() {
                    self.is_safe(*id, true);
                }
            }
            Store::Refused(id) => {
                if self.writing.take_if(|writing| writing == id).is_some() {
                    self.writable = false;
                }
            }
            // Without locks a driver does not know its own from others'.
            Store::Orphan(id) | Store::Spent(id) if hex(&id[..8]) == instance => {}
            Store::Orphan(id) => drop(self.orphans.insert(*id)),
            Store::Spent(id) => {
                // What is being read is read; what is held stays.
                if self.reading != Some(*id) {
                    self.given_up += 1;
                }
                self.orphans.insert(*id);
                self.spent.insert(*id);
            }
            Store::Loaded { id, bytes } => {
                if self.reading.take_if(|reading| reading == id).is_some() {
                    self.read(now, id, bytes, instance, books);
                }
            }
        }
    }

    fn read(&mut self, now: Now, id: &Id, bytes: &[u8], instance: &str, books: &mut Books) {
        let own = hex(&id[..8]) == instance;
        self.orphans.remove(id);
        self.read.insert(*id);
        match record::read(id, bytes) {
            Some(record) => {
                if !own {
                    books.read(now, &record);
                    // In an earlier record, or one that could not be erased, they may have met their end: all begins anew.
                    for (seq, _) in &record.entries {
                        self.early.remove(&(record.instance.clone(), *seq));
                    }
                    self.read_now = record.entries.len() as u64;
                    books.adopt(&hex(id), &record);
                }
                self.loaded.insert(hex(id), record);
            }
            // Another page has sent it, or it was lost.
            None if own && bytes.is_empty() => {
                if self.safe.contains(id) {
                    self.is_safe(*id, false);
                }
                let record = self.written.get(id);
                self.gone = record.map_or(Vec::new(), |record| {
                    record.entries.iter().map(|(seq, _)| *seq).collect()
                });
            }
            None if own => {
                self.lost += self.written.get(id).map_or(0, |record| record.entries.len() as u64);
                self.writable = false;
            }
            None if bytes.is_empty() => {}
            None => {
                self.lost += 1;
                self.writable = false;
            }
        }
    }

    /// The page may be going, or is seen again.
    pub(crate) fn visible(&mut self, now: Now, visible: bool) {
        self.leaving_until = if visible { 0 } else { now.after(EXIT_MS) };
        self.quiet_until = self.leaving_until;
    }

    /// Is there a record with this name?
    pub(crate) fn has(&self, id: &str) -> bool {
        self.written.keys().any(|written| hex(written) == id)
    }

    /// May the page be going?
    pub(crate) fn may_be_going(&self, now: Now) -> bool {
        self.leaving_until > now.monotonic
    }

    /// What was asked before the page was frozen may never be answered.
    pub(crate) fn restored(&mut self) {
        (self.reading, self.writing) = (None, None);
    }

    /// The client has said that it writes no more.
    pub(crate) fn gave_up(&mut self) {
        self.writable = false;
    }

    /// What the user has denied is not read any more.
    pub(crate) fn denied(&mut self) {
        self.reading = None;
    }

    fn may_touch(&self, now: Now) {
        assert!(self.open, "a store that is not open is used");
        assert!(
            now.monotonic >= self.quiet_until,
            "a transaction is begun while the page may be going"
        );
    }

    /// A record is to be written.
    pub(super) fn write(&mut self, now: Now, id: Id, bytes: &[u8], seen: &Seen, books: &Books, rules: &Rules) {
        self.may_touch(now);
        assert_eq!(seen.consent, Consent::Granted, "I13: stored without consent");
        assert!(!seen.closed, "I9: stored after the close");
        assert!(self.writable, "a store that has refused is written to");
        assert!(self.writing.is_none(), "I2: two writes at once");
        let records = self.safe.len();
        assert!(
            records < JOURNAL_RECORDS_MAX && self.safe_bytes < JOURNAL_BYTES_MAX,
            "I2: {records} records and {} bytes are in the journal",
            self.safe_bytes
        );
        let record = record::read(&id, bytes).expect("a record can be read");
        assert!(!(rules.redacts && record.leaks), "I13: stored unredacted");
        assert_eq!(record.unix, now.unix, "a record has the time of its writing");
        assert!(!books.has_batch(&hex(&id)), "I8: a record has the id of a batch");
        assert!(!record.entries.is_empty(), "a record of nothing");
        let in_order = record.entries.is_sorted_by(|(left, _), (right, _)| left < right);
        assert!(in_order, "I4: the order within a record");
        for (seq, text) in &record.entries {
            books.check(*seq, text, rules);
            self.covered.insert(*seq);
        }
        self.writing = Some(id);
        assert!(
            self.written.insert(id, record).is_none(),
            "I8: a record's id is used twice"
        );
    }

    /// Is as much in the journal as may be?
    fn is_full(&self) -> bool {
        let records = self.safe.len() + self.orphans.len();
        records >= JOURNAL_RECORDS_MAX || self.safe_bytes >= JOURNAL_BYTES_MAX
    }

    /// A record is safe from now on, or is no more.
    fn is_safe(&mut self, id: Id, safe: bool) {
        let record = &self.written[&id];
        let bytes: usize = record.entries.iter().map(|(_, text)| text.len()).sum();
        for (seq, _) in &record.entries {
            let copies = self.copies.entry(*seq).or_default();
            *copies = if safe { *copies + 1 } else { *copies - 1 };
            if *copies == 0 {
                self.copies.remove(seq);
            }
        }
        if safe {
            self.safe_bytes += bytes;
            self.safe.insert(id);
        } else {
            self.safe_bytes -= bytes;
            self.safe.remove(&id);
        }
    }

    /// A record is to be read.
    pub(crate) fn load(&mut self, now: Now, id: Id) {
        self.may_touch(now);
        assert!(self.reading.is_none(), "I2: two reads at once");
        assert!(
            self.written.contains_key(&id) || self.orphans.contains(&id),
            "it reads what nobody told it of"
        );
        self.reading = Some(id);
    }

    /// A record is to be erased; whether it is known what is in it. `unread`: nobody is to read it.
    pub(crate) fn erase(&mut self, now: Now, id: Id, unread_too: bool, books: &Books) -> bool {
        self.may_touch(now);
        assert!(
            self.reading != Some(id),
            "I7: a record is erased while it is being read"
        );
        if self.safe.contains(&id) {
            self.is_safe(id, false);
        }
        // It may have been read before, and could not be erased.
        let unread = self.orphans.remove(&id);
        if unread {
            assert!(
                unread_too || self.read.contains(&id),
                "I7: a record of another page is erased, and nobody has read it"
            );
            self.unread += 1;
            return false;
        }
        let Some(record) = self.written.get(&id).or_else(|| self.loaded.get(&hex(&id))) else {
            self.unread += 1;
            return false;
        };
        for (seq, _) in &record.entries {
            let own = books.is_own(&record.instance);
            if books.is_held(&record.instance, *seq) && !(own && self.copies.contains_key(seq)) {
                self.early.insert((record.instance.clone(), *seq));
            }
        }
        true
    }

    /// An entry is sent: it had not met its end, so no record of it may have been erased before.
    pub(crate) fn sends(&self, instance: &str, seq: u64) {
        let early = self.early.contains(&(instance.to_owned(), seq));
        assert!(!early, "I7: {seq} was erased before it met its end");
    }

    /// After an event, in which so many were dropped by now.
    pub(super) fn rest(&mut self, now: Now, dropped: u64, seen: &Seen, books: &Books) {
        let early = self.early.len() as u64;
        assert!(
            early <= dropped,
            "I7: {early} were erased before their end, and {dropped} dropped"
        );
        let writes = self.writable && self.writing.is_none() && self.quiet_until <= now.monotonic;
        // Which were dropped nobody can tell.
        if !writes || self.is_full() || seen.consent != Consent::Granted || seen.closed || dropped > 0 {
            return;
        }
        if let Some((seq, at)) = books.oldest_without(&self.covered) {
            assert!(
                at + WRITTEN_WITHIN_MS > now.monotonic,
                "I7: {seq} was logged {} ms ago, and is not in the journal",
                now.monotonic - at
            );
        }
    }

    /// Does it wait for a read?
    pub(crate) fn reads(&self) -> bool {
        self.reading.is_some()
    }
}
