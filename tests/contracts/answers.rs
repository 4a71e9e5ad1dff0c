//! Promise: every answer has one meaning, whatever it is; and who does not answer, or takes nothing, is asked ever less.
use sapwood::core::error::Problem;
use sapwood::core::event::{Answer, Event, NO_ISSUES, Outcome};
use sapwood::core::level::Level;
use sapwood::core::limits::{BLOCKED_MS, BLOCKED_SEEN_MS, BREAKER_FAILURES, PROBE_ENTRIES, REFUSED_MAX};
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;

use crate::common::world::World;

#[derive(Debug, PartialEq)]
enum Meaning {
    Delivered,
    TriedAgain,
    Halved,
    Stopped,
    GivenUp,
}

/// Two entries, answered so; what became of them.
fn meaning(status: u16) -> Meaning {
    let mut world = World::new();
    world.log_many(2);
    world.flush(60_000);
    world.answer(status);
    let requests = world.sent.len();
    match (world.count(counter::DELIVERED), world.dropped(DropReason::Rejected)) {
        (2, 0) => Meaning::Delivered,
        (0, 0) if requests == 2 => Meaning::Halved,
        (0, 0) => {
            assert_eq!(world.count(counter::BUFFERED), 2, "{status}");
            Meaning::TriedAgain
        }
        (0, 2) => {
            world.log(Level::Info, "next");
            world.advance(5_000);
            if world.sent.len() == requests {
                Meaning::Stopped
            } else {
                Meaning::GivenUp
            }
        }
        other => panic!("{status}: {other:?}"),
    }
}

#[test]
fn every_status_has_its_meaning() {
    for status in (0..=999).chain([1_000, 9_999, u16::MAX]) {
        let expected = match status {
            200..=299 => Meaning::Delivered,
            // 0: nothing can be read of it, as of an opaque answer.
            0 | 408 | 429 | 500..=599 => Meaning::TriedAgain,
            413 => Meaning::Halved,
            401 | 403 => Meaning::Stopped,
            // Redirects are not followed: they are an error like any other.
            _ => Meaning::GivenUp,
        };
        assert_eq!(meaning(status), expected, "{status}");
    }
}

#[test]
fn what_cannot_be_read_is_a_network_error() {
    let mut world = World::new();
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.advance(100);
    world.answer(0);
    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
}

#[test]
fn one_poison_entry_of_64_costs_a_request_for_each_halving() {
    for poison in [1, 17, 32, 33, 64] {
        let mut world = World::new();
        world.log_many(64);
        world.flush(60_000);
        let mut arrived = Vec::new();
        while !world.open().is_empty() {
            let seqs = world.last().seqs();
            let too_large = seqs.contains(&poison);
            if !too_large {
                arrived.extend(seqs);
            }
            world.answer(if too_large { 413 } else { 200 });
        }
        assert_eq!(world.sent.len(), 1 + 2 * 6, "{poison}");
        assert_eq!(world.dropped(DropReason::TooLarge), 1);
        let expected: Vec<u64> = (1..=64).filter(|seq| *seq != poison).collect();
        assert_eq!(arrived, expected, "the others arrive, in order");
    }
}

#[test]
fn a_receiver_to_which_everything_is_too_large_is_not_asked_for_each_entry() {
    let mut world = World::new();
    world.log_many(100);
    world.flush(60_000);
    while !world.open().is_empty() {
        world.answer(413);
    }
    assert_eq!(world.dropped(DropReason::TooLarge), u64::from(REFUSED_MAX) + 1);
    // From there on with ever longer delays.
    let before = world.sent.len();
    for _ in 0..600 {
        world.advance(1_000);
        if !world.open().is_empty() {
            world.answer(413);
        }
    }
    let requests = world.sent.len() - before;
    assert!((20..=70).contains(&requests), "{requests} in ten minutes");
}

#[test]
fn after_five_failures_a_small_batch_asks_whether_the_receiver_is_back() {
    let mut world = World::new();
    world.log_many(60);
    world.flush(3_600_000);
    for failure in 1..=BREAKER_FAILURES + 3 {
        world.fail();
        world.advance(world.sleep - world.now.monotonic);
        let probes = failure >= BREAKER_FAILURES;
        assert_eq!(
            world.last().seqs().len(),
            if probes { PROBE_ENTRIES } else { 60 },
            "{failure}"
        );
        assert_eq!(world.open().len(), 1);
    }
    world.answer(200);
    assert_eq!(world.last().seqs(), (11..=60).collect::<Vec<u64>>(), "then as ever");
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 60);
}

#[test]
fn a_probe_does_not_win_attempts() {
    let mut world = World::with(|config| config.retry.max_retries = Some(9));
    world.log_many(60);
    world.flush(3_600_000);
    for _ in 0..200 {
        if !world.open().is_empty() {
            world.fail();
        }
        world.advance(30_000);
    }
    assert_eq!(world.dropped(DropReason::RetriesExhausted), 60);
}

/// Waits for the next request.
fn until_next(world: &mut World) {
    let before = world.sent.len();
    world.advance(world.sleep - world.now.monotonic);
    assert_eq!(world.sent.len(), before + 1);
}

/// Logs, and has two requests refused at once.
fn blocked() -> World {
    let mut world = World::with(|config| config.retry.max_age_ms = 86_400_000);
    world.log(Level::Info, "kept");
    world.advance(5_000);
    world.refuse();
    until_next(&mut world);
    world.refuse();
    assert_eq!(world.sent.len(), 2);
    world
}

#[test]
fn what_is_blocked_is_asked_twice_and_told_of_once() {
    let mut world = blocked();
    assert_eq!(world.reports, [(Problem::Blocked, 0)]);
    // Neither new entries nor a flush nor leaving is a reason to make noise.
    for _ in 0..10 {
        world.log_many(200);
        world.flush(1_000);
        world.advance(60_000);
        world.hide();
        world.show();
    }
    assert_eq!(world.sent.len(), 3, "ten minutes later one look");
    world.refuse();
    assert_eq!(world.reports.len(), 1);
    world.advance(BLOCKED_MS - 1);
    assert_eq!(world.sent.len(), 3);
    world.advance(1);
    assert_eq!(world.sent.len(), 4, "once an hour");
    assert_eq!(world.count(counter::BUFFERED) + world.count(counter::IN_FLIGHT), 2_001);
}

#[test]
fn what_was_blocked_is_tried_when_something_has_changed() {
    type Change = fn(&mut World);
    let changes: [Change; 2] = [
        |world| {
            world.online(false);
            world.online(true);
        },
        |world| {
            world.hide();
            world.advance(BLOCKED_SEEN_MS);
            world.show();
        },
    ];
    for change in changes {
        let mut world = blocked();
        change(&mut world);
        assert_eq!(world.sent.len(), 3);
        world.answer(200);
        assert_eq!(world.count(counter::DELIVERED), 1);
        world.log(Level::Info, "as ever");
        world.advance(5_000);
        assert_eq!(world.sent.len(), 4);
    }
}

#[test]
fn a_network_that_fails_at_once_after_an_answer_is_not_blocked() {
    let mut world = World::new();
    world.log(Level::Info, "one");
    world.advance(5_000);
    world.answer(200);
    world.log(Level::Info, "two");
    world.advance(5_000);
    for _ in 0..4 {
        world.refuse();
        until_next(&mut world);
    }

    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
}

#[test]
fn a_connection_that_is_refused_is_not_blocked() {
    let mut world = World::new();
    world.log(Level::Info, "one");
    world.advance(5_000);
    for _ in 0..5 {
        world.fail();
        until_next(&mut world);
    }

    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
}

#[test]
fn the_header_says_what_beacons_took_and_only_then() {
    let mut world = World::with(|config| config.keepalive = false);
    world.log(Level::Info, "one");
    world.flush(60_000);
    assert_eq!(*world.last().header("unconfirmed"), json!(null));
    world.answer(200);
    world.log_many(3);
    world.hide();
    let beacon = world.last().request.id;
    world.outcome(beacon, Outcome::Taken);
    world.show();
    world.log(Level::Info, "after");
    world.flush(60_000);
    assert_eq!(*world.last().header("unconfirmed"), json!(3));
}

#[test]
fn a_late_answer_of_any_kind_changes_nothing() {
    let mut world = World::with(|config| config.timeout_ms = 1_000);
    world.log(Level::Info, "slow");
    world.flush(60_000);
    let first = world.last().request.id;
    world.advance(4_000);
    for status in [200, 401, 413, 500] {
        let answer = Answer {
            status,
            retry_after_ms: 9_000,
            count: 1,
            frames: false,
            issues: NO_ISSUES,
        };
        world.handle(Event::Outcome {
            request: first,
            outcome: Outcome::Answered(answer),
        });
    }
    assert_eq!(world.count(counter::DELIVERED), 0);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 1);
}

#[test]
fn on_this_machine_nothing_is_blocked() {
    let mut world = World::with(|config| config.blockable = false);
    world.log(Level::Info, "no collector yet");
    world.advance(5_000);
    for _ in 0..4 {
        world.refuse();
        until_next(&mut world);
    }
    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
}

#[test]
fn what_was_on_its_way_when_a_page_was_left_has_a_moment_when_it_is_restored() {
    let mut world = World::new();
    world.log(Level::Info, "m");
    world.hide();
    world.show();
    world.handle(Event::Restored);
    world.advance(999);
    assert_eq!(world.open().len(), 1);
    // Then it is tried again, under its id.
    world.advance(1_500);
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.sent[0].id(), world.sent[1].id());
}
