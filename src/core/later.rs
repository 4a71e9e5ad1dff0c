//! Owns the dead man's batch: a copy of what waits, which the browser sends when the page is gone without a word
//! (`fetchLater`). In builds with a journal only, where the browser can do it.
//!
//! Invariants: armed anew at most once in [`LATER_MS`] and only for entries that it does not hold yet; taken back when nothing
//! waits, and as long as the receiver wants to be left alone (I3). It has an id of its own; what it sends beside the page itself
//! the receiver removes. Tested by `tests/contracts/later.rs`.
use super::batch::Batch;
use super::destination::Destination;
use super::effect::Effect;
use super::encode::json;
use super::journal::JOURNAL;
use super::journal_write::gather;
use super::limits::{KEEPALIVE_BYTES_MAX, LATER_MS};
use super::state::State;
use super::time::Millis;

/// See the module.
#[derive(Debug, Default)]
pub struct Later {
    /// Can the browser do it?
    pub able: bool,
    /// The youngest entry that is in it; 0: it is not armed.
    armed: u64,
    /// Not armed anew before.
    next_at: Millis,
}

/// Arms it or takes it back.
pub fn pump(destination: &mut Destination, state: &mut State) {
    if !JOURNAL || !destination.later.able {
        return;
    }
    let youngest = youngest(destination, state);
    if youngest == destination.later.armed {
        return;
    }
    if youngest > 0 && destination.later.next_at > state.now.monotonic {
        return;
    }
    destination.later.armed = youngest;
    if youngest > 0 {
        destination.later.next_at = state.now.after(LATER_MS);
    }
    let mut body = None;
    if youngest > 0 {
        let entries = gather(destination, state, 0, KEEPALIVE_BYTES_MAX * 3 / 4, false);
        let batch = Batch::new(state.id(), None, entries);
        let frame = json::frame(&batch, state, &destination.books[0], true);
        // One entry alone may be too large for what the browser holds back.
        body = (frame.len() <= KEEPALIVE_BYTES_MAX).then_some(frame);
    }
    state.effects.push(Effect::Later(body));
}

/// When [`pump`] has something to do at the latest; `Millis::MAX` if nothing is to be done.
pub fn deadline(destination: &Destination, state: &State) -> Millis {
    let Later { able, armed, next_at } = destination.later;
    if !JOURNAL || !able || youngest(destination, state) == armed {
        return Millis::MAX;
    }
    next_at
}

/// The youngest entry that waits, and may be sent; 0: none.
fn youngest(destination: &Destination, state: &State) -> u64 {
    let may_send = state.may_send() && !destination.stopped && !destination.is_blocked();
    if !may_send || destination.backoff.server > state.now.monotonic {
        return 0;
    }
    let own = destination.waiting.iter().find(|batch| batch.origin().is_none());
    let waiting = own.and_then(|batch| batch.entries.heads.last());
    let head = destination.buffer.heads.last().or(waiting);
    head.map_or(0, |head| head.seq)
}
