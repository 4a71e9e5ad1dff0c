//! Owns when and what a destination sends, and what its answers do. A state machine over [`Destination`]; no IO.
//!
//! Invariants: one request in flight, one more while the page is hidden; nothing before its backoff (I3), except that
//! a page about to go may try once if the delay is our own and not the server's; a batch is forgotten only after a
//! success or a final rejection of its id (I7); nothing is given up by age before an attempt has failed. A request that
//! takes longer than `timeoutMs` counts as failed; the browser ends it a little later. Tested by
//! `tests/contracts/delivery.rs`, `exit.rs` and `retry.rs`.
use ::core::mem;
use alloc::boxed::Box;

use super::batch::Batch;
use super::buffer::{Entries, Head};
use super::config::Compress;
use super::destination::Destination;
use super::effect::{Effect, Request};
use super::encode::{frame, json};
use super::error::Problem;
use super::event::Answer;
use super::flush::End;
use super::level::Level;
use super::limits::*;
use super::retry::{Verdict, judge};
use super::state::{Phase, State};
use super::stats::DropReason;
use super::time::Millis;

/// Sends what is due, as long as a request may be made.
pub fn pump(destination: &mut Destination, state: &mut State) {
    end_late(destination, state);
    // What consent or a sleep kept waiting has its attempt before its age is held against it.
    if destination.backoff.failures > 0 {
        // Age counts from when the entry had to be sent at the latest.
        let config = &state.config;
        let age_max = if destination.journal.is_writable() {
            JOURNAL_AGE_MS
        } else {
            config.retry.max_age_ms.saturating_add(config.flush_interval_ms)
        };
        let oldest = state.now.monotonic.saturating_sub(age_max);
        destination.drop_held(oldest, DropReason::Expired, &mut state.flushes);
    }
    while may_send(destination, state) {
        let Some(batch) = next_batch(destination, state) else {
            break;
        };
        send(destination, batch, state);
    }
}

/// When [`pump`] has something to do at the latest; `Millis::MAX` if nothing is to be done.
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
fn is_leaving(destination: &Destination, state: &State) -> bool {
    state.hidden && destination.journal.quiet_until > state.now.monotonic
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

fn may_send(destination: &Destination, state: &State) -> bool {
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

/// Bytes that the header adds to the entries, with room for what grows until the batch is delivered.
fn frame_bytes(destination: &Destination, state: &State) -> usize {
    let empty = Batch::new([0; 16], None, Entries::default());
    json::frame(&empty, state, &destination.books[0], true).len() + HEADER_SLACK_BYTES
}

/// The batch that waits for another attempt, or a new one.
fn next_batch(destination: &mut Destination, state: &mut State) -> Option<Box<Batch>> {
    let frame_bytes = frame_bytes(destination, state);
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
    let entries_max = batch_entries.min(destination.entries_max).min(probe_max);
    // A second request, at exit, is worth making only if it outlives the page.
    let second = !destination.flights.is_empty();
    let exit_bytes = destination.exit_room().saturating_sub(frame_bytes);
    let exit_bytes = if destination.frames {
        // By how much it gets smaller is seen when it has been done; what does not fit then is cut (`send`).
        (exit_bytes * (EXIT_TEXT_BYTES_MAX / KEEPALIVE_BYTES_MAX)).min(EXIT_TEXT_BYTES_MAX)
    } else {
        exit_bytes
    };
    let worst = most_severe(&destination.buffer);
    // What goes with a page is the most severe, whether it has been tried before or not.
    let fits = |batch: &mut Box<Batch>| {
        (!second || batch.entries.text.len() <= exit_bytes) && !(leaving && most_severe(&batch.entries) < worst)
    };
    if let Some(batch) = destination.waiting.pop_if(fits) {
        let heads = &batch.entries.heads;
        let mut count = heads.len().min(probe_max);
        if leaving && !second {
            // More than a page may send at its end would go with the page.
            let mut bytes = 0;
            let fit = heads.iter().take_while(|head| {
                bytes += head.bytes;
                bytes <= exit_bytes
            });
            count = fit.count().clamp(1, count);
        }
        if count == heads.len() {
            return Some(batch);
        }
        split(destination, batch, count, state);
        return destination.waiting.pop();
    }
    let batch_bytes = if state.hidden {
        exit_bytes
    } else {
        let batch_bytes = state.config.batch_bytes.saturating_sub(frame_bytes);
        // The header alone may be larger than a small `batchBytes`.
        batch_bytes.max(BATCH_BYTES_MIN)
    };
    if state.hidden && destination.buffer.text.len() > batch_bytes {
        let picked = destination.buffer.pick(entries_max, batch_bytes);
        if !picked.heads.is_empty() {
            return Some(state.batch(picked, None));
        }
    }
    while is_due(destination, state) {
        let (mut count, mut bytes) = (0, 0);
        for head in destination.buffer.heads.iter().take(entries_max) {
            bytes += head.bytes;
            if bytes > batch_bytes {
                break;
            }
            count += 1;
        }
        // An entry that is too large for a batch goes alone, if it goes at all.
        if count == 0 && second {
            return None;
        }
        if count == 0 && bytes + frame_bytes > REQUEST_BYTES_MAX {
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

fn send(destination: &mut Destination, mut batch: Box<Batch>, state: &mut State) {
    let simple = state.config.cross_origin && state.hidden;
    batch.attempts += 1;
    let mut body = frame::body(&batch, state, destination, simple);
    let (bytes, quota_left) = (body.len(), destination.quota_left());
    let (room, count) = (destination.exit_room(), batch.entries.heads.len());
    let is_new = batch.attempts == 1 || is_leaving(destination, state);
    if destination.frames && state.hidden && is_new && count > 1 && bytes > room {
        // Parts differ in how small they get, so there is some room to spare.
        let count = (count * room / bytes * 7 / 8).max(1);
        return split(destination, batch, count, state);
    }
    batch.since = state.now.monotonic;
    destination.sent_at = batch.since;
    batch.request = state.next_request;
    state.next_request += 1;
    let leaving = destination.exit_until > state.now.monotonic && state.online;
    if destination.backoff.own > state.now.monotonic {
        destination.exit_until = 0;
    }
    let keepalive = state.config.keepalive && !destination.keepalive_refused && bytes <= quota_left;
    // Where keepalive cannot be had, a beacon is the only request that outlives the page. Nobody sees its answer, so it
    // is not for a page that only waits in the background.
    let with_key = bytes + state.config.api_key.len() + HEADER_SLACK_BYTES;
    let beacon = state.hidden && !keepalive && with_key <= KEEPALIVE_BYTES_MAX && (leaving || !state.config.keepalive);
    // What is in the journal waits for an answer, of this page or of the next.
    let beacon = beacon && !destination.journal.holds(&batch);
    if beacon && !simple {
        body = frame::body(&batch, state, destination, true);
    }
    batch.quota_bytes = if keepalive { body.len() } else { 0 };
    batch.beacon = beacon;
    batch.beyond_quota = bytes > quota_left;
    let timeout_ms = state.config.timeout_ms;
    state.effects.push(Effect::Send(Request {
        id: batch.request,
        body,
        keepalive,
        beacon,
        frame: destination.frames,
        simple,
        timeout_ms,
    }));
    destination.flights.push(batch);
}

/// What is on its way has only a moment left.
pub fn restored(destination: &mut Destination, state: &State) {
    let latest = state.now.after(RESTORED_MS).saturating_sub(state.config.timeout_ms);
    for batch in &mut destination.flights {
        batch.since = batch.since.min(latest);
    }
}

fn end_late(destination: &mut Destination, state: &mut State) {
    while let Some(batch) = destination.flights.first()
        && batch.since.saturating_add(state.config.timeout_ms) <= state.now.monotonic
    {
        let batch = destination.flights.remove(0);
        try_again(destination, batch, 0, (Problem::Timeout, 0), state);
    }
}

/// From now on batches go as frames, whose entries leave out what the header says.
pub fn use_frames(destination: &mut Destination, state: &mut State) {
    destination.frames = true;
    // What is in the journal may be sent by a page that does not know of frames yet.
    if !destination.journal.is_writable() {
        state.config.common.clear();
    }
}

/// A request was answered.
pub fn answered(destination: &mut Destination, batch: Box<Batch>, answer: Answer, state: &mut State) {
    if answer.status == 0 {
        // Nothing can be read of it: nobody knows how it went.
        return failed(destination, batch, state);
    }
    destination.keepalive_refused = false;
    if answer.frames && state.config.compress == Compress::Auto {
        use_frames(destination, state);
    }
    (destination.answered, destination.quick) = (true, 0);
    let (status, rejected) = (answer.status, End::Dropped(DropReason::Rejected));
    match judge(answer) {
        Verdict::Delivered => {
            destination.backoff.forget();
            destination.too_large = 0;
            // What the receiver takes is found again after it was found too large.
            destination.entries_max = destination.entries_max.saturating_mul(2).max(2);
            destination.end_batch(&batch, End::Delivered, &mut state.flushes);
        }
        Verdict::Retry(after) => try_again(destination, batch, after, (Problem::ServerError, status), state),
        Verdict::Halve => halve(destination, batch, state),
        Verdict::Stop => {
            if !destination.stopped {
                state.report(Problem::Unauthorized, status);
            }
            destination.stopped = true;
            destination.end_batch(&batch, rejected, &mut state.flushes);
            destination.drop_held(Millis::MAX, DropReason::Rejected, &mut state.flushes);
        }
        Verdict::Rejected { taken } => {
            state.report(Problem::Rejected, status);
            destination.backoff.forget();
            let (heads, recovered) = (&batch.entries.heads, batch.origin().is_some());
            let (taken, refused) = heads.split_at(taken.min(heads.len()));
            destination.end(taken, recovered, End::Delivered, &mut state.flushes);
            destination.end(refused, recovered, rejected, &mut state.flushes);
        }
    }
}

/// A request failed without an answer.
pub fn failed(destination: &mut Destination, batch: Box<Batch>, state: &mut State) {
    let waited = state.now.monotonic.saturating_sub(batch.since);
    let leaving = destination.exit_until > state.now.monotonic;
    if batch.beacon && leaving && batch.entries.heads.len() > 1 && batch.entries.text.len() > EXIT_BYTES_MIN {
        // Others on this page hold a part of the quota: a smaller one may fit into the rest.
        let half = batch.entries.heads.len() / 2;
        return split(destination, batch, half, state);
    }
    // The browser's refusal of a keepalive request looks like a dead network, but comes at once: the next attempt goes
    // without. A dead network may be as fast; what the journal can take is not given to a beacon because of it.
    let kept = leaving && destination.journal.is_writable();
    destination.keepalive_refused = batch.quota_bytes > 0 && waited <= REFUSAL_MS_MAX && !kept;
    if destination.keepalive_refused && leaving {
        return destination.wait(batch);
    }
    let suspect = state.config.blockable && state.online && !state.hidden && !destination.answered;
    let quick = suspect && waited <= BLOCKED_MS_MAX;
    destination.quick = if quick { destination.quick + 1 } else { 0 };
    try_again(destination, batch, 0, (Problem::NetworkError, 0), state);
    if destination.is_blocked() {
        destination.backoff.own = state.now.after(BLOCKED_MS);
        // Once, and instead of the failures themselves.
        if destination.quick == BLOCKED_FAILURES {
            state.report(Problem::Blocked, 0);
        }
    }
}

/// The page is seen again. What lets nothing through may be switched off: it is asked again, if not too often.
pub fn seen(destination: &mut Destination, state: &State) {
    let asked_at = destination.backoff.own.saturating_sub(BLOCKED_MS);
    if destination.is_blocked() && state.now.monotonic >= asked_at.saturating_add(BLOCKED_SEEN_MS) {
        destination.backoff.forget();
    }
}

/// Keeps the batch for another attempt, or gives it up when it has had enough.
fn try_again(
    destination: &mut Destination,
    mut batch: Box<Batch>,
    after: Millis,
    (problem, status): (Problem, u16),
    state: &mut State,
) {
    let retry = &state.config.retry;
    let backoff = &mut destination.backoff;
    backoff.server = backoff.server.max(if after > 0 { state.now.after(after) } else { 0 });
    if state.online {
        batch.failures += 1;
        backoff.fail(state.now, retry, &mut state.random);
        // One report a series: what goes on failing says nothing new.
        if destination.quick == 0 && !mem::replace(&mut backoff.told, true) {
            state.report(problem, status);
        }
    } else {
        backoff.hold(state.now.after(retry.max_delay_ms));
    }
    if state.config.retry.max_retries.is_some_and(|max| batch.failures > max) {
        let end = End::Dropped(DropReason::RetriesExhausted);
        destination.end_batch(&batch, end, &mut state.flushes);
    } else {
        destination.wait(batch);
    }
}

/// Its halves go next; a single entry that is refused is given up.
fn halve(destination: &mut Destination, batch: Box<Batch>, state: &mut State) {
    // Once: what goes on being refused says nothing new, and each entry that is given up is told as a drop.
    if destination.entries_max == usize::MAX {
        state.report(Problem::PayloadTooLarge, 413);
    }
    let half = batch.entries.heads.len() / 2;
    if half == 0 {
        let end = End::Dropped(DropReason::TooLarge);
        destination.end_batch(&batch, end, &mut state.flushes);
        // Who takes nothing at all is not asked for each entry.
        destination.too_large += 1;
        if destination.too_large > TOO_LARGE_MAX {
            destination
                .backoff
                .fail(state.now, &state.config.retry, &mut state.random);
        }
    } else {
        destination.entries_max = half;
        split(destination, batch, half, state);
    }
}

/// Its first `count` entries and the others become batches with ids of their own.
#[expect(clippy::boxed_local, reason = "moving a pointer is less code to ship")]
fn split(destination: &mut Destination, mut batch: Box<Batch>, count: usize, state: &mut State) {
    let origin = batch.origin().cloned();
    for part in [batch.entries.take(count), batch.entries] {
        let mut part = state.batch(part, origin.clone());
        part.failures = batch.failures;
        destination.wait(part);
    }
}
