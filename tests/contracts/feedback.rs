//! Promise: what logs because of a request (a patched `fetch`, an `onError`, an `onDrop`) does not become a loop.
use sapwood::core::config::Config;
use sapwood::core::level::Level;

use crate::common::world::World;

/// Ten seconds in which each request has the application log again, in the moment in which it is answered; the requests.
fn requests(status: u16, hidden: bool, change: impl FnOnce(&mut Config)) -> usize {
    let mut world = World::with(change);
    world.jump_to(world.now.monotonic + 60_000);
    if hidden {
        world.hide();
        world.advance(1_000);
    }
    world.log(Level::Info, "first");
    let first = world.sent.len();
    for _ in 0..10_000 {
        while !world.open().is_empty() {
            world.log(Level::Debug, "a request is made");
            world.answer(status);
        }
        world.advance(1);
    }
    world.sent.len() - first
}

#[test]
fn a_hidden_page_makes_a_request_a_second_of_what_its_requests_log() {
    for status in [200, 400, 404] {
        let count = requests(status, true, |_| {});
        assert!((2..=11).contains(&count), "{count} requests with {status}");
    }
}

#[test]
fn a_page_that_sends_at_once_makes_ten_requests_a_second_of_them() {
    for status in [200, 400] {
        let count = requests(status, false, |config| config.flush_interval_ms = 0);
        assert!((50..=101).contains(&count), "{count} requests with {status}");
    }
}

#[test]
fn what_has_waited_for_an_answer_goes_at_once() {
    let mut world = World::with(|config| config.flush_interval_ms = 0);
    world.jump_to(world.now.monotonic + 60_000);
    world.log(Level::Info, "first");
    assert_eq!(world.sent.len(), 1);
    world.advance(10);
    world.log(Level::Info, "second");
    world.advance(150);
    world.answer(200);
    assert_eq!(world.last().seqs(), [2]);
}
