//! Promise: ids are stable over retries and never shared; the same seed gives the same trace (I11).
use std::collections::BTreeSet;

use sapwood::core::effect::Effect;
use sapwood::core::level::Level;
use sapwood::core::random::Random;
use serde_json::json;

use crate::common::world::{SEED, World, config};

/// A world with that seed in which a little of everything happened.
fn eventful(seed: [u8; 16]) -> World {
    let mut world = World::start(config(), seed);
    world.log_many(250);
    world.answer(500);
    world.flush(20_000);
    for _ in 0..3 {
        world.advance(30_000);
        while let [_, ..] = world.open()[..] {
            world.fail();
        }
    }
    world.hide();
    world.log(Level::Error, "hidden");
    world.show();
    world.online(true);
    while let [_, ..] = world.open()[..] {
        world.answer(200);
    }
    world.close(1_000);
    world.advance(60_000);
    world
}

#[test]
fn an_id_is_the_instance_and_a_counter() {
    let mut world = World::new();
    for number in 1..4 {
        world.log(Level::Info, "x");
        world.flush(1_000);
        assert_eq!(*world.last().header("instance"), json!("0123456789abcdef"));
        assert_eq!(world.last().id(), format!("0123456789abcdef{number:016x}"));
        world.answer(200);
    }
}

#[test]
fn attempts_count_up_under_one_id() {
    let mut world = World::new();
    world.log(Level::Info, "x");
    world.flush(60_000);
    for _ in 0..3 {
        world.answer_with(503, 2_000, 0);
        world.advance(2_000);
    }
    let attempts: Vec<_> = world.sent.iter().map(|sent| sent.header("attempt").clone()).collect();
    assert_eq!(attempts, [json!(1), json!(2), json!(3), json!(4)]);
    let ids: BTreeSet<_> = world.sent.iter().map(|sent| sent.id()).collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let (first, second) = (eventful(SEED), eventful(SEED));
    assert!(first.trace.len() > 20);
    assert_eq!(first.trace, second.trace);
}

#[test]
fn different_seeds_differ_in_instance_and_jitter() {
    let (mut instances, mut delays) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..20 {
        let world = eventful([number; 16]);
        instances.insert(world.last().header("instance").to_string());
        delays.insert(world.trace.iter().filter_map(sleep).collect::<Vec<_>>());
    }
    assert_eq!(instances.len(), 20);
    assert_eq!(delays.len(), 20);
}

fn sleep(effect: &Effect) -> Option<u64> {
    match effect {
        Effect::Sleep(until) => Some(*until),
        _ => None,
    }
}

#[test]
fn the_name_of_the_instance_does_not_tell_its_delays() {
    let mut seed = SEED;
    seed[15] ^= 1;
    let (first, second) = (eventful(SEED), eventful(seed));
    assert_eq!(first.last().header("instance"), second.last().header("instance"));
    assert_ne!(first.trace, second.trace);
}

#[test]
fn two_instances_share_no_batch_id() {
    let ids = |seed| {
        eventful(seed)
            .sent
            .iter()
            .map(|sent| sent.id().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert!(ids([1; 16]).is_disjoint(&ids([2; 16])));
}

#[test]
fn a_number_within_a_bound_can_be_either_end() {
    let mut random = Random::new(7);
    let drawn: BTreeSet<u64> = (0..200).map(|_| random.up_to(3)).collect();
    assert_eq!(drawn, BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(random.up_to(0), 0);
    random.up_to(u64::MAX);
}
