//! Owns when a destination may send, when something is due, and what goes next. What is done with it is `delivery`'s.
//!
//! Invariants: one request in flight, one more while the page goes; nothing before its backoff (I3), except that a page about
//! to go may try once if the delay is our own and not the server's; what goes with a page fits what is left of its quota, the
//! most severe first. Tested by `tests/contracts/delivery.rs`, `exit.rs` and `retry.rs`.
use alloc::boxed::Box;

use super::batch::Batch;
use super::buffer::{Entries, Head};
use super::destination::Destination;
use super::encode::json;
use super::level::Level;
use super::limits::*;
use super::state::{Phase, State};
use super::stats::DropReason;
use super::time::Millis;

/// When [`super::delivery::pump`] has something to do at the latest; `Millis::MAX` if nothing is to be done.
pub fn deadline(destination: &Destination, state: &State) -> Millis {
    let timeout = match destination.flights.first() {
        Some(batch) => batch.since.saturating_add(state.config.timeout_ms),
        None => Millis::MAX,
    };
    let due_at = match destination.buffer.heads.first() {
        _ if !may_ask(destination, state) => return timeout,
        _ if !destination.waiting.is_empty() || is_due(destination, state) => 0,
        Some(_) if waits_for_older(destination, state) => destination.journal.goes_first_until(),
        Some(oldest) => timed_at(destination, oldest, state),
        None => Millis::MAX,
    };
    let backoff = &destination.backoff;
    let own = if destination.exit_until > state.now.monotonic {
        0
    } else {
        backoff.own
    };
    let send_at = due_at.max(own).max(backoff.server);
    // What could be sent beside a request in flight has been; what could not (it is too large) waits for its end.
    if send_at <= state.now.monotonic && !destination.flights.is_empty() {
        return timeout;
    }
    timeout.min(send_at)
}

/// Is there room for a request, whenever its time is?
fn may_ask(destination: &Destination, state: &State) -> bool {
    // A page that is only in the background has one at a time, or what it sends would arrive in any order.
    state.may_send() && !destination.stopped && destination.flights.len() <= usize::from(is_leaving(destination, state))
}

/// May the page be gone in a moment?
pub fn is_leaving(destination: &Destination, state: &State) -> bool {
    state.hidden && destination.leaving_until > state.now.monotonic
}

/// When what is in the buffer is due, if nothing but time makes it so. What was logged since the last request began may have
/// been logged because of it, and waits a little.
fn timed_at(destination: &Destination, oldest: &Head, state: &State) -> Millis {
    if is_leaving(destination, state) {
        return 0;
    }
    let (due_at, spacing) = if state.hidden {
        (0, HIDDEN_SPACING_MS)
    } else {
        let interval = state.config.flush_interval_ms;
        (oldest.accepted_at.saturating_add(interval), SPACING_MS)
    };
    if oldest.accepted_at < destination.sent_at {
        return due_at;
    }
    due_at.max(destination.sent_at + spacing)
}

/// May a request be made now?
pub fn may_send(destination: &Destination, state: &State) -> bool {
    let (backoff, now) = (&destination.backoff, state.now.monotonic);
    may_ask(destination, state) && backoff.server <= now && (destination.exit_until > now || backoff.own <= now)
}

fn is_due(destination: &Destination, state: &State) -> bool {
    let (buffer, config) = (&destination.buffer, &state.config);
    let Some(oldest) = buffer.heads.first() else {
        return false;
    };
    if waits_for_older(destination, state) {
        return false;
    }
    state.phase != Phase::Open
        || buffer.heads.len() >= config.batch_entries
        // A small memory bound is no reason to drop what could have been sent before.
        || buffer.text.len() >= config.batch_bytes.min(config.buffer_bytes / 2)
        || oldest.seq <= state.flushes.wanted()
        || timed_at(destination, oldest, state) <= state.now.monotonic
}

/// Does what is in the buffer wait for older entries that are in the store alone?
fn waits_for_older(destination: &Destination, state: &State) -> bool {
    !state.hidden && destination.journal.goes_first_until() > state.now.monotonic
}

/// How much the next request may hold.
struct Room {
    /// Bytes that the header adds to the entries, with room for what grows until the batch is delivered.
    frame_bytes: usize,
    /// Bytes of entries that outlive the page.
    exit_bytes: usize,
    /// Entries of a batch, and of one whose attempt only asks whether the receiver is back.
    entries_max: usize,
    probe_max: usize,
    /// Is another one in flight? A second request, at exit, is worth making only if it outlives the page.
    second: bool,
    leaving: bool,
}

fn room(destination: &Destination, state: &State) -> Room {
    let empty = Batch::new([0; 16], None, Entries::default());
    let frame_bytes = json::frame(&empty, state, &destination.books[0], true).len() + HEADER_SLACK_BYTES;
    // A breaker: whether a receiver that has failed so often is back is asked with little.
    // A page that goes asks no more than once.
    let leaving = is_leaving(destination, state);
    let is_probe = destination.backoff.failures >= BREAKER_FAILURES && !leaving;
    let probe_max = if is_probe { PROBE_ENTRIES } else { usize::MAX };
    // At exit a frame is bound by the quota alone.
    let batch_entries = if state.hidden && destination.frames {
        BATCH_ENTRIES_MAX
    } else {
        state.config.batch_entries
    };
    let exit_bytes = destination.exit_room().saturating_sub(frame_bytes);
    Room {
        frame_bytes,
        exit_bytes: if destination.frames {
            // By how much it gets smaller is seen when it has been done; what does not fit then is cut (`send`).
            (exit_bytes * (EXIT_TEXT_BYTES_MAX / KEEPALIVE_BYTES_MAX)).min(EXIT_TEXT_BYTES_MAX)
        } else {
            exit_bytes
        },
        entries_max: batch_entries.min(destination.entries_max).min(probe_max),
        probe_max,
        second: !destination.flights.is_empty(),
        leaving,
    }
}

/// The batch that waits for another attempt, or a new one.
pub fn next_batch(destination: &mut Destination, state: &mut State) -> Option<Box<Batch>> {
    let room = room(destination, state);
    // What goes with a page is the most severe, whether it has been tried before or not; what else, the oldest.
    let rank = |entries: &Entries| if room.leaving { most_severe(entries) } else { None };
    let mut next = (rank(&destination.buffer), None);
    for (at, batch) in destination.waiting.iter().enumerate() {
        let rank = rank(&batch.entries);
        if rank >= next.0 && (!room.second || batch.entries.text.len() <= room.exit_bytes) {
            next = (rank, Some(at));
        }
    }
    match next.1 {
        Some(at) => again(destination, at, &room, state),
        None => new_batch(destination, &room, state),
    }
}

/// The part of a batch that had an attempt and may have another one now.
fn again(destination: &mut Destination, at: usize, room: &Room, state: &mut State) -> Option<Box<Batch>> {
    let batch = destination.waiting.remove(at);
    // More than a page may send at its end would go with the page.
    let bytes = if room.leaving && !room.second {
        room.exit_bytes
    } else {
        usize::MAX
    };
    let count = batch.entries.heads.len();
    if count == 1 || (count <= room.probe_max && batch.entries.text.len() <= bytes) {
        return Some(batch);
    }
    Some(split(destination, batch, room.probe_max, bytes, state))
}

/// What is due of the buffer.
fn new_batch(destination: &mut Destination, room: &Room, state: &mut State) -> Option<Box<Batch>> {
    let batch_bytes = if state.hidden {
        room.exit_bytes
    } else {
        let batch_bytes = state.config.batch_bytes.saturating_sub(room.frame_bytes);
        // The header alone may be larger than a small `batchBytes`.
        batch_bytes.max(BATCH_BYTES_MIN)
    };
    if state.hidden && destination.buffer.text.len() > batch_bytes {
        let picked = destination.buffer.pick(room.entries_max, batch_bytes);
        if !picked.heads.is_empty() {
            return Some(state.batch(picked, None));
        }
    }
    while is_due(destination, state) {
        let (mut count, mut bytes) = (0, 0);
        for head in destination.buffer.heads.iter().take(room.entries_max) {
            bytes += head.bytes;
            if bytes > batch_bytes {
                break;
            }
            count += 1;
        }
        // An entry that is too large for a batch goes alone, if it goes at all.
        if count == 0 && room.second {
            return None;
        }
        if count == 0 && bytes + room.frame_bytes > REQUEST_BYTES_MAX {
            destination.drop_buffered(1, DropReason::TooLarge, &mut state.flushes);
            continue;
        }
        return Some(state.batch(destination.buffer.take(count.max(1)), None));
    }
    None
}

/// The highest rank among them.
fn most_severe(entries: &Entries) -> Option<Level> {
    entries.heads.iter().map(|head| head.rank).max()
}

/// As much of it as fits both bounds, one entry at the least: the oldest, or of a page that goes the most severe. The others wait;
/// both have ids of their own.
#[expect(clippy::boxed_local, reason = "moving a pointer is less code to ship")]
pub fn split(
    destination: &mut Destination,
    mut batch: Box<Batch>,
    count: usize,
    bytes: usize,
    state: &mut State,
) -> Box<Batch> {
    let mut first = if is_leaving(destination, state) {
        batch.entries.pick(count, bytes)
    } else {
        batch.entries.take(count)
    };
    if first.heads.is_empty() {
        first = batch.entries.take(1);
    }
    let (origin, failures) = (batch.origin().cloned(), batch.failures);
    let mut part = |entries| {
        let mut part = state.batch(entries, origin.clone());
        part.failures = failures;
        part
    };
    let first = part(first);
    destination.wait(part(batch.entries));
    first
}
