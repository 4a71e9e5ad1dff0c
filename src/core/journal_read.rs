//! Owns the reading of records: when the next one is due, what becomes of its entries, and what is lost with one that cannot be
//! read.
//!
//! Invariants: one at a time, and nothing that is held is dropped for it: of this instance's own only what has room is taken, and
//! what is of an earlier page counts as none of what may be held; this instance's own entries are held from then on as if
//! they had never left, those of an earlier page have books of their own. Tested by `tests/contracts/journal.rs`, `orphans.rs`
//! and `found.rs`.
use alloc::boxed::Box;

use super::destination::Destination;
use super::effect::Effect;
use super::encode::stored::{self, Unreadable};
use super::flush::End;
use super::journal::{Record, Unread};
use super::limits::{JOURNAL_AGE_MS, JOURNAL_DELAY_MS, READ_MS_MAX};
use super::state::State;
use super::stats::{DropReason, counter};
use super::time::Millis;

/// When the next record is to be read: when nothing else waits, and it could be sent.
pub fn read_at(destination: &Destination, state: &State) -> Millis {
    let journal = &destination.journal;
    let idle = destination.waiting.is_empty() && destination.flights.is_empty();
    if journal.reading.is_some() || journal.unread.is_empty() || !idle || destination.stopped || !state.may_send() {
        return Millis::MAX;
    }
    let backoff = destination.backoff.own.max(destination.backoff.server);
    backoff.max(journal.retry_at)
}

/// Begins to read the next one.
pub fn read(destination: &mut Destination, state: &mut State) {
    let id = destination.journal.unread[0].id;
    destination.journal.reading = Some(id);
    destination.journal.read_until = state.now.after(READ_MS_MAX);
    state.effects.push(Effect::Load(id));
}

/// Can so much be held beside what is, and nothing be dropped for it? What is in no record yet will be soon, and needs no
/// memory then; that is waited for once. Then what is in memory goes first, though it is younger.
fn has_room(destination: &mut Destination, bytes: usize, state: &State) -> bool {
    let room = state
        .config
        .buffer_bytes
        .saturating_sub(bytes + destination.cut_bytes());
    let (journal, buffer) = (&mut destination.journal, &mut destination.buffer);
    journal.make_room(buffer, room);
    let has_room = buffer.bytes() <= room;
    if !has_room && (journal.retry_at > 0 || !journal.writable) {
        journal.read_until = 0;
    }
    journal.retry_at = if has_room {
        0
    } else {
        state.now.after(2 * JOURNAL_DELAY_MS)
    };
    has_room
}

/// A record was read: its entries are held from here on.
pub fn loaded(destination: &mut Destination, at: usize, bytes: &[u8], state: &mut State) {
    let read = stored::read(bytes, &destination.journal.unread[at].id, state.now);
    let own = destination.journal.unread[at].count > 0;
    if own
        && let Ok((batch, _)) = &read
        && !has_room(destination, batch.entries.bytes(), state)
    {
        return;
    }
    let unread = destination.journal.unread.remove(at);
    let Unread {
        id,
        last,
        count,
        written_at,
        ..
    } = unread;
    let (mut batch, mut age) = match read {
        Ok(read) => read,
        // Another page has sent it: one of an earlier page, or of this one while it was frozen.
        _ if bytes.is_empty() => {
            for _ in 0..count {
                destination.books[0][counter::UNCONFIRMED] += 1;
                state.flushes.note(last, End::Unconfirmed);
            }
            return;
        }
        // It is for a page that can read it.
        Err(Unreadable::Newer) => return destination.journal.newer.push(id),
        Err(Unreadable::Damaged) => {
            destination.journal.adopted.push(id);
            destination.journal.fail(state);
            return lose(destination, unread, DropReason::StoreFailed, state);
        }
    };
    if own {
        batch.origin = None;
        // The wall clock may have been set meanwhile.
        age = state.now.monotonic.saturating_sub(written_at);
        for head in &mut batch.entries.heads {
            head.accepted_at = written_at;
        }
        destination.journal.keep(Record {
            id,
            first: batch.first_seq(),
            last,
            count,
            bytes: unread.bytes,
            left: false,
            written_at,
        });
    } else {
        destination.journal.adopted.push(id);
        destination.books[1][counter::ACCEPTED] += batch.entries.heads.len() as u64;
    }
    if age > JOURNAL_AGE_MS {
        destination.end_batch(&batch, End::Dropped(DropReason::Expired), &mut state.flushes);
    } else {
        destination.wait(Box::new(batch));
    }
}

/// What was in this record is lost. Of an earlier page's nobody knows how much: at least one entry.
pub fn lose(destination: &mut Destination, unread: Unread, reason: DropReason, state: &mut State) {
    if unread.count == 0 {
        destination.books[1][counter::ACCEPTED] += 1;
        destination.count_drops(reason, 1, false, true);
    }
    for _ in 0..unread.count {
        destination.count_drops(reason, 1, false, false);
        state.flushes.note(unread.last, End::Dropped(reason));
    }
}
