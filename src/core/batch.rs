//! Owns a batch: entries that travel together under one id that is stable over retries (I8).
//!
//! Entries of an earlier page, read from its journal, keep the instance that they were logged by.
//! An id is the instance's eight random bytes and a counter, so no two batches of an instance share one.
//! Tested by `tests/contracts/identity.rs`.
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::buffer::Entries;
use super::event::RequestId;
use super::journal::JOURNAL;
use super::time::Millis;

/// Names a batch, and a record of the journal: the instance's eight bytes, and a number of that instance.
pub type Id = [u8; 16];

/// Where the entries of an earlier page come from.
#[derive(Debug)]
pub struct Origin {
    /// The record that they were read from. Its first eight bytes name the instance that logged them.
    pub record: Id,
    /// What its batches said of that instance, as JSON members.
    pub header: Vec<u8>,
}

/// Entries that travel together.
#[derive(Debug)]
pub struct Batch {
    /// Stable over retries, never that of other entries.
    pub id: Id,
    /// See [`Batch::origin`].
    pub origin: Option<Rc<Origin>>,
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
    /// Is that a beacon?
    pub beacon: bool,
    /// Had it no room in what the keepalive quota leaves?
    pub beyond_quota: bool,
    /// Bytes of the keepalive quota that it holds.
    pub quota_bytes: usize,
}

impl Batch {
    /// A batch that has not been sent.
    pub fn new(id: Id, origin: Option<Rc<Origin>>, entries: Entries) -> Self {
        Batch {
            id,
            origin,
            entries,
            attempts: 0,
            failures: 0,
            request: 0,
            since: 0,
            beacon: false,
            beyond_quota: false,
            quota_bytes: 0,
        }
    }

    /// Where entries of an earlier page come from; `None`: this instance logged them.
    pub fn origin(&self) -> Option<&Rc<Origin>> {
        // A build without a journal knows that there are none.
        if JOURNAL { self.origin.as_ref() } else { None }
    }

    /// Where it stands in the order of batches.
    pub fn first_seq(&self) -> u64 {
        self.entries.heads.first().map_or(0, |head| head.seq)
    }
}
