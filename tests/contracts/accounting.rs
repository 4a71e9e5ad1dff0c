//! Promise: accepted = delivered + unconfirmed + buffered + in flight + stored + Σ dropped, at every moment (I1), and the
//! application hears of every drop. The judge adds up after each event; random workloads are in `tests/props`.
use sapwood::core::error::Problem;
use sapwood::core::event::Outcome;
use sapwood::core::level::Level;
use sapwood::core::stats::{DROP_REASON_NAMES, DROP_REASONS, DropReason, closes, counter};
use serde_json::json;

use crate::common::records::Records;
use crate::common::world::World;

#[test]
fn the_sum_is_of_every_counter() {
    let mut counters = [0; counter::COUNT];
    assert!(closes(&counters));
    for at in counter::DELIVERED..counter::COUNT {
        counters[at] = 1;
        assert!(!closes(&counters), "{at}");
        counters[counter::ACCEPTED] += 1;
        assert!(closes(&counters), "{at}");
    }
}

#[test]
fn every_reason_has_a_counter_and_a_name() {
    for (at, (reason, name)) in DROP_REASONS.into_iter().zip(DROP_REASON_NAMES).enumerate() {
        assert_eq!(reason as usize, at);
        let snake = |text: String| {
            text.chars().fold(String::new(), |name, letter| match letter {
                letter if letter.is_uppercase() && !name.is_empty() => format!("{name}_{}", letter.to_lowercase()),
                letter => format!("{name}{}", letter.to_lowercase()),
            })
        };
        assert_eq!(snake(format!("{reason:?}")), name);
    }
}

#[test]
fn each_step_of_an_entry_is_counted_where_it_is() {
    let counts = |world: &World| {
        let counters = [
            counter::ACCEPTED,
            counter::BUFFERED,
            counter::IN_FLIGHT,
            counter::DELIVERED,
        ];
        counters.map(|counter| world.count(counter))
    };
    let mut world = World::new();
    world.log_many(3);
    assert_eq!(counts(&world), [3, 3, 0, 0]);
    world.flush(60_000);
    assert_eq!(counts(&world), [3, 0, 3, 0]);
    world.answer_with(503, 2_000, 0);
    assert_eq!(counts(&world), [3, 3, 0, 0], "between two attempts it waits");
    world.advance(2_000);
    assert_eq!(counts(&world), [3, 0, 3, 0]);
    world.answer(200);
    assert_eq!(counts(&world), [3, 0, 0, 3]);
}

#[test]
fn drops_of_the_facade_are_counted_and_not_told_again() {
    let mut world = World::new();
    // The judge compares what was told.
    for (at, reason) in DROP_REASONS.into_iter().enumerate() {
        world.facade_drops(reason, at as u32 + 1);
    }
    assert_eq!(world.count(counter::ACCEPTED), 15 * 16 / 2);
    assert_eq!(world.dropped(DropReason::NotReady), 12);
}

#[test]
fn an_unknown_reason_of_the_facade_is_counted_all_the_same() {
    let mut world = World::new();
    world.facade_drops_as(99, 3, DropReason::CoreFailed);
    assert_eq!(world.dropped(DropReason::CoreFailed), 3);
}

#[test]
fn drops_are_told_in_the_event_in_which_they_happen() {
    let mut world = World::new();
    world.log_many(4);
    world.flush(1_000);
    let before = world.trace.len();
    world.answer(400);
    let told = format!("{:?}", &world.trace[before..]);
    assert!(told.contains("Dropped { reason: Rejected, count: 4 }"), "{told}");
}

#[test]
fn a_hand_over_that_cannot_be_read_is_told_and_keeps_what_stood_before() {
    let broken: [&[u8]; 6] = [&[9], &[0], &[0, 1, 9], &[1, 5, 0], &[2, 200], &[0xc1]];
    for bytes in broken {
        let mut world = World::new();
        let records = Records::default().entry(1, 9, "7", 0, &[]).raw(bytes);
        world.records(records);
        assert_eq!(world.reports, [(Problem::Internal, 0)], "{bytes:x?}");
        assert_eq!((world.count(counter::ACCEPTED), world.held()), (1, 1));
        world.log(Level::Info, "and goes on");
        assert_eq!(world.held(), 2);
    }
}

#[test]
fn an_entry_that_cannot_be_written_leaves_no_trace_of_itself() {
    let mut world = World::new();
    world.log(Level::Info, "before");
    world.records(Records::default().entry(7, 10, "7", 0, &[]));
    world.log(Level::Info, "after");
    world.flush(1_000);
    assert_eq!(world.last().logs().len(), 2);
    assert_eq!(*world.last().header("dropped"), json!({ "unserialisable": 1 }));
}

#[test]
fn drops_ride_on_every_batch_and_add_up() {
    let mut world = World::new();
    for number in 1..4_u32 {
        world.facade_drops(DropReason::NotReady, 2);
        world.facade_drops(DropReason::Consent, 1);
        world.log(Level::Info, "x");
        world.flush(1_000);
        let header = world.last();
        assert_eq!(
            *header.header("dropped"),
            json!({ "consent": number, "not_ready": 2 * number })
        );
        assert_eq!(*header.header("accepted"), json!(4 * number));
        world.answer(200);
    }
}

#[test]
fn no_outcome_of_an_unknown_request_changes_a_counter() {
    let mut world = World::new();
    world.log_many(3);
    let before = world.client.counters();
    for outcome in [Outcome::Failed, Outcome::Taken] {
        world.outcome(0, outcome);
        world.outcome(u32::MAX, outcome);
    }
    assert_eq!(world.client.counters(), before);
}
