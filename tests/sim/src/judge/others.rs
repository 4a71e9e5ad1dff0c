//! Entries of other pages that the client has read from the store: which, and how old they are.

use sapwood::core::limits::JOURNAL_AGE_MS;
use sapwood::core::time::{Millis, Now};

use super::Fate;
use super::books::Books;
use crate::record::Record;

/// An entry of a dead page, read from its journal.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) text: Box<str>,
    pub(super) fate: Fate,
    pub(super) batch: Option<u64>,
}

impl Books {
    /// Has it taken over this entry of another?
    pub(crate) fn has_taken(&self, name: &(String, u64)) -> bool {
        self.others.contains_key(name)
    }

    /// A record of another was read: its entries are as old as it is, by the wall clock, which may have jumped. Own ones are as old
    /// as the page's own clock says.
    pub(crate) fn read(&mut self, now: Now, record: &Record) {
        let age = now.unix.saturating_sub(record.unix);
        // What is older than seven days is given up at once, however young the page is.
        let since = if age > JOURNAL_AGE_MS {
            0
        } else {
            now.monotonic.saturating_sub(age)
        };
        self.read.push((since, record.entries.len() as u64));
    }

    /// How many of those that were read are as old as that.
    pub(crate) fn read_older_than(&self, until: Millis) -> u64 {
        let old = self.read.iter().filter(|(since, _)| *since <= until);
        old.map(|(_, count)| count).sum()
    }

    /// Entries of a dead page are the client's now. If their record could not be erased, it may be for the second time.
    pub(crate) fn adopt(&mut self, id: &str, record: &Record) {
        self.batches.remove(id);
        for (seq, text) in &record.entries {
            let other = Other {
                text: text.clone(),
                fate: Fate::Held,
                batch: None,
            };
            let before = self.others.insert((record.instance.clone(), *seq), other);
            let same = before.is_none_or(|before| before.text == *text);
            assert!(same, "I8: entry {seq} of {} has two texts", record.instance);
        }
    }
}
