//! Owns what can happen to the client. Everything that reaches it is one of these, with the time it happened.
use super::batch::Id;
use super::config::Consent;
use super::limits::ISSUES_MAX;
use super::time::Millis;

/// Names one request, from [`super::effect::Effect::Send`] to its outcome.
pub type RequestId = u32;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The façade hands over operations (`docs/boundary.md`).
    Records {
        /// The operations.
        bytes: &'a [u8],
        /// How long the oldest of these entries has waited already.
        waited: Millis,
    },
    /// Send what is held; answer with [`super::effect::Effect::Settle`].
    Flush {
        /// Names the answer.
        token: u32,
        /// The longest time it may take.
        timeout: Millis,
        /// Then stop for good. What cannot be sent in time is dropped as `closed`.
        close: bool,
    },
    /// The page was hidden and may be about to go: send now what fits. Or it is seen again.
    Visible(bool),
    /// The page was taken from the cache of pages that the user has left (bfcache): what was on its way then may never be answered.
    Restored,
    /// The network is said to be there, or to be gone.
    Online(bool),
    /// The deadline of [`super::effect::Effect::Sleep`] is reached.
    Wake,
    /// A request met its end.
    Outcome {
        /// Which one.
        request: RequestId,
        /// How.
        outcome: Outcome,
    },
    /// The user decided.
    Consent(Consent),
    /// The journal's store did something (`offline: "persist"` only).
    Journal(Store<'a>),
}

/// What the store of the journal reports. A store that says nothing more costs nothing but the journal: all is still
/// held in memory until its end.
#[derive(Clone, Copy, Debug)]
pub enum Store<'a> {
    /// It can be used. At most once.
    Open,
    /// Beside the store: the browser can hold a request back until the page is gone ([`super::effect::Effect::Later`]).
    Later,
    /// The page has run another task since it last was hidden, seen or started: if it is hidden it is in the background and not going, and
    /// may begin transactions. A timer cannot say it, it comes a second late there.
    Stays,
    /// It cannot be used, or no more: refused, blocked, deleted. What was in it counts as lost. Final.
    Closed,
    /// The record of an [`super::effect::Effect::Store`] will be there after a crash.
    Stored(Id),
    /// It will not: no room, or an error.
    Refused(Id),
    /// There is this record of a page that is gone, and nobody else sends it. Answers
    /// [`super::effect::Effect::Scan`]; only from a driver that is the one sender of its origin. The oldest first. May be told again.
    Orphan(Id),
    /// There is such a record, too, but dead pages have left too much, or it is too old: it is to be given up, whether anything
    /// can be sent or not.
    Spent(Id),
    /// What [`super::effect::Effect::Load`] asked for.
    Loaded {
        /// The record.
        id: Id,
        /// Its bytes; empty: there is no such record (any more).
        bytes: &'a [u8],
    },
}

/// How a request met its end.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// It was answered.
    Answered(Answer),
    /// It failed without an answer, or the browser did not take the beacon.
    Failed,
    /// The browser took the beacon, whose answer nobody sees.
    Taken,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What the header `Retry-After` or `retryAfter` in the body asks for; 0 if there is neither.
    pub retry_after_ms: Millis,
    /// `count` and `duplicates` of the body together: the entries that the receiver has; 0 if it does not say.
    pub count: u64,
    /// Does it say that the receiver reads frames?
    pub frames: bool,
    /// The entries that `issues` of the body names as faulty, by their place in the batch, in any order and any number of times.
    pub issues: Issues,
}

/// Places of entries in a batch; `u16::MAX`: none.
pub type Issues = [u16; ISSUES_MAX];

/// No entry is named.
pub const NO_ISSUES: Issues = [u16::MAX; ISSUES_MAX];
