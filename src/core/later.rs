//! Owns the dead man's batch: a copy of what waits, which the browser sends when the page is gone without a word
//! (`fetchLater`). In builds with a journal only, where the browser can do it.
//!
//! Invariants: armed anew at most once in [`LATER_MS`] and only when something else waits than it holds; but at once when the
//! page is hidden, and as often as a hidden page sends something or hears of it, so that it holds what the exit left and not
//! what the exit sent; taken back when nothing waits, and as long as the receiver wants to be left alone (I3). It has an id of its own; what it sends beside the page itself
//! the receiver removes. Tested by `tests/contracts/later.rs`.
use super::batch::Batch;
use super::buffer::Entries;
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
    /// What waited when it was armed.
    armed: Waiting,
    /// Not armed anew before.
    next_at: Millis,
}

/// The youngest of own entries that wait and may be sent, and how many there are; zeros: none.
type Waiting = (u64, usize);

/// The page goes, or a page that may be gone has heard of a request: the next change is no matter of time.
pub fn hurry(destination: &mut Destination) {
    if JOURNAL {
        destination.later.next_at = 0;
    }
}

/// Arms it or takes it back.
pub fn pump(destination: &mut Destination, state: &mut State) {
    if !JOURNAL || !destination.later.able {
        return;
    }
    let waiting = waiting(destination, state);
    let Later { armed, next_at, .. } = destination.later;
    let left = state.hidden && waiting.1 < armed.1;
    let (youngest, _) = waiting;
    if waiting == armed || (youngest > 0 && next_at > state.now.monotonic && !left) {
        return;
    }
    destination.later.armed = waiting;
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
    if !JOURNAL || !able || waiting(destination, state) == armed {
        return Millis::MAX;
    }
    next_at
}

fn waiting(destination: &Destination, state: &State) -> Waiting {
    let may_send = state.may_send() && !destination.stopped && !destination.is_blocked();
    let (mut youngest, mut count) = (0, 0);
    if !may_send || destination.backoff.server > state.now.monotonic {
        return (youngest, count);
    }
    let own = destination.waiting.iter().filter(|batch| batch.origin().is_none());
    for Entries { heads, .. } in own.map(|batch| &batch.entries).chain([&destination.buffer]) {
        youngest = heads.last().map_or(youngest, |head| head.seq.max(youngest));
        count += heads.len();
    }
    (youngest, count)
}
