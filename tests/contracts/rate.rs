//! Promise: a flood of one template or of one level is bounded, one entry stands for what was left out, and
//! the sum closes.
use sapwood::core::config::{Config, Consent};
use sapwood::core::event::Event;
use sapwood::core::level::Level;
use sapwood::core::limits::{RATE_LEVEL_FACTOR, RATE_LIMIT_DEFAULT};
use sapwood::core::stats::{DropReason, counter};
use serde_json::{Value, json};

use crate::common::records::{Records, pairs};
use crate::common::world::{UNIX, World};

/// With a bound of ten entries in ten seconds, and batches that only a flush cuts.
fn with(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.rate_limit = 1;
        config.batch_entries = 1_000;
        config.batch_bytes = 1024 * 1024;
        config.flush_interval_ms = 600_000;
        change(config);
    })
}

/// Logs messages in one hand-over, the oldest of which has waited so long.
fn hand_over(world: &mut World, waited: u64, messages: impl IntoIterator<Item = String>) {
    let mut records = Records::default().scope(&[]);
    for message in messages {
        let seq = world.next_seq();
        let fields = pairs(&json!({ "message": message, "data": { "n": seq }, "tags": ["t"], "flowId": "f-1" }));
        records = records.entry(seq, Level::Info as u32, &UNIX.to_string(), 0, &fields);
    }
    world.handle(Event::Records {
        bytes: &records.bytes(),
        waited,
    });
}

fn same(count: usize) -> Vec<String> {
    vec!["Cache miss for {n}".to_owned(); count]
}

fn different(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("message {at}")).collect()
}

/// Flushes; all entries that arrived.
fn arrived(world: &mut World) -> Vec<Value> {
    let before = world.sent.len();
    world.flush(60_000);
    while !world.open().is_empty() {
        world.answer(200);
    }
    let sent = &world.sent[before..];
    sent.iter().flat_map(|sent| sent.logs().to_vec()).collect()
}

fn limited(world: &World) -> u64 {
    world.dropped(DropReason::RateLimited)
}

#[test]
fn of_one_template_so_many_are_kept_and_one_stands_for_the_others() {
    let mut world = with(|_| {});
    hand_over(&mut world, 0, same(10));
    assert_eq!(limited(&world), 0);
    hand_over(&mut world, 0, same(15));
    assert_eq!(limited(&world), 14);
    world.advance(9_000);
    hand_over(&mut world, 0, same(100));
    assert_eq!(limited(&world), 114);
    let logs = arrived(&mut world);
    assert_eq!(logs.len(), 11);
    assert_eq!(
        logs[10],
        json!({ "seq": 11, "timestamp": UNIX, "level": "info", "source": "shop", "environment": "test",
            "message": "Cache miss for {n}", "repeated": 114 }),
        "it is in its place in the order, and has no data"
    );
    assert!(logs[..10].iter().all(|entry| entry["repeated"].is_null()));
    assert_eq!(world.count(counter::ACCEPTED), 125);
}

#[test]
fn the_next_window_begins_anew() {
    let mut world = with(|_| {});
    for _ in 0..3 {
        hand_over(&mut world, 0, same(12));
        world.advance(9_999);
        hand_over(&mut world, 0, same(1));
        world.advance(1);
    }
    let repeated: Vec<Value> = arrived(&mut world)
        .iter()
        .map(|entry| entry["repeated"].clone())
        .filter(|repeated| !repeated.is_null())
        .collect();
    assert_eq!(repeated, [2, 2, 2]);
    assert_eq!(limited(&world), 6);
}

#[test]
fn other_templates_and_levels_are_not_touched() {
    let mut world = with(|_| {});
    hand_over(&mut world, 0, same(100));
    hand_over(&mut world, 0, different(30));
    for level in Level::ALL {
        if level != Level::Info {
            world.log(level, "Cache miss for {n}");
        }
    }
    assert_eq!(limited(&world), 89);
    assert_eq!(arrived(&mut world).len(), 11 + 30 + 5);
}

#[test]
fn of_one_level_several_times_as_many_are_kept() {
    let mut world = with(|_| {});
    let most = 10 * RATE_LEVEL_FACTOR as usize;
    hand_over(&mut world, 0, different(most));
    assert_eq!(limited(&world), 0);
    hand_over(&mut world, 0, different(40));
    assert_eq!(limited(&world), 39);
    world.log(Level::Error, "another level");
    let logs = arrived(&mut world);
    assert_eq!(logs.len(), most + 2);
    assert_eq!(
        (&logs[most]["message"], &logs[most]["repeated"]),
        (&json!("(rate limited)"), &json!(39))
    );
    assert_eq!(logs[most + 1]["message"], "another level");
}

#[test]
fn a_summary_that_has_left_is_followed_by_another() {
    let mut world = with(|_| {});
    hand_over(&mut world, 0, same(20));
    let first = arrived(&mut world);
    assert_eq!(first[10]["repeated"], 9);
    hand_over(&mut world, 0, same(5));
    let second = arrived(&mut world);
    assert_eq!((second.len(), &second[0]["repeated"]), (1, &json!(4)));
    assert_eq!(limited(&world), 9 + 4, "each is in one summary");
}

#[test]
fn a_summary_is_found_where_it_is_when_the_memory_bound_has_taken_what_stood_before_it() {
    let mut world = with(|config| config.buffer_bytes = 16 * 1024);
    world.online(false);
    let log_large = |world: &mut World| {
        for at in 0..20 {
            world.log_with(
                Level::Debug,
                &json!({ "message": format!("large {at}"), "data": "x".repeat(500) }),
            );
        }
    };
    log_large(&mut world);
    hand_over(&mut world, 0, same(30));
    log_large(&mut world);
    hand_over(&mut world, 0, same(70));
    assert!(world.dropped(DropReason::BufferFull) > 0);
    world.online(true);
    world.flush(60_000);
    while !world.open().is_empty() {
        world.answer(200);
    }
    let logs = world.sent.iter().flat_map(|sent| sent.logs());
    let repeated: Vec<u64> = logs.filter_map(|entry| entry["repeated"].as_u64()).collect();
    assert_eq!((repeated, limited(&world)), (vec![89], 89));
}

#[test]
fn bursts_of_an_ordinary_application_are_not_limited() {
    let mut world = World::new();
    for _ in 0..10 {
        hand_over(&mut world, 0, same(900));
        world.advance(1_000);
        while !world.open().is_empty() {
            world.answer(200);
        }
    }
    world.advance(10_000);
    hand_over(&mut world, 0, same(10 * RATE_LIMIT_DEFAULT as usize));
    assert_eq!(limited(&world), 0);
}

#[test]
fn what_has_waited_for_a_slow_start_is_not_limited() {
    let mut world = with(|_| {});
    hand_over(&mut world, 40_000, same(500));
    hand_over(&mut world, 0, same(10));
    assert_eq!(limited(&world), 0);
    // A window begins with the oldest of what came late.
    world.advance(10_000);
    hand_over(&mut world, 6_000, same(10));
    world.advance(4_000);
    hand_over(&mut world, 0, same(10));
    assert_eq!(limited(&world), 0);
}

#[test]
fn no_limit_is_none() {
    let mut world = with(|config| config.rate_limit = 0);
    hand_over(&mut world, 0, same(900));
    assert_eq!(limited(&world), 0);
}

#[test]
fn a_thousand_templates_are_bounded_by_their_level_and_cost_no_memory() {
    let mut world = with(|config| config.rate_limit = 10);
    for _ in 0..5 {
        hand_over(&mut world, 0, different(1_000));
    }
    assert_eq!(limited(&world), 5_000 - 500 - 1);
}

/// It would take the end of the entry before it with it. Found by the simulator (seed 4540).
#[test]
fn a_summary_that_cannot_be_written_leaves_the_entry_before_it_whole() {
    let mut world = with(|_| {});
    let first = world.next_seq();
    let fields = pairs(&json!({ "message": "whole" }));
    let mut records = Records::default().scope(&[]);
    records = records.entry(first, Level::Info as u32, &UNIX.to_string(), 0, &fields);
    for _ in 0..11 {
        let seq = world.next_seq();
        // Of no level that there is.
        records = records.entry(seq, 99, &UNIX.to_string(), 0, &fields);
    }
    world.handle(Event::Records {
        bytes: &records.bytes(),
        waited: 0,
    });
    let messages: Vec<Value> = arrived(&mut world)
        .iter()
        .map(|entry| entry["message"].clone())
        .collect();
    assert_eq!(messages, ["whole"]);
}

/// What counted before is no longer there: an edge lends one core to one request after the other.
#[test]
fn a_denied_consent_forgets_what_was_counted() {
    let mut world = with(|_| {});
    hand_over(&mut world, 0, same(10));
    assert_eq!(arrived(&mut world).len(), 10);
    world.handle(Event::Consent(Consent::Denied));
    world.handle(Event::Consent(Consent::Granted));
    hand_over(&mut world, 0, same(10));
    assert_eq!((arrived(&mut world).len(), limited(&world)), (10, 0));
}
