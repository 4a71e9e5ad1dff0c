//! Owns the writing of records: when the next one is due and what goes into it.
//!
//! A record copies what is held and has not been written, in the order of `seq`, and the records before it that are smaller: so
//! an outage of any length leaves few, and each entry is written a handful of times. Tested by `tests/contracts/journal.rs`.
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::batch::Batch;
use super::buffer::{Entries, Head};
use super::destination::Destination;
use super::effect::Effect;
use super::encode::{json, stored};
use super::journal::{JOURNAL, Record};
use super::journal_read::read_at;
use super::limits::{HEADER_SLACK_BYTES, JOURNAL_DELAY_MS};
use super::state::{Phase, State};
use super::time::Millis;

/// When the next record is to be written, or the last one is waited for no more.
pub fn write_at(destination: &Destination, state: &State) -> Millis {
    let journal = &destination.journal;
    if journal.writing.is_some() {
        // The browser may keep a page that nobody has seen yet waiting for its locks.
        return if state.hidden { Millis::MAX } else { journal.write_until };
    }
    if !journal.writable || journal.is_full() || !state.may_send() {
        return Millis::MAX;
    }
    let unwritten = |heads: &[Head]| {
        let begin = heads.partition_point(|head| head.seq <= journal.upto);
        heads.get(begin).map_or(Millis::MAX, |head| head.accepted_at)
    };
    let oldest = |batches: &[Box<Batch>]| {
        let own = batches.iter().filter(|batch| batch.origin().is_none());
        own.map(|batch| unwritten(&batch.entries.heads))
            .min()
            .unwrap_or(Millis::MAX)
    };
    let idle = oldest(&destination.waiting).min(unwritten(&destination.buffer.heads));
    let any = idle.min(oldest(&destination.flights));
    // What a close may not get rid of in time has to be there before.
    if state.phase != Phase::Open {
        return any;
    }
    let write_at = any.saturating_add(JOURNAL_DELAY_MS);
    if !state.hidden {
        return write_at;
    }
    // There a timer may come a second late: what is not on its way waits for none, unless one was written just before.
    write_at.min(idle.max(journal.rested_at))
}

/// May the page be gone in a moment, for all that is known? Then nothing is begun.
pub fn is_quiet(destination: &Destination, state: &State) -> bool {
    !destination.journal.stays && destination.leaving_until > state.now.monotonic
}

/// When [`super::journal::pump`] has something to do at the latest; `Millis::MAX` if nothing is to be done.
pub fn deadline(destination: &Destination, state: &State) -> Millis {
    if !JOURNAL || !destination.journal.open {
        return Millis::MAX;
    }
    // Whatever waits for the end of the quiet is looked at then.
    if is_quiet(destination, state) {
        return destination.leaving_until;
    }
    write_at(destination, state).min(read_at(destination, state))
}

/// Writes what has not been written, with the small records before it.
pub fn write(destination: &mut Destination, state: &mut State) {
    let mut header = Vec::new();
    json::write_account(&mut header, state, &destination.books[0]);
    let journal = &destination.journal;
    // A record becomes a body, whose header takes room.
    let batch_bytes = state.config.batch_bytes;
    let bytes_max = batch_bytes
        .saturating_sub(header.len() + HEADER_SLACK_BYTES)
        .max(batch_bytes / 2);
    let fresh = gather(destination, state, journal.upto, bytes_max, true);
    let (mut count, mut bytes, mut after) = (fresh.heads.len(), fresh.text.len(), journal.upto);
    for record in journal.records.iter().rev() {
        (count, bytes) = (count + record.count, bytes + record.bytes);
        // What lies behind it in the store alone would not be in the larger one, which replaces all that is.
        let has_gap = journal.unread.iter().any(|unread| unread.last > record.first);
        if has_gap || record.count * 2 > count || count > state.config.batch_entries || bytes > bytes_max {
            break;
        }
        after = record.first - 1;
    }
    let entries = gather(destination, state, after, bytes_max, true);
    let id = state.id();
    let (Some(first), Some(last)) = (entries.heads.first(), entries.heads.last()) else {
        return;
    };
    let record = Record {
        id,
        first: first.seq.min(after + 1),
        last: last.seq,
        count: entries.heads.len(),
        bytes: entries.text.len(),
        left: false,
        written_at: state.now.monotonic,
    };
    destination.journal.writing = Some(record);
    destination.journal.be_patient(state.now);
    destination.journal.rested_at = state.now.after(JOURNAL_DELAY_MS);
    let bytes = stored::write(&id, state.now.unix, &entries, &header);
    state.effects.push(Effect::Store { id, bytes });
}

/// Copies what is held with a higher `seq`, in its order, as much as goes into one record; `flights`: what is on its way, too.
pub fn gather(destination: &Destination, state: &State, after: u64, bytes_max: usize, flights: bool) -> Entries {
    let mut pieces: Vec<(&[Head], &[u8])> = Vec::new();
    let mut gathered = Entries::default();
    let flights: &[Box<Batch>] = if flights { &destination.flights } else { &[] };
    let batches = destination.waiting.iter().chain(flights);
    let own = batches
        .filter(|batch| batch.origin().is_none())
        .map(|batch| &batch.entries);
    for Entries { heads, text } in own.chain([&destination.buffer]) {
        let begin = heads.partition_point(|head| head.seq <= after);
        let bytes: usize = heads[..begin].iter().map(|head| head.bytes).sum();
        pieces.push((&heads[begin..], &text[bytes..]));
    }
    loop {
        let next = |heads: &[Head]| heads.first().map_or(u64::MAX, |head| head.seq);
        let Some((heads, text)) = pieces.iter_mut().min_by_key(|(heads, _)| next(heads)) else {
            break;
        };
        let Some((head, rest)) = heads.split_first() else {
            break;
        };
        let bytes = gathered.text.len() + head.bytes;
        let is_full = gathered.heads.len() >= state.config.batch_entries || bytes > bytes_max;
        if is_full && !gathered.heads.is_empty() {
            break;
        }
        let (own, others) = text.split_at(head.bytes);
        gathered.heads.push(*head);
        gathered.text.extend_from_slice(own);
        (*heads, *text) = (rest, others);
    }
    gathered
}
