//! Promise: time without a network costs no attempt, and when it is back, what waits is sent.
use sapwood::core::error::Problem;
use sapwood::core::level::Level;
use sapwood::core::stats::{DropReason, counter};

use crate::common::world::World;

#[test]
fn time_offline_costs_no_attempt() {
    let mut world = World::with(|config| config.retry.max_retries = Some(1));
    world.log(Level::Info, "kept");
    world.online(false);
    world.flush(1_000);
    for _ in 0..20 {
        world.advance(30_000);
        world.fail();
    }
    assert_eq!(world.dropped(DropReason::RetriesExhausted), 0);
    assert!(
        world.reports.is_empty(),
        "nobody has to be told that there is no network"
    );
    world.online(true);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 1);
}

#[test]
fn offline_is_tried_rarely_because_it_may_be_a_mistake() {
    let mut world = World::new();
    world.online(false);
    world.log(Level::Info, "kept");
    world.advance(29_999);
    assert!(world.sent.is_empty());
    world.advance(1);
    assert_eq!(world.sent.len(), 1, "a collector on this machine needs no network");
}

#[test]
fn back_online_what_waits_is_sent_at_once() {
    let mut world = World::with(|config| config.retry.initial_delay_ms = 30_000);
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.fail();
    world.online(false);
    world.advance(10_000);
    world.online(true);
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn back_online_a_retry_after_is_still_obeyed() {
    let mut world = World::new();
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.answer_with(429, 60_000, 0);
    world.online(false);
    world.online(true);
    world.advance(59_999);
    assert_eq!(world.sent.len(), 1);
    world.advance(1);
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_short_time_offline_does_not_prolong_a_retry_after() {
    let mut world = World::new();
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.answer_with(429, 2_000, 0);
    world.online(false);
    world.advance(500);
    world.online(true);
    world.advance(1_500);
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_retry_after_that_comes_in_spite_of_an_offline_network_is_obeyed() {
    let mut world = World::new();
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.online(false);
    world.answer_with(429, 60_000, 0);
    world.hide();
    world.show();
    world.online(true);
    world.advance(59_999);
    assert_eq!(world.sent.len(), 1);
    world.advance(1);
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_failure_that_was_told_before_is_no_news_offline() {
    let mut world = World::new();
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.fail();
    world.online(false);
    world.advance(30_000);
    world.fail();
    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
}
