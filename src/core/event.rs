//! Owns what can happen to the client. Everything that reaches it is one of these, with the time it happened.
use super::config::Consent;
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
}
