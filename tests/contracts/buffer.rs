//! Promise: what waits stays within its bound of bytes; the lowest level goes first, of it the oldest, and is counted.
use sapwood::core::buffer::{Entries, Head};
use sapwood::core::config::Consent;
use sapwood::core::event::Event;
use sapwood::core::level::Level;
use sapwood::core::limits::ENTRY_OVERHEAD_BYTES;
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;

use crate::common::world::World;

/// Entries of a hundred bytes each; their text is the number, repeated.
fn entries(levels: &[Level]) -> Entries {
    let mut entries = Entries::default();
    for (at, level) in levels.iter().enumerate() {
        entries.text.extend_from_slice(&[at as u8; 100]);
        entries.heads.push(Head {
            seq: at as u64,
            accepted_at: 0,
            bytes: 100,
            level: *level,
            rank: *level,
        });
    }
    entries
}

fn seqs(heads: &[Head]) -> Vec<u64> {
    heads.iter().map(|head| head.seq).collect()
}

#[test]
fn the_lowest_level_goes_first_and_of_it_the_oldest() {
    use Level::{Debug, Error, Info, Trace};
    let levels = [Error, Info, Trace, Debug, Info, Trace, Error, Debug];
    for gone in [vec![2, 5], vec![2, 5, 3], vec![2, 5, 3, 7, 1]] {
        let mut all = entries(&levels);
        // An eighth of the bound is freed beyond it; this is the bound for which that makes `room`.
        let room = (levels.len() - gone.len()) * (100 + ENTRY_OVERHEAD_BYTES);
        let dropped = all.shrink(room * 8 / 7);
        assert_eq!(seqs(&dropped), gone);
        assert!(all.bytes() <= room);
        let expected: Vec<u64> = (0..8).filter(|seq| !gone.contains(seq)).collect();
        assert_eq!(seqs(&all.heads), expected, "those that stay are in their order");
        let texts: Vec<u8> = all.text.chunks(100).map(|text| text[0]).collect();
        assert_eq!(
            texts,
            expected.iter().map(|seq| *seq as u8).collect::<Vec<_>>(),
            "each with its text"
        );
    }
}

#[test]
fn what_fits_stays_as_it_is() {
    let mut all = entries(&[Level::Info; 4]);
    let bytes = all.bytes();
    assert!(all.shrink(bytes).is_empty());
    assert_eq!(seqs(&all.heads), [0, 1, 2, 3]);
    assert_eq!(all.shrink(bytes - 1).len(), 1);
}

#[test]
fn no_room_at_all_takes_everything() {
    let mut all = entries(&[Level::Fatal, Level::Trace]);
    assert_eq!(all.shrink(0).len(), 2);
    assert_eq!(all.bytes(), 0);
}

#[test]
fn the_oldest_are_taken_with_their_texts() {
    let mut all = entries(&[Level::Info; 5]);
    let taken = all.take(2);
    assert_eq!((seqs(&taken.heads), seqs(&all.heads)), (vec![0, 1], vec![2, 3, 4]));
    assert_eq!(taken.text, [[0; 100], [1; 100]].concat());
    assert_eq!(all.text, [[2; 100], [3; 100], [4; 100]].concat());
    assert_eq!(all.take(99).heads.len(), 3, "no more than there is");
}

#[test]
fn a_flood_stays_within_the_bound_and_is_counted() {
    let mut world = World::with(|config| {
        config.buffer_bytes = 16 * 1024;
        config.batch_bytes = 1024 * 1024;
        config.batch_entries = 1_000;
        // Nothing leaves before the flood is over.
        config.consent = Consent::Pending;
    });
    for _ in 0..500 {
        world.log(Level::Info, &"x".repeat(100));
    }
    let (buffered, dropped) = (world.count(counter::BUFFERED), world.dropped(DropReason::BufferFull));
    assert_eq!(buffered + dropped, 500);
    world.handle(Event::Consent(Consent::Granted));
    let text = world.last().logs_text().len();
    assert!(text + buffered as usize * ENTRY_OVERHEAD_BYTES <= 16 * 1024);
    assert!(
        text + buffered as usize * ENTRY_OVERHEAD_BYTES > 12 * 1024,
        "no more goes than has to"
    );
    let expected: Vec<u64> = (501 - buffered..=500).collect();
    assert_eq!(world.last().seqs(), expected, "the oldest went");
}

#[test]
fn a_small_bound_sends_before_it_drops() {
    let mut world = World::with(|config| config.buffer_bytes = 16 * 1024);
    for _ in 0..10 {
        world.log(Level::Info, &"x".repeat(1_000));
    }
    assert_eq!(
        world.sent.len(),
        1,
        "half of the bound is reached, long before batchBytes"
    );
    assert_eq!(world.dropped(DropReason::BufferFull), 0);
}

#[test]
fn what_is_important_outlives_a_flood() {
    let mut world = World::with(|config| {
        config.buffer_bytes = 16 * 1024;
        config.batch_bytes = 1024 * 1024;
        config.batch_entries = 1_000;
        // Nothing leaves before the flood is over.
        config.consent = Consent::Pending;
    });
    let first = world.log(Level::Error, "the first error");
    for _ in 0..500 {
        world.log(Level::Debug, &"x".repeat(100));
    }
    let last = world.log(Level::Fatal, "the last one");
    world.handle(Event::Consent(Consent::Granted));
    let seqs = world.last().seqs();
    assert_eq!((seqs.first(), seqs.last()), (Some(&first), Some(&last)));
}

#[test]
fn what_is_in_flight_and_waits_for_its_retry_counts_against_the_bound() {
    let mut world = World::with(|config| {
        config.buffer_bytes = 16 * 1024;
        // All ten go together.
        config.consent = Consent::Pending;
    });
    for _ in 0..10 {
        world.log(Level::Trace, &"x".repeat(1_000));
    }
    world.handle(Event::Consent(Consent::Granted));
    for _ in 0..10 {
        world.log(Level::Info, &"x".repeat(1_000));
    }
    assert_eq!(
        world.count(counter::IN_FLIGHT),
        10,
        "a batch that was cut is never torn"
    );
    assert!(world.count(counter::BUFFERED) <= 5);
    let buffered = world.count(counter::BUFFERED);
    world.answer_with(503, 60_000, 0);
    for _ in 0..10 {
        world.log(Level::Info, &"x".repeat(1_000));
    }
    assert!(world.count(counter::BUFFERED) <= 10 + buffered, "nor is it forgotten");
}

#[test]
fn an_entry_that_never_fits_takes_nothing_with_it() {
    let mut world = World::with(|config| {
        config.buffer_bytes = 16 * 1024;
        config.consent = Consent::Pending;
    });
    for _ in 0..9 {
        world.log(Level::Debug, &"x".repeat(1_000));
    }
    world.log_with(Level::Fatal, &json!({ "data": "x".repeat(20_000) }));
    assert_eq!(world.count(counter::BUFFERED), 9);
    assert_eq!(world.dropped(DropReason::BufferFull), 1);
}

#[test]
fn what_is_cut_takes_no_more_room_than_it_needs() {
    let mut all = entries(&[Level::Info; 50]);
    all.text.reserve(1_000_000);
    let taken = all.take(2);
    assert!(taken.text.capacity() < 1_000, "{}", taken.text.capacity());
}

#[test]
fn an_entry_larger_than_the_bound_is_dropped_alone() {
    let mut world = World::with(|config| {
        config.buffer_bytes = 16 * 1024;
        config.batch_bytes = 1024 * 1024;
    });
    world.log(Level::Error, "kept");
    world.log_with(Level::Info, &json!({ "data": "x".repeat(20_000) }));
    world.log(Level::Error, "kept too");
    world.flush(1_000);
    assert_eq!(world.last().seqs(), [1, 3]);
    assert_eq!(world.dropped(DropReason::BufferFull), 1);
}

#[test]
fn entries_leave_in_the_order_in_which_they_were_logged() {
    let mut world = World::with(|config| config.batch_entries = 10);
    let levels = Level::ALL.into_iter().cycle();
    for level in levels.take(45) {
        world.log(level, "in order");
    }
    world.flush(60_000);
    while !world.open().is_empty() {
        world.answer(200);
    }
    let seqs: Vec<u64> = world.sent.iter().flat_map(|sent| sent.seqs()).collect();
    assert_eq!(seqs, (1..=45).collect::<Vec<u64>>());
}
