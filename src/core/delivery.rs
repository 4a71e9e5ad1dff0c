//! Owns how a destination sends, and what its answers do: a state machine over [`Destination`], no IO. When it sends, and what
//! goes next, is `schedule`'s.
//!
//! Invariants: a batch is forgotten only after a success or a final rejection of its id (I7); nothing is given up by age before an
//! attempt has failed. A request that takes longer than `timeoutMs` counts as failed; the browser ends it a little later. Tested
//! by `tests/contracts/delivery.rs`, `exit.rs` and `retry.rs`.
use ::core::mem;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::batch::Batch;
use super::config::Compress;
use super::destination::Destination;
use super::effect::{Effect, Request};
use super::encode::frame;
use super::error::Problem;
use super::event::Answer;
use super::flush::End;
use super::limits::*;
use super::retry::{Verdict, judge};
use super::schedule::{is_leaving, may_send, next_batch, split};
use super::state::State;
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
        let part = split(destination, batch, count, usize::MAX, state);
        return send(destination, part, state);
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
pub fn answered(destination: &mut Destination, mut batch: Box<Batch>, answer: &Answer, state: &mut State) {
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
            destination.refused = 0;
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
            let recovered = batch.origin().is_some();
            let mut named = Vec::new();
            named.resize(batch.entries.heads.len(), false);
            for place in answer.issues {
                if let Some(named) = named.get_mut(usize::from(place)) {
                    *named = true;
                }
            }
            let faulty = batch.entries.part(&named).heads;
            destination.end(&faulty, recovered, rejected, &mut state.flushes);
            let heads = &batch.entries.heads;
            if !faulty.is_empty() && taken < heads.len() {
                // The others were not taken because of these. They are without fault, as far as anybody has said.
                one_refused(destination, state);
                (batch.id, batch.attempts) = (state.id(), 0);
                return destination.wait(batch);
            }
            destination.backoff.forget();
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
        let half = split(destination, batch, half, usize::MAX, state);
        return destination.wait(half);
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

/// A request has brought nothing but the end of some entries. Who takes nothing at all is not asked for each one.
fn one_refused(destination: &mut Destination, state: &mut State) {
    destination.refused += 1;
    if destination.refused > REFUSED_MAX {
        destination
            .backoff
            .fail(state.now, &state.config.retry, &mut state.random);
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
        one_refused(destination, state);
    } else {
        destination.entries_max = half;
        let half = split(destination, batch, half, usize::MAX, state);
        destination.wait(half);
    }
}
