//! What the simulator has found, each fault once, small enough to read.
use sapwood::core::effect::Effect;
use sapwood::core::event::{Event, Store};
use sapwood::core::level::Level;
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;

use super::journal::{deliver, messages, next_page, with};
use crate::common::world::{World, config};

#[test]
fn an_entry_too_large_for_any_request_is_not_stored() {
    let mut world = World::new();
    world.open_store();
    world.online(false);
    world.log_with(Level::Fatal, &json!({ "data": "x".repeat(1024 * 1024) }));
    assert_eq!(world.dropped(DropReason::TooLarge), 1);
    world.advance(1_000);
    assert!(world.store.is_empty(), "another page would send it");
}

/// An offline page with four entries of 8,000 bytes, some of them in the store alone: its memory holds 20,000.
fn overflowing() -> World {
    let mut world = World::with(|config| {
        config.buffer_bytes = 20_000;
        config.flush_interval_ms = 0;
    });
    world.open_store();
    world.online(false);
    for _ in 0..4 {
        world.log_with(Level::Info, &json!({ "data": "x".repeat(8_000) }));
        world.advance(400);
    }
    assert!(world.count(counter::STORED) > 0);
    world
}

#[test]
fn what_is_read_from_the_store_stays_within_the_bound_of_memory() {
    let mut world = overflowing();
    world.store_answers = false;
    world.online(true);
    world.answer_store();
    let held = world.held() * 8_000;
    assert!(held <= 20_000, "{held} bytes are held");
}

#[test]
fn an_own_record_is_not_given_up_as_a_dead_pages() {
    let mut world = overflowing();
    let stored = world.count(counter::STORED);
    // Without Web Locks the driver cannot tell them apart.
    for id in world.store.keys().copied().collect::<Vec<_>>() {
        world.handle(Event::Journal(Store::Spent(id)));
    }
    assert_eq!(world.count(counter::STORED), stored);
    world.online(true);
    while world.held() > 0 || world.count(counter::STORED) > 0 {
        world.answer(200);
    }
    assert_eq!(world.count(counter::DELIVERED), 4);
}

#[test]
fn what_close_leaves_stays_though_a_larger_record_comes_late() {
    let mut world = World::new();
    world.open_store();
    world.online(false);
    world.log(Level::Info, "first");
    world.advance(400);
    world.store_answers = false;
    world.log(Level::Info, "second");
    world.advance(400);
    assert_eq!(world.store_open.len(), 1, "the two in one record");
    world.close(0);
    assert_eq!(world.count(counter::STORED), 1);
    world.answer_store();
    assert!(!world.store.is_empty(), "nobody has the first any more");
}

#[test]
fn a_larger_record_replaces_none_whose_entries_it_does_not_hold() {
    let mut world = World::with(|config| {
        (config.buffer_bytes, config.batch_bytes) = (20_000, 16_000);
        config.flush_interval_ms = 0;
    });
    world.open_store();
    world.online(false);
    let log = |world: &mut World, message: &str, bytes| {
        world.log_with(Level::Info, &json!({ "message": message, "data": "x".repeat(bytes) }));
    };
    for (message, bytes) in [("first", 2_000), ("second", 14_000)] {
        log(&mut world, message, bytes);
        world.advance(400);
    }
    log(&mut world, "third", 5_000);
    assert_eq!(
        world.count(counter::STORED),
        2,
        "in a record each, and no more in memory"
    );
    world.store_answers = false;
    world.online(true);
    world.answer_store();
    assert_eq!(world.open().len(), 1, "the first is on its way");
    world.advance(400);
    assert!(
        matches!(world.store_open[..], [Effect::Store { .. }]),
        "the first and the third"
    );
    world.answer(200);
    assert!(matches!(world.store_open[1], Effect::Load(_)), "the second");
    // The store is asked by two transactions.
    world.store_open.swap(0, 1);
    world.answer_store();
    world.answer_store();
    let mut next = next_page(world);
    deliver(&mut next);
    assert!(
        messages(&next.sent).contains(&"second".to_owned()),
        "nobody has said that it is there"
    );
}

#[test]
fn what_is_read_from_the_store_makes_no_larger_body_than_what_is_not() {
    let mut world = World::with(|config| config.batch_bytes = 8_000);
    world.open_store();
    world.online(false);
    world.log_many(200);
    world.advance(1_000);
    assert!(world.store.len() > 1, "several records");
    let mut next = World::start(config(), *b"another instance");
    next.store = world.store;
    next.open_store();
    for id in next.store.keys().copied().collect::<Vec<_>>() {
        next.handle(Event::Journal(Store::Orphan(id)));
        next.answer(200);
    }
    let bodies: Vec<usize> = next.sent.iter().map(|sent| sent.request.body.len()).collect();
    assert!(bodies.iter().all(|bytes| *bytes <= 8_000), "{bodies:?}");
}

#[test]
fn what_another_page_has_sent_of_this_one_is_unconfirmed_and_the_journal_goes_on() {
    let mut world = with(|config| config.buffer_bytes = 20_000);
    world.online(false);
    for _ in 0..4 {
        world.log_with(Level::Info, &json!({ "data": "x".repeat(8_000) }));
        world.advance(400);
    }
    let stored = world.count(counter::STORED);
    assert!(stored > 0);
    // While this page was frozen its lock was free: another one took it for dead.
    world.store.clear();
    world.online(true);
    for _ in 0..10 {
        while !world.open().is_empty() {
            world.answer(200);
        }
        world.advance(5_000);
    }
    assert_eq!(world.count(counter::UNCONFIRMED), stored);
    assert_eq!(world.count(counter::DELIVERED), 4 - stored);
    assert_eq!(world.reports, []);
    world.online(false);
    world.log(Level::Info, "later");
    world.advance(1_000);
    assert_eq!(world.store.len(), 1);
}

#[test]
fn what_the_store_was_asked_before_a_freeze_is_asked_again() {
    let mut world = with(|_| {});
    world.store_answers = false;
    world.online(false);
    world.log(Level::Info, "kept");
    world.advance(1_000);
    assert_eq!(world.store_open.len(), 1);
    // The driver lost it: its lock was given back while the page was in the back/forward cache.
    world.store_open.clear();
    world.hide();
    world.show();
    world.handle(Event::Restored);
    world.store_answers = true;
    world.advance(1_000);
    assert_eq!(world.store.len(), 1);
}

#[test]
fn a_record_that_was_begun_as_the_page_came_back_is_erased_with_its_entries() {
    let mut world = with(|_| {});
    world.log(Level::Info, "the last click");
    world.hide();
    // Frozen for a minute, with its request unanswered; the store answers when it is back.
    world.jump_to(world.now.monotonic + 60_000);
    world.store_answers = false;
    world.show();
    world.handle(Event::Restored);
    while !world.store_open.is_empty() {
        world.answer_store();
    }
    world.store_answers = true;
    world.advance(1_000);
    while !world.open().is_empty() {
        world.answer(200);
        world.advance(5_000);
    }
    assert_eq!(world.count(counter::DELIVERED), 1);
    assert!(world.store.is_empty(), "the next page would send it again");
}

#[test]
fn nothing_that_is_held_is_dropped_for_what_is_read_back() {
    let mut world = with(|config| {
        config.batch_entries = 5;
        config.buffer_bytes = 20_000;
        config.timeout_ms = 100;
    });
    world.online(false);
    for _ in 0..4 {
        world.log_with(Level::Info, &json!({ "data": "x".repeat(4_000) }));
        world.advance(400);
    }
    // They are in the store alone, and nothing more is written: memory fills up again.
    world.store_answers = false;
    for _ in 0..4 {
        world.log_with(Level::Info, &json!({ "data": "x".repeat(4_000) }));
    }
    assert_eq!(world.count(counter::STORED), 4);
    world.advance(1_000);
    world.refuse_store();
    world.store_answers = true;
    world.online(true);
    world.log(Level::Debug, "one more");
    for _ in 0..20 {
        while !world.open().is_empty() {
            world.answer(200);
        }
        world.advance(1_000);
    }
    assert_eq!(world.dropped(DropReason::BufferFull), 0);
    assert_eq!(world.count(counter::DELIVERED), 9);
}

#[test]
fn what_an_earlier_page_left_takes_no_memory_from_what_this_one_logs() {
    let mut page = with(|_| {});
    for _ in 0..4 {
        page.log_with(Level::Info, &json!({ "data": "x".repeat(8_000) }));
    }
    page.advance(1_000);
    let mut small = config();
    small.buffer_bytes = 16 * 1024;
    let mut world = World::start(small, *b"another instance");
    world.store = page.store;
    world.open_store();
    world.log_with(Level::Error, &json!({ "data": "x".repeat(8_000) }));
    let id = *world.store.keys().next().expect("a record");
    world.handle(Event::Journal(Store::Orphan(id)));
    assert_eq!(world.open().len(), 1);
    world.log_with(Level::Debug, &json!({ "data": "x".repeat(4_000) }));
    assert_eq!(world.dropped(DropReason::BufferFull), 0);
    assert_eq!(world.count(counter::BUFFERED), 2);
}
