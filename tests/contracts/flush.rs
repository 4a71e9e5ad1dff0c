//! Promise: `flush` tells what became of the entries before it, once, in its time; `close` is a flush and an end.
use sapwood::core::config::Consent;
use sapwood::core::flush::Outcome;
use sapwood::core::level::Level;
use sapwood::core::stats::{DropReason, counter};

use crate::common::world::World;

fn outcome(delivered: u64, pending: u64, dropped: u64, last_status: u16) -> Outcome {
    Outcome {
        delivered,
        pending,
        dropped,
        last_status,
    }
}

#[test]
fn a_flush_of_nothing_settles_at_once() {
    let mut world = World::new();
    let token = world.flush(10_000);
    assert_eq!(world.settled[&token], outcome(0, 0, 0, 0));
    assert!(world.sent.is_empty());
}

#[test]
fn a_flush_settles_when_all_before_it_is_delivered() {
    let mut world = World::with(|config| config.batch_entries = 2);
    world.log_many(5);
    let token = world.flush(10_000);
    world.log(Level::Info, "later");
    for _ in 0..3 {
        assert!(!world.settled.contains_key(&token));
        world.answer(202);
    }
    assert_eq!(world.settled[&token], outcome(5, 0, 0, 202));
}

#[test]
fn a_flush_counts_what_was_refused() {
    let mut world = World::new();
    world.log_many(5);
    let token = world.flush(10_000);
    world.answer_with(400, 0, 2);
    assert_eq!(world.settled[&token], outcome(2, 0, 3, 400));
}

#[test]
fn a_flush_settles_when_its_time_is_over() {
    let mut world = World::new();
    world.log_many(5);
    let token = world.flush(3_000);
    world.answer(500);
    world.advance(2_999);
    assert!(!world.settled.contains_key(&token));
    world.advance(1);
    assert_eq!(world.settled[&token], outcome(0, 5, 0, 500));
    assert_eq!(world.held(), 5, "what is pending is still held");
}

#[test]
fn a_flush_without_time_starts_a_request_and_settles() {
    let mut world = World::new();
    world.log_many(5);
    let token = world.flush(0);
    assert_eq!(world.settled[&token], outcome(0, 5, 0, 0));
    assert_eq!(world.open().len(), 1);
}

#[test]
fn a_second_flush_joins_the_running_work() {
    let mut world = World::new();
    world.log_many(3);
    let first = world.flush(10_000);
    world.log_many(2);
    let second = world.flush(10_000);
    assert_eq!(world.sent.len(), 1);
    world.answer(200);
    assert_eq!(world.settled[&first], outcome(3, 0, 0, 200));
    assert!(!world.settled.contains_key(&second));
    world.answer(200);
    assert_eq!(world.settled[&second], outcome(5, 0, 0, 200));
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_flush_too_many_settles_at_once() {
    let mut world = World::new();
    world.log_many(3);
    let tokens: Vec<u32> = (0..65).map(|_| world.flush(10_000)).collect();
    assert_eq!(world.settled.len(), 1);
    assert_eq!(world.settled[&tokens[64]], outcome(0, 3, 0, 0));
    world.answer(200);
    assert_eq!(world.settled.len(), 65);
}

#[test]
fn a_flush_without_consent_settles_at_once() {
    for (consent, held) in [(Consent::Pending, 3), (Consent::Denied, 0)] {
        let mut world = World::with(|config| config.consent = consent);
        world.log_many(3);
        let token = world.flush(10_000);
        assert_eq!(world.settled[&token], outcome(0, held, 0, 0));
    }
}

#[test]
fn a_flush_during_which_consent_is_denied_settles() {
    let mut world = World::with(|config| config.batch_entries = 2);
    world.log_many(4);
    let token = world.flush(10_000);
    world.consent(Consent::Denied);
    assert_eq!(
        world.settled[&token],
        outcome(0, 2, 2, 0),
        "two are in flight and two were dropped"
    );
}

#[test]
fn what_a_beacon_took_is_pending() {
    use sapwood::core::event::Outcome::Taken;

    let mut world = World::with(|config| config.keepalive = false);
    world.log_many(3);
    world.hide();
    let token = world.flush(10_000);
    world.outcome(world.last().request.id, Taken);
    assert_eq!(world.settled[&token], outcome(0, 3, 0, 0), "nobody sees its answer");
}

#[test]
fn entries_pushed_out_during_a_flush_count_as_dropped() {
    let mut world = World::with(|config| config.buffer_bytes = 16 * 1024);
    world.log(Level::Info, "in flight");
    world.flush(0);
    world.log(Level::Trace, &"x".repeat(3_000));
    let token = world.flush(60_000);
    for _ in 0..6 {
        world.log(Level::Error, &"x".repeat(3_000));
    }
    while !world.settled.contains_key(&token) {
        world.answer(200);
    }
    assert_eq!(world.settled[&token], outcome(1, 0, 1, 200));
}

#[test]
fn a_close_sends_what_is_held_and_then_takes_nothing() {
    let mut world = World::with(|config| config.batch_entries = 2);
    world.log_many(3);
    let token = world.close(10_000);
    world.answer(200);
    assert_eq!(*world.last().header("final"), serde_json::json!("close"));
    world.answer(200);
    assert_eq!(world.settled[&token], outcome(3, 0, 0, 200));
    assert!(world.client.is_closed());
    world.log(Level::Fatal, "too late");
    assert_eq!(world.dropped(DropReason::Closed), 1);
    assert_eq!(world.sleep, u64::MAX, "every timer is gone");
}

#[test]
fn what_is_logged_while_closing_is_sent_in_its_time() {
    let mut world = World::new();
    world.log(Level::Info, "before");
    world.close(10_000);
    world.log(Level::Info, "meanwhile");
    assert_eq!(world.dropped(DropReason::Closed), 0);
    world.answer(200);
    assert_eq!(world.last().seqs(), [2], "it left before the end");
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_close_drops_what_it_cannot_send_in_its_time() {
    let mut world = World::new();
    world.log_many(3);
    let token = world.close(3_000);
    world.answer(500);
    world.advance(3_000);
    while let [_] = world.open()[..] {
        world.fail();
    }
    assert_eq!(world.dropped(DropReason::Closed), 3);
    assert!(world.settled.contains_key(&token));
    assert_eq!(world.held(), 0);
    let requests = world.sent.len();
    world.advance(3_600_000);
    assert_eq!(world.sent.len(), requests);
}

#[test]
fn a_late_answer_counts_after_the_close() {
    for (status, delivered) in [(200, 3), (500, 0), (413, 0)] {
        let mut world = World::new();
        world.log_many(3);
        world.close(1_000);
        world.advance(1_000);
        assert!(world.client.is_closed());
        assert_eq!(world.count(counter::IN_FLIGHT), 3);
        world.answer(status);
        assert_eq!(world.count(counter::DELIVERED), delivered);
        assert_eq!(world.dropped(DropReason::Closed), 3 - delivered);
    }
}

#[test]
fn a_close_can_be_called_again() {
    let mut world = World::new();
    world.log_many(3);
    let first = world.close(10_000);
    let second = world.close(10_000);
    world.answer(200);
    let third = world.close(10_000);
    assert_eq!(world.settled[&first], outcome(3, 0, 0, 200));
    assert_eq!(world.settled[&second], outcome(3, 0, 0, 200));
    assert_eq!(world.settled[&third], outcome(0, 0, 0, 200));
}

#[test]
fn a_close_without_consent_drops_what_is_held() {
    let mut world = World::with(|config| config.consent = Consent::Pending);
    world.log_many(3);
    let token = world.close(10_000);
    assert!(world.settled.contains_key(&token));
    assert_eq!(world.dropped(DropReason::Closed), 3);
    assert!(world.sent.is_empty());
}
