//! Promise: when the page is hidden, what fits leaves at once, in a request that outlives the page.
use sapwood::core::config::{Config, Consent};
use sapwood::core::event::{Answer, NO_ISSUES, Outcome};
use sapwood::core::level::Level;
use sapwood::core::limits::{KEEPALIVE_BYTES_MAX, REFUSAL_MS_MAX};
use sapwood::core::stats::counter;
use serde_json::json;

use crate::common::world::World;

/// Logs entries of about a kilobyte.
fn log_kilobytes(world: &mut World, count: usize) {
    for _ in 0..count {
        world.log_with(Level::Info, &json!({ "data": "x".repeat(900) }));
    }
}

/// With a key and a batch that only hiding cuts.
fn with(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.api_key = b"tb_live_key".to_vec();
        config.batch_bytes = 1024 * 1024;
        config.batch_entries = 1_000;
        change(config);
    })
}

#[test]
fn hiding_sends_at_once_what_fits_the_quota() {
    let mut world = with(|_| {});
    log_kilobytes(&mut world, 100);
    assert!(world.sent.is_empty());
    world.hide();
    let first = world.sent[0].clone();
    assert!(first.request.keepalive && !first.request.beacon);
    assert!(first.request.body.len() <= KEEPALIVE_BYTES_MAX);
    assert!(
        first.request.body.len() > KEEPALIVE_BYTES_MAX * 9 / 10,
        "the quota is used"
    );
    assert_eq!(first.header("final"), "hide");
}

#[test]
fn entries_logged_while_hidden_are_sent_at_once() {
    let mut world = with(|_| {});
    world.hide();
    world.log(Level::Info, "late");
    assert_eq!(world.last().seqs(), [1]);
    world.log(Level::Info, "later");
    assert_eq!(world.last().seqs(), [2], "a second request while one is in flight");
    world.log(Level::Info, "latest");
    assert_eq!(world.sent.len(), 2, "no third");
    world.answer(200);
    assert_eq!(world.last().seqs(), [3]);
}

#[test]
fn a_request_in_flight_does_not_keep_the_exit_from_sending() {
    let mut world = with(|_| {});
    world.log(Level::Info, "in flight");
    world.flush(60_000);
    world.log(Level::Info, "waiting");
    assert_eq!(world.open().len(), 1);
    world.hide();
    assert_eq!(world.open().len(), 2);
    assert!(world.last().request.keepalive);
}

#[test]
fn our_own_requests_never_exceed_the_quota() {
    // The judge adds up what is in flight with keepalive.
    let mut world = with(|_| {});
    log_kilobytes(&mut world, 40);
    world.flush(60_000);
    log_kilobytes(&mut world, 40);
    world.hide();
    assert_eq!(world.open().len(), 2);
    let bytes: usize = world.sent.iter().map(|sent| sent.request.body.len()).sum();
    assert!(bytes > KEEPALIVE_BYTES_MAX * 9 / 10, "what the first leaves is used");
}

#[test]
fn an_exit_to_another_origin_needs_no_preflight() {
    for (cross_origin, key) in [(true, json!("tb_live_key")), (false, json!(null))] {
        let mut world = with(|config| config.cross_origin = cross_origin);
        world.log(Level::Info, "seen");
        world.flush(60_000);
        assert!(!world.last().request.simple);
        assert_eq!(*world.last().header("key"), json!(null), "the key is in a header");
        world.answer(200);
        world.log(Level::Info, "hidden");
        world.hide();
        assert_eq!(world.last().request.simple, cross_origin);
        assert_eq!(*world.last().header("key"), key);
    }
}

#[test]
fn hiding_passes_our_own_backoff_once() {
    let mut world = with(|config| {
        (config.retry.initial_delay_ms, config.retry.max_delay_ms) = (86_400_000, 86_400_000);
        config.retry.max_age_ms = 86_400_000;
    });
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.fail();
    assert_eq!(world.sent.len(), 1);
    world.hide();
    assert_eq!(world.sent.len(), 2, "it may be the last moment");
    world.fail();
    world.log(Level::Info, "late");
    assert_eq!(world.sent.len(), 2, "once");
    world.show();
    assert_eq!(world.sent.len(), 2);
    world.hide();
    assert_eq!(world.sent.len(), 3, "once each time");
}

#[test]
fn hiding_obeys_a_retry_after() {
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.answer_with(429, 60_000, 0);
    world.hide();
    world.log(Level::Info, "late");
    assert_eq!(world.sent.len(), 1);
    world.advance(60_000);
    assert_eq!(world.sent[1].at, world.now.monotonic);
}

#[test]
fn the_sign_of_leaving_holds_for_half_a_second() {
    let mut world = with(|config| {
        (config.retry.initial_delay_ms, config.retry.max_delay_ms) = (86_400_000, 86_400_000);
        config.retry.max_age_ms = 86_400_000;
    });
    world.hide();
    world.advance(60_000);
    world.log(Level::Info, "a page in the background");
    world.fail();
    world.log(Level::Info, "late");
    assert_eq!(world.sent.len(), 1, "it waits for its backoff as any other");
    world.hide();
    assert_eq!(world.sent.len(), 2, "another sign");
}

#[test]
fn a_page_that_lives_on_hands_nothing_to_a_beacon() {
    // In an outage: before the tab is left, and long after.
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.flush(60_000);
    world.fail();
    world.hide();
    assert!(world.last().request.keepalive, "that the network failed is no refusal");
    world.fail();
    assert_eq!(world.sent.len(), 2);
    world.advance(2_000);
    world.answer(200);
    world.advance(60_000);
    world.log(Level::Info, "in the background");
    world.fail();
    world.advance(30_000);
    world.answer(200);
    assert!(world.sent.iter().all(|sent| !sent.request.beacon));
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_failure_that_took_its_time_is_no_refusal() {
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.hide();
    world.advance(REFUSAL_MS_MAX + 1);
    world.fail();
    assert_eq!(world.sent.len(), 2, "once more, for the page may be going");
    assert!(world.last().request.keepalive && !world.last().request.beacon);
}

#[test]
fn a_batch_too_large_for_the_rest_of_the_quota_does_not_keep_others_back() {
    let mut world = with(|_| {});
    log_kilobytes(&mut world, 80);
    world.flush(60_000);
    // Half of it is in flight now; the other half does not fit beside it.
    world.answer(413);
    world.log(Level::Error, "late");
    world.hide();
    assert_eq!(world.last().seqs(), [81]);
    assert!(world.last().request.keepalive);
}

#[test]
fn a_second_batch_is_tried_again_in_its_time_while_the_first_hangs() {
    let mut world = with(|config| config.timeout_ms = 60_000);
    world.hide();
    world.log(Level::Info, "hangs");
    world.log(Level::Info, "fails");
    let second = world.open()[1];
    let answer = Answer {
        status: 503,
        retry_after_ms: 400,
        count: 0,
        frames: false,
        issues: NO_ISSUES,
    };
    world.outcome(second, Outcome::Answered(answer));
    world.advance(400);
    assert_eq!(world.sent.len(), 3);
    assert_eq!(world.last().seqs(), [2]);
}

#[test]
fn hiding_sends_in_spite_of_an_offline_network() {
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.online(false);
    world.hide();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_beacon_goes_where_fetch_knows_no_keepalive() {
    let mut world = with(|config| config.keepalive = false);
    world.log(Level::Info, "seen");
    world.flush(60_000);
    assert!(!world.last().request.keepalive && !world.last().request.beacon);
    world.answer(200);
    log_kilobytes(&mut world, 100);
    world.hide();
    let beacon = world.last().clone();
    assert!(beacon.request.beacon);
    assert_eq!(*beacon.header("key"), json!("tb_live_key"), "a beacon has no headers");
    world.outcome(beacon.request.id, Outcome::Taken);
    assert_eq!(world.count(counter::UNCONFIRMED), beacon.seqs().len() as u64);
    assert_eq!(world.count(counter::DELIVERED), 1);
}

#[test]
fn a_refused_beacon_keeps_the_batch() {
    let mut world = with(|config| config.keepalive = false);
    world.log_many(3);
    world.hide();
    let id = world.last().id().to_owned();
    // Once more at once, for the backoff is ours; then not again.
    world.fail();
    world.fail();
    assert_eq!(world.held(), 3);
    world.show();
    world.advance(30_000);
    assert!(!world.last().request.beacon);
    assert_eq!(world.last().id(), id);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 3);
}

#[test]
fn a_refused_keepalive_is_obeyed() {
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.flush(60_000);
    assert!(world.last().request.keepalive);
    world.refuse();
    world.advance(1_000);
    assert!(!world.last().request.keepalive, "the next attempt goes without");
    world.answer(200);
    world.log(Level::Info, "next");
    world.advance(5_000);
    assert!(world.last().request.keepalive);
}

#[test]
fn a_keepalive_refused_at_exit_becomes_a_beacon() {
    let mut world = with(|_| {});
    world.log(Level::Info, "kept");
    world.hide();
    assert!(world.last().request.keepalive);
    world.refuse();
    assert_eq!(world.sent.len(), 2, "at once");
    assert!(world.last().request.beacon);
    assert_eq!(world.sent[0].id(), world.sent[1].id());
    world.outcome(world.last().request.id, Outcome::Taken);
    assert_eq!(world.count(counter::UNCONFIRMED), 1);
}

#[test]
fn what_the_quota_cannot_take_becomes_a_small_beacon() {
    let mut world = with(|_| {});
    log_kilobytes(&mut world, 63);
    world.hide();
    assert!(world.last().request.keepalive);
    log_kilobytes(&mut world, 10);
    let second = world.last();
    assert!(second.request.beacon, "the first holds the quota");
    assert!(second.request.body.len() <= 4 * 1024);
}

#[test]
fn a_batch_too_large_for_any_exit_goes_without_keepalive() {
    let mut world = with(|_| {});
    world.log_with(Level::Info, &json!({ "data": "x".repeat(100_000) }));
    world.hide();
    assert!(!world.last().request.keepalive && !world.last().request.beacon);
}

#[test]
fn seen_again_it_is_as_before() {
    let mut world = with(|config| config.cross_origin = true);
    world.log(Level::Info, "hidden");
    world.hide();
    world.answer(200);
    world.show();
    world.log(Level::Info, "seen");
    assert_eq!(world.sent.len(), 1, "it waits for its interval again");
    world.advance(5_000);
    assert!(!world.last().request.simple);
    assert_eq!(*world.last().header("final"), json!(null));
}

#[test]
fn hiding_sends_nothing_without_consent() {
    for consent in [Consent::Pending, Consent::Denied] {
        let mut world = with(|config| config.consent = consent);
        world.log_many(3);
        world.hide();
        world.log_many(3);
        assert!(world.sent.is_empty());
    }
}

#[test]
fn hiding_with_nothing_to_say_says_nothing() {
    let mut world = with(|_| {});
    world.hide();
    world.show();
    assert!(world.sent.is_empty());
}
