//! Promise: what failed is tried again, later and later and never too early, until it is too old or was tried enough.
use sapwood::core::config::Consent;
use sapwood::core::error::Problem;
use sapwood::core::event::{Event, Outcome};
use sapwood::core::level::Level;
use sapwood::core::stats::{DropReason, counter};
use sapwood::core::time::Millis;

use crate::common::world::{World, config};

/// Fails the open request; the delay until the next one.
fn delay_after(world: &mut World, fail: impl FnOnce(&mut World)) -> Millis {
    let before = world.sent.len();
    fail(world);
    let at = world.now.monotonic;
    if world.sent.len() == before {
        world.advance(world.sleep - at);
    }
    assert_eq!(world.sent.len(), before + 1, "the deadline is that of the next attempt");
    world.last().at - at
}

#[test]
fn what_may_work_later_is_tried_again() {
    for status in [408, 429, 500, 502, 503, 504, 599] {
        let mut world = World::new();
        world.log(Level::Info, "again");
        world.flush(60_000);
        world.answer(status);
        world.advance(1_000);
        assert_eq!(world.sent.len(), 2, "{status}");
        assert_eq!(world.reports, [(Problem::ServerError, status)]);
        world.answer(200);
        assert_eq!(world.count(counter::DELIVERED), 1);
    }
}

#[test]
fn what_will_never_work_is_not_tried_again() {
    for status in [301, 304, 400, 404, 405, 410, 422] {
        let mut world = World::new();
        world.log(Level::Info, "once");
        world.flush(60_000);
        world.answer(status);
        world.advance(3_600_000);
        assert_eq!(world.sent.len(), 1, "{status}");
        assert_eq!(world.dropped(DropReason::Rejected), 1);
    }
}

#[test]
fn a_batch_keeps_its_id_over_retries() {
    let mut world = World::new();
    world.log_many(3);
    world.flush(60_000);
    world.fail();
    world.advance(2_000);
    world.answer(500);
    world.advance(4_000);
    world.log_many(3);
    world.advance(10_000);
    assert_eq!(world.sent.len(), 4, "the third attempt timed out");
    let ids: Vec<_> = world.sent.iter().map(|sent| sent.id()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn delays_double_with_full_jitter_up_to_the_bound() {
    const SEEDS: u8 = 200;
    let mut delays: [Vec<Millis>; 6] = Default::default();
    for seed in 0..SEEDS {
        let mut config = config();
        config.retry.max_delay_ms = 8_000;
        let mut world = World::start(config, [seed; 16]);
        world.log(Level::Info, "again");
        world.advance(5_000);
        for delays in &mut delays {
            delays.push(delay_after(&mut world, World::fail));
        }
    }
    let bounds = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];
    for (delays, bound) in delays.iter().zip(bounds) {
        let within = |low, high| delays.iter().filter(|delay| (low..high).contains(*delay)).count();
        assert_eq!(within(0, bound + 1), delays.len(), "no delay is over {bound}");
        // Full jitter: as many in each quarter, give or take. 200 draws leave one of them empty about never.
        for quarter in 0..4 {
            let part = within(bound * quarter / 4, bound * (quarter + 1) / 4);
            assert!(
                part > 20,
                "{part} of {SEEDS} delays are in quarter {quarter} of {bound}"
            );
        }
    }
}

#[test]
fn nothing_is_sent_before_its_backoff() {
    let mut waited = 0;
    for seed in 0..50 {
        let mut world = World::start(config(), [seed; 16]);
        world.log(Level::Info, "again");
        world.advance(5_000);
        world.fail();
        let delay = world.sleep - world.now.monotonic;
        if world.sent.len() == 1 {
            waited += 1;
            // Neither new entries nor a full batch nor a flush goes past it.
            world.log_many(300);
            world.flush(60_000);
            world.advance(delay - 1);
            assert_eq!(world.sent.len(), 1);
            world.advance(1);
            assert_eq!(world.sent.len(), 2);
        }
    }
    assert!(waited > 45, "hardly a draw of a thousand is no delay at all");
}

#[test]
fn a_success_ends_the_backoff() {
    let mut world = World::with(|config| config.retry.max_delay_ms = 3_600_000);
    world.log(Level::Info, "one");
    world.advance(5_000);
    for _ in 0..10 {
        delay_after(&mut world, World::fail);
    }
    world.answer(200);
    world.log(Level::Info, "two");
    world.advance(5_000);
    assert!(
        delay_after(&mut world, World::fail) <= 1_000,
        "the next series begins anew"
    );
}

#[test]
fn one_series_of_failures_is_reported_once() {
    let mut world = World::new();
    world.log(Level::Info, "one");
    world.advance(5_000);
    for _ in 0..5 {
        delay_after(&mut world, World::fail);
    }
    assert_eq!(world.reports, [(Problem::NetworkError, 0)]);
    world.answer(200);
    world.log(Level::Info, "two");
    world.advance(5_000);
    world.fail();
    assert_eq!(world.reports.len(), 2, "a new series is news");
}

#[test]
fn retry_after_is_obeyed() {
    for status in [408, 429, 500, 503] {
        let mut world = World::new();
        world.log(Level::Info, "again");
        world.advance(5_000);
        let delay = delay_after(&mut world, |world| world.answer_with(status, 2_000, 0));
        assert_eq!(delay, 2_000);
    }
}

#[test]
fn retry_after_is_obeyed_up_to_an_hour() {
    let mut world = World::with(|config| config.retry.max_age_ms = 86_400_000);
    world.log(Level::Info, "again");
    world.advance(5_000);
    let delay = delay_after(&mut world, |world| world.answer_with(429, 86_400_000, 0));
    assert_eq!(delay, 3_600_000);
}

#[test]
fn a_later_failure_does_not_shorten_retry_after() {
    for later in [200, 500, 503] {
        let mut world = World::new();
        world.log_many(2);
        world.hide();
        world.log_many(2);
        world.answer_with(429, 60_000, 0);
        // The judge holds I3 from here on.
        world.answer(later);
        world.log_many(2);
        world.advance(59_999);
        assert_eq!(world.sent.len(), 2);
        world.advance(1);
        assert!(world.sent.len() > 2);
    }
}

#[test]
fn retries_are_bounded_by_number_when_one_is_set() {
    let mut world = World::with(|config| config.retry.max_retries = Some(2));
    world.log_many(3);
    world.advance(5_000);
    for _ in 0..2 {
        delay_after(&mut world, World::fail);
    }
    world.fail();
    assert_eq!(world.dropped(DropReason::RetriesExhausted), 3);
    world.advance(3_600_000);
    assert_eq!(world.sent.len(), 3, "the first attempt and two more");
}

#[test]
fn no_retries_means_one_attempt() {
    let mut world = World::with(|config| config.retry.max_retries = Some(0));
    world.log(Level::Info, "once");
    world.advance(5_000);
    world.answer(503);
    assert_eq!(world.dropped(DropReason::RetriesExhausted), 1);
    assert_eq!(world.held(), 0);
}

#[test]
fn an_entry_is_given_up_by_age() {
    let mut world = World::with(|config| config.retry.max_age_ms = 60_000);
    world.log(Level::Info, "tried twice");
    world.advance(5_000);
    world.answer_with(503, 55_000, 0);
    world.advance(55_000);
    assert_eq!(world.sent.len(), 2, "a minute old is not over a minute");
    world.answer_with(503, 10_000, 0);
    world.advance(10_000);
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.dropped(DropReason::Expired), 1);
    assert_eq!(world.held(), 0);
}

#[test]
fn a_batch_that_is_too_old_goes_while_a_younger_one_waits() {
    let mut world = World::with(|config| {
        config.retry.max_age_ms = 60_000;
        config.flush_interval_ms = 0;
        config.timeout_ms = 3_600_000;
    });
    world.log(Level::Info, "old");
    world.hide();
    world.advance(50_000);
    world.hide();
    world.log(Level::Info, "young");
    world.advance(5_000);
    world.answer_with(503, 10_000, 0);
    world.answer_with(503, 10_000, 0);
    world.advance(10_000);
    assert_eq!(world.dropped(DropReason::Expired), 1);
    assert_eq!(world.last().seqs(), [2]);
    assert_eq!(world.sent.len(), 3);
}

#[test]
fn what_was_never_tried_is_not_given_up_by_age() {
    let mut world = World::with(|config| {
        config.retry.max_age_ms = 0;
        config.flush_interval_ms = 0;
        config.consent = Consent::Pending;
    });
    world.log_many(3);
    world.advance(10 * 3_600_000);
    world.consent(Consent::Granted);
    assert_eq!(world.last().seqs(), [1, 2, 3]);
    world.jump_to(world.now.monotonic + 1);
    world.fail();
    assert_eq!(
        world.dropped(DropReason::Expired),
        3,
        "no age is left for a second attempt"
    );
}

#[test]
fn a_machine_that_slept_has_not_failed() {
    let mut world = World::new();
    world.log(Level::Info, "in flight");
    world.flush(60_000);
    world.log(Level::Info, "waiting");
    let id = world.last().id().to_owned();
    world.jump_to(world.now.monotonic + 8 * 3_600_000);
    world.handle(Event::Wake);
    assert_eq!(world.sent.len(), 2, "at once");
    assert_eq!((world.last().id(), world.last().seqs()), (&id[..], vec![1]));
    world.answer(200);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 2);
    assert_eq!(world.reports, []);
}

#[test]
fn what_slept_through_an_outage_has_its_attempt() {
    // The browser ends the request as the page wakes, or it had failed just before.
    for failed_before in [false, true] {
        let mut world = World::new();
        world.log(Level::Info, "in flight");
        world.flush(60_000);
        world.log(Level::Info, "waiting");
        let request = world.last().request.id;
        if failed_before {
            world.fail();
        }
        world.jump_to(world.now.monotonic + 2 * 3_600_000);
        if failed_before {
            world.handle(Event::Wake);
        } else {
            world.outcome(request, Outcome::Failed);
        }
        world.answer(200);
        world.answer(200);
        assert_eq!(world.count(counter::DELIVERED), 2);
        assert_eq!(world.dropped(DropReason::Expired), 0);
    }
}

#[test]
fn a_receiver_that_hangs_has_failed_in_the_background_too() {
    let mut world = World::with(|config| config.retry.max_retries = Some(2));
    world.log(Level::Info, "m");
    world.flush(60_000);
    // Timers of a hidden page come once a minute.
    for _ in 0..10 {
        world.jump_to(world.now.monotonic + 60_000);
        world.handle(Event::Wake);
    }
    assert_eq!(world.dropped(DropReason::RetriesExhausted), 1);
    assert_eq!(world.sent.len(), 3);
    assert_eq!(world.reports, [(Problem::Timeout, 0)]);
}

#[test]
fn what_waited_for_consent_through_an_outage_has_its_attempt() {
    let mut world = World::new();
    world.log(Level::Info, "m");
    world.flush(60_000);
    world.fail();
    world.consent(Consent::Pending);
    world.advance(2 * 3_600_000);
    world.consent(Consent::Granted);
    assert_eq!(world.dropped(DropReason::Expired), 0);
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 1);
}
