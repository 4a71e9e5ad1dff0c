//! Promise: jumps of the wall clock change `sentAt` and timestamps, and nothing else (I10).
use sapwood::core::effect::Effect;
use sapwood::core::event::Event;
use sapwood::core::level::Level;
use sapwood::core::time::Now;
use serde_json::{Value, json};

use crate::common::world::{UNIX, World};

/// What is done and when, without the times that the wall clock gives.
fn trace(world: &World) -> Vec<Effect> {
    let without_times = |effect: &Effect| match effect {
        Effect::Send(request) => {
            let mut body: Value = serde_json::from_slice(&request.body).expect("a body is JSON");
            body["batch"]["sentAt"].take();
            body["logs"]
                .as_array_mut()
                .expect("a batch has entries")
                .iter_mut()
                .for_each(|entry| entry["timestamp"] = Value::Null);
            let mut request = request.clone();
            request.body = body.to_string().into_bytes();
            Effect::Send(request)
        }
        other => other.clone(),
    };
    world.trace.iter().map(without_times).collect()
}

/// The same story each time; the wall clock is set to `jumps` in its course.
fn story(jumps: [u64; 4]) -> World {
    let mut world = World::new();
    for unix in jumps {
        world.log_many(3);
        world.now.unix = unix;
        world.log(Level::Info, "jumped");
        world.flush(3_000);
        world.answer(503);
        world.advance(10_000);
        while let [_] = world.open()[..] {
            world.answer(200);
        }
        world.advance(10_000);
    }
    world
}

#[test]
fn jumps_of_the_wall_clock_change_times_only() {
    let steady = story([UNIX, UNIX + 20_000, UNIX + 40_000, UNIX + 60_000]);
    let jumping = story([0, u64::MAX / 2, UNIX - 86_400_000, 1]);
    assert_eq!(trace(&steady), trace(&jumping));
    assert_ne!(steady.trace, jumping.trace);
}

#[test]
fn sent_at_is_the_wall_clock_of_each_attempt() {
    let mut world = World::new();
    world.log(Level::Info, "x");
    world.flush(60_000);
    assert_eq!(*world.last().header("sentAt"), json!(UNIX));
    world.answer_with(503, 4_000, 0);
    world.now.unix = 5_000;
    world.advance(4_000);
    assert_eq!(*world.last().header("sentAt"), json!(9_000));
    assert_eq!(
        world.last().logs()[0]["timestamp"],
        json!(UNIX),
        "when it was logged stays"
    );
}

#[test]
fn a_deadline_far_away_does_not_wrap() {
    let now = Now {
        monotonic: u64::MAX - 10,
        unix: UNIX,
    };
    assert_eq!(now.after(100), u64::MAX);
    let mut world = World::with(|config| config.timeout_ms = u64::MAX);
    world.log(Level::Info, "x");
    world.flush(u64::MAX);
    assert_eq!(world.sleep, u64::MAX);
}

#[test]
fn a_late_wake_up_does_what_is_due() {
    let mut world = World::new();
    world.log(Level::Info, "x");
    // The tab was frozen for an hour.
    world.jump_to(world.now.monotonic + 3_600_000);
    world.handle(Event::Wake);
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_wake_up_before_its_time_does_nothing() {
    let mut world = World::new();
    world.log(Level::Info, "x");
    let until = world.sleep;
    for _ in 0..3 {
        world.handle(Event::Wake);
        assert_eq!((world.sent.len(), world.sleep), (0, until));
    }
}
