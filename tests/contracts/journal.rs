//! Promise: what was not delivered outlives the page: it is in the store within half a second, it is erased only when it
//! has met its end, and the next page sends it as it was. The judge holds I7, I8 and I13 at every step.
use std::collections::BTreeMap;

use sapwood::core::batch::Id;
use sapwood::core::config::{Config, Consent};
use sapwood::core::encode::stored;
use sapwood::core::error::Problem;
use sapwood::core::event::{Event, Store};
use sapwood::core::level::Level;
use sapwood::core::limits::{JOURNAL_BYTES_MAX, READ_MS_MAX, STORE_MS_MAX};
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;

use crate::common::sent::Sent;
use crate::common::world::{World, config};

pub(super) const DAY_MS: u64 = 86_400_000;

pub(super) fn world() -> World {
    with(|_| {})
}

pub(super) fn with(change: impl FnOnce(&mut Config)) -> World {
    let mut world = World::with(change);
    world.open_store();
    world
}

/// The page is gone. The next one, with another instance, finds what it left.
pub(super) fn next_page(dead: World) -> World {
    next_page_with(dead.store, 0)
}

pub(super) fn next_page_with(store: BTreeMap<Id, Vec<u8>>, later: u64) -> World {
    let mut world = World::start(config(), *b"another instance");
    world.jump_to(world.now.monotonic + later);
    world.store = store;
    world.open_store();
    assert_eq!(world.scans, 1);
    for id in world.store.keys().copied().collect::<Vec<_>>() {
        world.handle(Event::Journal(Store::Orphan(id)));
    }
    world
}

/// Answers everything; all that was sent.
pub(super) fn deliver(world: &mut World) -> Vec<Sent> {
    let first = world.sent.len();
    for _ in 0..100 {
        while !world.open().is_empty() {
            world.answer(200);
        }
        world.advance(5_000);
    }
    world.sent[first.min(world.sent.len())..].to_vec()
}

pub(super) fn messages(sent: &[Sent]) -> Vec<String> {
    let logs = sent.iter().flat_map(Sent::logs);
    logs.map(|entry| entry["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn what_waits_is_in_the_store_within_half_a_second() {
    let mut world = world();
    world.log(Level::Info, "kept");
    world.advance(399);
    assert!(world.store.is_empty());
    world.advance(1);
    assert_eq!(world.store.len(), 1);
    assert_eq!(world.count(counter::BUFFERED), 1, "in memory as well");
    assert_eq!(world.count(counter::STORED), 0);
    world.advance(5_000);
    assert_eq!(world.store.len(), 1, "on its way it is still there");
    world.answer(200);
    assert!(world.store.is_empty(), "erased when it was delivered");
}

#[test]
fn what_is_delivered_at_once_is_never_written() {
    let mut world = world();
    world.log(Level::Info, "quick");
    world.flush(1_000);
    world.answer(200);
    world.advance(10_000);
    assert!(
        world
            .trace
            .iter()
            .all(|effect| !format!("{effect:?}").starts_with("Store"))
    );
}

#[test]
fn what_is_on_its_way_too_long_is_written() {
    let mut world = world();
    world.log(Level::Info, "slow");
    world.flush(1_000);
    world.advance(400);
    assert_eq!(world.store.len(), 1);
    world.fail();
    assert_eq!(world.store.len(), 1);
}

#[test]
fn a_batch_that_is_refused_for_good_is_erased() {
    for status in [400, 401] {
        let mut world = world();
        world.log_many(3);
        world.advance(5_000);
        assert_eq!(world.store.len(), 1);
        world.answer(status);
        assert!(world.store.is_empty());
        assert_eq!(world.dropped(DropReason::Rejected), 3);
    }
}

#[test]
fn without_a_store_all_is_as_ever() {
    let mut world = World::new();
    world.log_many(3);
    world.advance(5_000);
    world.answer(200);
    assert_eq!(world.scans, 0);
    assert_eq!(world.count(counter::DELIVERED), 3);
}

#[test]
fn small_records_become_larger_ones() {
    let mut world = world();
    world.online(false);
    for _ in 0..64 {
        world.log(Level::Info, "one by one");
        world.advance(400);
    }
    assert!(world.store.len() <= 7, "{} records", world.store.len());
    let entries: usize = world.store.iter().map(|(id, bytes)| count(id, bytes)).sum();
    assert_eq!(entries, 64, "each once");
}

fn count(id: &Id, bytes: &[u8]) -> usize {
    let now = World::new().now;
    let (batch, _) = stored::read(bytes, id, now).expect("a record");
    batch.entries.heads.len()
}

#[test]
fn a_record_is_no_larger_than_a_batch() {
    let mut world = with(|config| config.batch_entries = 10);
    world.online(false);
    world.log_many(95);
    world.advance(1_000);
    let mut counts: Vec<usize> = world.store.iter().map(|(id, bytes)| count(id, bytes)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [5, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
}

#[test]
fn nothing_is_stored_without_consent() {
    let mut world = with(|config| config.consent = Consent::Pending);
    world.log(Level::Info, "undecided");
    world.advance(10_000);
    assert!(world.store.is_empty());
    assert_eq!(world.scans, 0);
    world.consent(Consent::Granted);
    assert_eq!(world.store.len(), 1);
}

#[test]
fn what_was_stored_with_consent_goes_without_it() {
    let mut page = world();
    page.log_many(3);
    page.advance(1_000);
    let mut world = next_page(page);
    world.fail();
    world.log_many(3);
    world.advance(400);
    assert_eq!(world.store.len(), 2);
    world.consent(Consent::Denied);
    if !world.open().is_empty() {
        // What was on its way already has its answer.
        world.fail();
    }
    assert!(world.store.is_empty());
    assert_eq!(world.dropped(DropReason::Consent), 3);
}

#[test]
fn no_transaction_is_begun_while_the_page_may_be_going() {
    let mut world = world();
    world.log(Level::Info, "first");
    world.advance(1_000);
    world.hide();
    world.log(Level::Info, "second");
    // Erasing is one as well. The judge looks.
    world.answer(200);
    assert_eq!(world.store.len(), 1);
    world.advance(500);
    // The second one is still on its way, the first one's record goes.
    assert_eq!(world.store.len(), 1);
    assert_eq!(world.count(counter::IN_FLIGHT), 1);
    world.answer(200);
    assert!(world.store.is_empty(), "a page in the background goes on");
}

#[test]
fn a_page_that_comes_back_looks_for_what_others_left() {
    let mut world = world();
    assert_eq!(world.scans, 1);
    world.hide();
    assert_eq!(world.scans, 1);
    world.show();
    assert_eq!(world.scans, 2);
    world.online(false);
    world.online(true);
    assert_eq!(world.scans, 3);
}

#[test]
fn what_memory_has_no_room_for_waits_in_the_store_and_goes_first() {
    let mut world = with(|config| {
        config.buffer_bytes = 20_000;
        config.batch_bytes = 5_000;
    });
    world.online(false);
    for at in 0..100 {
        world.log_with(
            Level::Info,
            &json!({ "message": format!("message {at}"), "data": "x".repeat(400) }),
        );
        if at % 5 == 4 {
            world.advance(400);
        }
    }
    let stored = world.count(counter::STORED);
    assert!(stored > 50, "{stored}");
    assert_eq!(world.dropped(DropReason::BufferFull), 0);
    world.online(true);
    deliver(&mut world);
    assert_eq!(world.count(counter::DELIVERED), 100);
    let sent = &world.sent;
    let expected: Vec<String> = (0..100).map(|at| format!("message {at}")).collect();
    assert_eq!(messages(sent), expected, "in order");
    assert!(world.store.is_empty());
}

#[test]
fn a_store_that_never_answers_costs_only_the_journal() {
    let mut world = world();
    world.store_answers = false;
    world.log(Level::Info, "one");
    world.advance(5_000);
    world.answer(200);
    world.log(Level::Info, "two");
    world.advance(5_000);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 2);
    assert_eq!(world.store_open.len(), 1, "one write at a time");
}

#[test]
fn a_read_that_never_comes_back_is_not_waited_for() {
    let mut world = with(|config| config.buffer_bytes = 20_000);
    world.online(false);
    for _ in 0..10 {
        for _ in 0..10 {
            world.log_with(Level::Info, &json!({ "data": "x".repeat(400) }));
        }
        world.advance(400);
    }
    assert!(world.count(counter::STORED) > 0);
    world.store_answers = false;
    world.online(true);
    assert!(world.sent.is_empty(), "the older ones are being read");
    world.advance(READ_MS_MAX);
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_store_that_refuses_is_told_of_once_and_memory_has_to_do() {
    let mut world = world();
    world.store_answers = false;
    world.log(Level::Info, "one");
    world.advance(400);
    world.refuse_store();
    assert_eq!(world.reports, [(Problem::StoreFailed, 0)]);
    world.log(Level::Info, "two");
    world.advance(4_600);
    assert_eq!(world.reports.len(), 1);
    assert!(world.store_open.is_empty(), "it is not asked again");
    world.answer(200);
    world.advance(5_000);
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_write_that_is_not_answered_counts_as_refused_after_a_while() {
    let mut world = with(|config| config.flush_interval_ms = 3_600_000);
    world.store_answers = false;
    world.log(Level::Info, "kept");
    world.advance(399 + STORE_MS_MAX);
    assert!(world.reports.is_empty());
    world.advance(1);
    assert_eq!(world.reports, [(Problem::StoreFailed, 0)]);
    world.log(Level::Info, "in memory");
    world.advance(1_000_000);
    assert_eq!((world.store_open.len(), world.reports.len()), (1, 1));
    // It was only slow: nothing of it is left when its entries are delivered.
    world.answer_store();
    assert_eq!(world.store.len(), 1);
    world.store_answers = true;
    deliver_now(&mut world);
    assert_eq!(world.count(counter::DELIVERED), 2);
    assert!(world.store.is_empty());
}

#[test]
fn time_that_the_page_slept_is_not_held_against_the_store() {
    let mut world = with(|config| config.flush_interval_ms = 3_600_000);
    world.store_answers = false;
    world.log(Level::Info, "kept");
    world.advance(400);
    world.jump_to(world.now.monotonic + 600_000);
    world.handle(Event::Wake);
    assert!(!world.reports.contains(&(Problem::StoreFailed, 0)));
    // A minute hidden, in the cache.
    world.hide();
    world.jump_to(world.now.monotonic + 60_000);
    world.show();
    assert!(!world.reports.contains(&(Problem::StoreFailed, 0)));
    world.store_answers = true;
    world.answer_store();
    assert_eq!(world.store.len(), 1);
}

fn deliver_now(world: &mut World) {
    world.flush(1_000);
    while !world.open().is_empty() {
        world.answer(200);
    }
}

#[test]
fn a_store_that_goes_takes_only_what_is_nowhere_else() {
    let mut world = with(|config| config.buffer_bytes = 20_000);
    world.online(false);
    for _ in 0..10 {
        for _ in 0..10 {
            world.log_with(Level::Info, &json!({ "data": "x".repeat(400) }));
        }
        world.advance(400);
    }
    let (stored, buffered) = (world.count(counter::STORED), world.count(counter::BUFFERED));
    assert!(stored > 0 && stored + buffered == 100);
    world.handle(Event::Journal(Store::Closed));
    assert_eq!(world.dropped(DropReason::StoreFailed), stored);
    assert_eq!(world.count(counter::BUFFERED), buffered);
    assert_eq!(world.reports, [(Problem::StoreFailed, 0)]);
}

#[test]
fn a_journal_has_a_bound() {
    let mut world = with(|config| config.buffer_bytes = 1024 * 1024);
    world.online(false);
    for _ in 0..40 {
        for _ in 0..10 {
            world.log_with(Level::Info, &json!({ "data": "x".repeat(40_000) }));
        }
        world.advance(400);
    }
    let bytes: usize = world.store.values().map(Vec::len).sum();
    assert!(
        bytes > JOURNAL_BYTES_MAX * 9 / 10 && bytes < JOURNAL_BYTES_MAX + 200_000,
        "{bytes}"
    );
    assert!(world.dropped(DropReason::BufferFull) > 0, "then memory has its bound");
}

#[test]
fn a_flush_covers_what_is_in_the_store_alone() {
    let mut world = with(|config| config.buffer_bytes = 20_000);
    world.online(false);
    for _ in 0..10 {
        for _ in 0..10 {
            world.log_with(Level::Info, &json!({ "data": "x".repeat(400) }));
        }
        world.advance(400);
    }
    assert!(world.count(counter::STORED) > 0);
    world.online(true);
    let token = world.flush(3_600_000);
    for _ in 0..20 {
        while !world.open().is_empty() {
            world.answer(200);
        }
    }
    assert_eq!(world.settled[&token].delivered, 100);
}
