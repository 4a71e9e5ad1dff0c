//! Promise: when not all fits into what a page may send as it goes, what matters most goes first.
use sapwood::core::event::Outcome;
use sapwood::core::level::Level;
use sapwood::core::limits::KEEPALIVE_BYTES_MAX;
use sapwood::core::stats::counter;
use serde_json::json;

use crate::common::world::World;

fn world() -> World {
    World::with(|config| {
        config.batch_bytes = 1024 * 1024;
        config.batch_entries = 1_000;
    })
}

fn log_kilobytes(world: &mut World, level: Level, count: usize) {
    for _ in 0..count {
        world.log_with(level, &json!({ "data": "x".repeat(900) }));
    }
}

#[test]
fn errors_go_before_what_is_older() {
    let mut world = world();
    log_kilobytes(&mut world, Level::Info, 50);
    log_kilobytes(&mut world, Level::Error, 20);
    log_kilobytes(&mut world, Level::Debug, 30);
    log_kilobytes(&mut world, Level::Fatal, 1);
    world.hide();
    let seqs = world.sent[0].seqs();
    assert!((51..=70).chain([101]).all(|seq| seqs.contains(&seq)), "{seqs:?}");
    assert!(!seqs.contains(&80), "nothing for debug while there is info");
    // The judge holds the order within the batch; of what is equal the oldest goes.
    let info: Vec<u64> = seqs.iter().copied().filter(|seq| *seq <= 50).collect();
    assert_eq!(info, (1..=info.len() as u64).collect::<Vec<_>>());
    assert!(info.len() > 30, "the quota is used");
}

#[test]
fn steps_of_a_flow_go_before_what_is_none() {
    for scoped in [false, true] {
        let mut world = world();
        log_kilobytes(&mut world, Level::Info, 80);
        let flow = json!({ "flowId": "checkout-12345678", "stepIndex": 0 });
        let nothing = json!({});
        let (scope, own) = if scoped { (&flow, &nothing) } else { (&nothing, &flow) };
        let step = world.log_under(scope, Level::Info, own);
        world.hide();
        assert_eq!(world.sent[0].seqs().last(), Some(&step));
    }
}

#[test]
fn what_stays_goes_next_if_the_page_lives_on() {
    let mut world = world();
    log_kilobytes(&mut world, Level::Info, 90);
    log_kilobytes(&mut world, Level::Error, 10);
    world.hide();
    for _ in 0..10 {
        if !world.open().is_empty() {
            world.answer(200);
        }
    }
    assert_eq!(world.count(counter::DELIVERED), 100);
}

#[test]
fn one_large_entry_keeps_no_other_from_going() {
    let mut world = world();
    world.log_with(Level::Info, &json!({ "data": "x".repeat(100_000) }));
    log_kilobytes(&mut world, Level::Info, 5);
    world.hide();
    assert_eq!(world.last().seqs(), [2, 3, 4, 5, 6]);
    assert!(world.last().request.keepalive);
}

#[test]
fn where_others_hold_the_quota_a_smaller_request_is_tried() {
    // Another logger on the page has 50 of the 64 KiB: only smaller requests are taken, by either way.
    let mut world = world();
    log_kilobytes(&mut world, Level::Info, 60);
    world.hide();
    let mut left = KEEPALIVE_BYTES_MAX - 50 * 1024;
    let mut taken = 0;
    let mut seen = 0;
    while seen < world.sent.len() {
        let sent = world.sent[seen].clone();
        seen += 1;
        assert!(sent.request.keepalive || sent.request.beacon);
        if sent.request.body.len() <= left {
            left -= sent.request.body.len();
            taken += sent.seqs().len();
            world.outcome(sent.request.id, Outcome::Taken);
        } else {
            world.outcome(sent.request.id, Outcome::Failed);
        }
    }
    assert!(taken >= 7, "{taken} of the 14 that have room");
    assert!(world.sent.len() < 40, "{} requests", world.sent.len());
    assert_eq!(world.count(counter::UNCONFIRMED), taken as u64);
    assert_eq!(world.count(counter::BUFFERED), 60 - taken as u64);
}

#[test]
fn what_other_loggers_of_the_page_hold_of_the_quota_is_left_to_them() {
    let mut world = world();
    log_kilobytes(&mut world, Level::Info, 60);
    world.client.set_others_quota(40 * 1024);
    world.hide();
    let sent = &world.sent[0].request;
    assert!(sent.keepalive && sent.body.len() > 20 * 1024, "{}", sent.body.len());
    assert!(sent.body.len() + 40 * 1024 <= KEEPALIVE_BYTES_MAX);
}

#[test]
fn where_beacons_are_not_counted_the_rest_goes_in_few() {
    let mut world = world();
    log_kilobytes(&mut world, Level::Info, 200);
    world.hide();
    assert!(world.sent[0].request.keepalive);
    let mut seen = 1;
    while seen < world.sent.len() {
        let request = world.sent[seen].request.clone();
        seen += 1;
        assert!(request.beacon);
        world.outcome(request.id, Outcome::Taken);
    }
    assert_eq!(world.count(counter::UNCONFIRMED) + world.count(counter::IN_FLIGHT), 200);
    assert!(world.sent.len() <= 6, "{} requests", world.sent.len());
}
