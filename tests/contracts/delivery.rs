//! Promise: a batch is cut by count, bytes, age or flush; one request is in flight; what an answer means is done.
use sapwood::core::config::RetryConfig;
use sapwood::core::error::Problem;
use sapwood::core::event::Outcome;
use sapwood::core::level::Level;
use sapwood::core::limits::REFUSED_MAX;
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;

use crate::common::world::{World, config};

#[test]
fn a_batch_is_cut_by_count() {
    let mut world = World::with(|config| config.batch_entries = 3);
    world.log_many(2);
    assert!(world.sent.is_empty());
    world.log_many(5);
    assert_eq!(world.last().seqs(), [1, 2, 3]);
    world.answer(200);
    assert_eq!(world.last().seqs(), [4, 5, 6]);
    world.answer(200);
    assert_eq!(world.sent.len(), 2, "one entry is not enough");
}

#[test]
fn a_batch_is_cut_by_bytes() {
    let mut world = World::with(|config| config.batch_bytes = 4_096);
    let long = "x".repeat(1_000);
    for _ in 0..3 {
        world.log(Level::Info, &long);
    }
    assert!(world.sent.is_empty());
    world.log(Level::Info, &long);
    assert!(world.last().request.body.len() <= 4_096);
    assert!(world.last().seqs().len() >= 2, "what fits travels together");
    assert_eq!(world.last().seqs()[0], 1);
}

#[test]
fn an_entry_larger_than_a_batch_goes_alone() {
    let mut world = World::with(|config| config.batch_bytes = 4_096);
    world.log(Level::Info, "before");
    world.log_with(Level::Info, &json!({ "data": "x".repeat(10_000) }));
    world.log(Level::Info, "after");
    assert_eq!(world.last().seqs(), [1]);
    world.answer(200);
    assert_eq!(world.last().seqs(), [2]);
}

#[test]
fn an_entry_larger_than_a_request_is_dropped_and_the_others_go() {
    let mut world = World::with(|config| config.flush_interval_ms = 100);
    world.log(Level::Info, "before");
    world.log_with(Level::Fatal, &json!({ "data": "x".repeat(1024 * 1024) }));
    world.log(Level::Info, "after");
    world.advance(100);
    while let [_] = world.open()[..] {
        world.answer(200);
        world.advance(100);
    }
    assert_eq!(world.dropped(DropReason::TooLarge), 1);
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_batch_is_cut_by_the_age_of_its_oldest_entry() {
    let mut world = World::new();
    world.log(Level::Info, "old");
    world.advance(3_000);
    world.log(Level::Info, "young");
    world.advance(1_999);
    assert!(world.sent.is_empty());
    world.advance(1);
    assert_eq!(world.last().seqs(), [1, 2]);
}

#[test]
fn waiting_before_the_hand_over_counts_as_age() {
    use crate::common::records::Records;
    use sapwood::core::event::Event;

    let mut world = World::new();
    let seq = world.next_seq();
    let bytes = Records::default().entry(seq, 9, "0", 0, &[]).bytes();
    world.handle(Event::Records {
        bytes: &bytes,
        waited: 4_000,
    });
    world.advance(999);
    assert!(world.sent.is_empty());
    world.advance(1);
    assert_eq!(world.last().seqs(), [1]);
}

#[test]
fn an_interval_of_zero_sends_at_once() {
    let mut world = World::with(|config| config.flush_interval_ms = 0);
    world.log(Level::Info, "now");
    assert_eq!(world.last().seqs(), [1]);
}

#[test]
fn a_flush_sends_what_was_logged_before_it() {
    let mut world = World::with(|config| config.batch_entries = 2);
    world.log(Level::Info, "one");
    world.flush(1_000);
    assert_eq!(world.last().seqs(), [1]);
    world.log(Level::Info, "later");
    world.answer(200);
    assert_eq!(world.sent.len(), 1, "what came later waits for its own time");
}

#[test]
fn one_request_is_in_flight() {
    let mut world = World::with(|config| config.batch_entries = 1);
    world.log_many(5);
    assert_eq!(world.open().len(), 1);
    world.advance(9_000);
    world.flush(1_000);
    assert_eq!(world.sent.len(), 1);
    world.answer(200);
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn every_2xx_delivers() {
    for status in [200, 202, 204, 299] {
        let mut world = World::new();
        world.log_many(4);
        world.flush(1_000);
        world.answer(status);
        assert_eq!(world.count(counter::DELIVERED), 4);
        assert_eq!(world.held(), 0);
    }
}

#[test]
fn a_batch_is_kept_until_its_answer() {
    let mut world = World::new();
    world.log_many(4);
    world.flush(60_000);
    let first = world.last().clone();
    assert_eq!(world.held(), 4, "a request is no delivery");
    world.fail();
    assert_eq!(world.held(), 4, "a failure is no end");
    world.advance(30_000);
    assert_eq!(world.last().logs_text(), first.logs_text());
}

#[test]
fn a_400_rejects_for_good_what_was_not_taken() {
    let mut world = World::new();
    world.log_many(5);
    world.flush(60_000);
    world.answer_with(400, 0, 3);
    assert_eq!(world.count(counter::DELIVERED), 3);
    assert_eq!(world.dropped(DropReason::Rejected), 2);
    assert_eq!(world.reports, [(Problem::Rejected, 400)]);
    world.advance(3_600_000);
    assert_eq!(world.sent.len(), 1, "it is not sent again");
}

#[test]
fn entries_that_a_400_names_are_rejected_and_the_others_were_taken() {
    let mut world = World::new();
    world.log_many(5);
    let token = world.flush(60_000);
    world.answer_with_issues(&[3, 0, 3], 3);
    assert_eq!(world.count(counter::DELIVERED), 3);
    assert_eq!(world.dropped(DropReason::Rejected), 2);
    assert_eq!(world.reports, [(Problem::Rejected, 400)]);
    assert_eq!((world.settled[&token].delivered, world.settled[&token].dropped), (3, 2));
    world.advance(3_600_000);
    assert_eq!(world.sent.len(), 1, "nothing is sent again");
}

#[test]
fn what_was_not_taken_because_of_others_goes_again_without_them() {
    for count in [0, 2] {
        let mut world = World::new();
        world.log_many(5);
        world.flush(60_000);
        world.answer_with_issues(&[4, 1], count);
        assert_eq!(world.last().seqs(), [1, 3, 4], "at once");
        assert_ne!(world.sent[0].id(), world.last().id(), "I8");
        assert_eq!(*world.last().header("attempt"), 1);
        assert_eq!(
            (world.count(counter::DELIVERED), world.dropped(DropReason::Rejected)),
            (0, 2)
        );
        world.answer(200);
        assert_eq!((world.count(counter::DELIVERED), world.held()), (3, 0));
    }
}

#[test]
fn a_receiver_that_names_one_entry_an_answer_is_asked_ever_less() {
    let mut world = World::new();
    world.log_many(100);
    world.flush(86_400_000);
    while !world.open().is_empty() {
        world.answer_with_issues(&[0, 99], 0);
    }
    let before = world.sent.len();
    assert!(before <= REFUSED_MAX as usize + 1, "{before} requests at once");
    for _ in 0..3_600 {
        world.advance(1_000);
        if !world.open().is_empty() {
            world.answer_with_issues(&[0], 0);
        }
    }
    assert_eq!(
        world.dropped(DropReason::Rejected),
        100,
        "each answer is the end of one"
    );
    assert_eq!((world.held(), world.sent.len()), (0, 99));
}

#[test]
fn places_that_name_no_entry_say_nothing() {
    let mut world = World::new();
    world.log_many(2);
    world.flush(60_000);
    world.answer_with_issues(&[2, 900, u16::MAX], 1);
    assert_eq!(world.count(counter::DELIVERED), 1);
    assert_eq!(world.dropped(DropReason::Rejected), 1);
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_count_beyond_the_batch_counts_the_batch() {
    let mut world = World::new();
    world.log_many(2);
    world.flush(60_000);
    world.answer_with(422, 0, u64::MAX);
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_refused_key_stops_for_good() {
    for status in [401, 403] {
        let mut world = World::with(|config| config.batch_entries = 2);
        world.log_many(5);
        world.answer(status);
        assert_eq!(world.dropped(DropReason::Rejected), 5, "what waits goes as well");
        world.log(Level::Fatal, "later");
        assert_eq!(world.dropped(DropReason::Rejected), 6);
        world.flush(1_000);
        world.hide();
        world.advance(3_600_000);
        assert_eq!(world.sent.len(), 1);
        assert_eq!(world.reports, [(Problem::Unauthorized, status)], "told once");
    }
}

#[test]
fn after_a_refused_key_the_other_request_in_flight_is_not_tried_again() {
    for late in [500, 413] {
        let mut world = World::new();
        world.log_many(4);
        world.hide();
        world.log_many(4);
        assert_eq!(world.open().len(), 2);
        world.answer(401);
        world.answer(late);
        assert_eq!(world.held(), 0, "nothing can be sent any more, so nothing is held");
        assert_eq!(world.dropped(DropReason::Rejected), 8);
    }
}

#[test]
fn a_413_halves_down_to_the_entry() {
    let mut world = World::new();
    world.log_many(8);
    world.flush(60_000);
    // The receiver takes two at most, and never the third.
    let mut ids = Vec::new();
    while !world.open().is_empty() {
        let sent = world.last();
        ids.push(sent.id().to_owned());
        let too_large = sent.seqs().len() > 2 || sent.seqs().contains(&3);
        world.answer(if too_large { 413 } else { 200 });
    }
    assert_eq!(world.count(counter::DELIVERED), 7);
    assert_eq!(world.dropped(DropReason::TooLarge), 1);
    assert!(
        world
            .reports
            .iter()
            .all(|report| *report == (Problem::PayloadTooLarge, 413))
    );
    ids.dedup();
    assert_eq!(ids.len(), world.sent.len(), "a half is a batch of its own");
}

#[test]
fn halves_go_at_once_and_the_size_recovers() {
    let mut world = World::with(|config| config.batch_entries = 8);
    world.log_many(8);
    world.answer(413);
    assert_eq!(world.last().seqs(), [1, 2, 3, 4]);
    world.answer(200);
    assert_eq!(world.last().seqs(), [5, 6, 7, 8], "without waiting for the interval");
    world.answer(200);
    world.log_many(8);
    assert_eq!(
        world.last().seqs().len(),
        8,
        "the size that was refused is tried again some time"
    );
}

#[test]
fn two_batches_refused_as_too_large_keep_their_order() {
    for (backwards, seen_again) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = World::new();
        world.log_many(7);
        world.hide();
        world.log_many(9);
        let mut refused = world.open();
        assert_eq!(refused.len(), 2);
        if backwards {
            refused.reverse();
        }
        if seen_again {
            world.show();
        }
        // The judge holds I4 for every batch that follows.
        for request in refused {
            world.outcome(request, answered(413));
        }
        while !world.open().is_empty() {
            world.answer(200);
        }
        assert_eq!(world.count(counter::DELIVERED), 16, "all of them at once");
    }
}

fn answered(status: u16) -> Outcome {
    use sapwood::core::event::{Answer, NO_ISSUES};
    Outcome::Answered(Answer {
        status,
        retry_after_ms: 0,
        count: 0,
        frames: false,
        issues: NO_ISSUES,
    })
}

#[test]
fn a_late_answer_is_ignored() {
    let mut world = World::new();
    world.log_many(2);
    world.flush(60_000);
    let late = world.open()[0];
    world.advance(10_000);
    assert_eq!(world.reports, [(Problem::Timeout, 0)]);
    world.advance(1_000);
    assert_eq!(world.sent.len(), 2, "it is tried again");
    for outcome in [answered(200), answered(401), Outcome::Failed, Outcome::Taken] {
        world.outcome(late, outcome);
    }
    world.outcome(99, answered(200));
    assert_eq!((world.count(counter::DELIVERED), world.held()), (0, 2));
    world.answer(200);
    assert_eq!(world.count(counter::DELIVERED), 2);
}

#[test]
fn a_request_is_given_the_configured_time() {
    let mut world = World::with(|config| config.timeout_ms = 500);
    world.log(Level::Info, "slow");
    world.flush(60_000);
    assert_eq!(world.last().request.timeout_ms, 500);
    world.advance(499);
    assert_eq!(world.open().len(), 1);
    world.advance(1);
    assert_eq!(world.reports, [(Problem::Timeout, 0)]);
}

#[test]
fn nothing_is_woken_for_when_nothing_waits() {
    let mut config = config();
    config.retry = RetryConfig {
        max_retries: Some(0),
        ..config.retry
    };
    let mut world = World::start(config, [0; 16]);
    assert_eq!(world.sleep, u64::MAX);
    world.log(Level::Info, "one");
    world.flush(1_000);
    world.answer(200);
    assert_eq!(world.sleep, u64::MAX);
}

#[test]
fn a_small_batch_size_in_bytes_is_no_request_for_each_entry() {
    let mut world = World::with(|config| config.batch_bytes = 1_024);
    world.log_many(50);
    let mut requests = 0;
    while !world.open().is_empty() {
        requests += 1;
        world.answer(200);
    }
    assert!(requests <= 10, "{requests}");
}

#[test]
fn a_receiver_that_takes_nothing_is_told_of_once() {
    let mut world = World::new();
    world.log_many(10);
    world.flush(60_000);
    while !world.open().is_empty() {
        world.answer(413);
    }
    assert_eq!(world.dropped(DropReason::TooLarge), 10);
    assert_eq!(world.reports, [(Problem::PayloadTooLarge, 413)]);
}
