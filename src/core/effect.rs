//! Owns what the client wants done. The driver does it and reports back with events.
use alloc::vec::Vec;

use super::batch::Id;
use super::error::Problem;
use super::event::RequestId;
use super::flush::Outcome;
use super::stats::DropReason;
use super::time::Millis;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Make a request; report its [`super::event::Outcome`].
    Send(Request),
    /// A flush or close is done.
    Settle {
        /// Named by the event.
        token: u32,
        /// How it went.
        outcome: Outcome,
    },
    /// Tell the application of a delivery problem.
    Report {
        /// What.
        problem: Problem,
        /// The HTTP status, or 0.
        status: u16,
    },
    /// Tell the application that entries were dropped.
    Dropped {
        /// Why.
        reason: DropReason,
        /// How many since the last time.
        count: u64,
    },
    /// Write a record to the journal, under its id; report [`super::event::Store::Stored`] when it is safe or
    /// [`super::event::Store::Refused`]. One at a time, and never while the page may be going: no transaction of ours may be
    /// open when it is frozen.
    Store {
        /// Names the record. Never that of other bytes.
        id: Id,
        /// What to keep; the form is `encode::stored`.
        bytes: Vec<u8>,
    },
    /// Remove a record: every entry in it has met its end or is in another one that is safe. Nothing to report; if it fails,
    /// the receiver removes the duplicates.
    Erase(Id),
    /// Read a record; report [`super::event::Store::Loaded`]. One at a time.
    Load(Id),
    /// Look for records of pages that are gone, as soon as this is the one sender of its origin; report each as
    /// [`super::event::Store::Orphan`].
    Scan,
    /// Be the one sender of the origin no more: this page will send nothing again.
    Release,
    /// Have the browser send this body, in a request that needs no preflight, when the page is gone without a word; it takes
    /// the place of the last one. `None`: nothing any more. Nothing to report; it may be refused.
    Later(Option<Vec<u8>>),
    /// Sleep until this monotonic time, or until something happens; `Millis::MAX`: without end. The last effect of
    /// each event.
    Sleep(Millis),
}

/// A request to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Names it.
    pub id: RequestId,
    /// The body.
    pub body: Vec<u8>,
    /// May it outlive the page?
    pub keepalive: bool,
    /// Hand it to `sendBeacon` and not to `fetch`.
    pub beacon: bool,
    /// The body is a frame and not JSON.
    pub frame: bool,
    /// It must need no preflight: `text/plain`, no header of ours (the key is in the body).
    pub simple: bool,
    /// The browser may end it after this; a later outcome is ignored.
    pub timeout_ms: Millis,
}
