//! Owns the types of time. Does not read a clock: every time is an argument.
//!
//! Two clocks, because a wall clock jumps: intervals and deadlines use the monotonic one, timestamps and `sentAt`
//! the wall clock (I10). Tested by `tests/contracts/time.rs`.

/// Milliseconds, of a duration or on the monotonic clock.
pub type Millis = u64;

/// One moment on both clocks.
///
/// ```
/// use sapwood::core::time::Now;
/// let now = Now { monotonic: 1_500, unix: 1_763_640_000_000 };
/// assert_eq!(now.after(500), 2_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since some fixed point; never goes back.
    pub monotonic: Millis,
    /// Milliseconds since 1970 by the wall clock; may jump.
    pub unix: u64,
}

impl Now {
    /// The monotonic time `delay` milliseconds from now.
    pub fn after(self, delay: Millis) -> Millis {
        self.monotonic.saturating_add(delay)
    }
}
