//! Property: whatever happens, the invariants hold after every event (the judge looks), and once everything heals, all
//! that is held is delivered within bounded virtual time (I12).
use proptest::prelude::*;
use sapwood::core::config::{Config, Consent};
use sapwood::core::stats::counter;
use sapwood::core::time::Millis;

use crate::common::world::{SEED, World};
use crate::workload::{Kind, Step, any_config, apply, steps};

/// The longest `Retry-After` that is obeyed, a request that hangs, and a while for what is left.
const HEALED_AFTER: Millis = 3_600_000 + 60_000;

fn run(config: &Config, steps: &[Step]) -> World {
    let mut world = World::start(config.clone(), SEED);
    steps.iter().for_each(|step| apply(&mut world, step));
    world
}

/// The page is seen, the network is there, consent is given, every request is answered well.
fn heal(world: &mut World) {
    world.show();
    world.store_answers = true;
    while !world.store_open.is_empty() {
        world.answer_store();
    }
    world.online(true);
    world.consent(Consent::Granted);
}

proptest! {
    #[test]
    fn the_invariants_hold_whatever_happens(config in any_config(Kind::Any), steps in steps(Kind::Any)) {
        let world = run(&config, &steps);
        prop_assert!(world.count(counter::ACCEPTED) >= world.held());
    }

    #[test]
    fn once_everything_heals_all_that_is_held_is_delivered(
        config in any_config(Kind::Healable), steps in steps(Kind::Healable),
    ) {
        let mut world = run(&config, &steps);
        heal(&mut world);
        let held = |world: &World| world.held() + world.count(counter::STORED);
        let (start, held_before) = (world.now.monotonic, held(&world));
        // In a hidden page without keepalive a beacon takes what is left.
        let gone = |world: &World| world.count(counter::DELIVERED) + world.count(counter::UNCONFIRMED);
        let gone_before = gone(&world);
        while held(&world) > 0 {
            while !world.open().is_empty() {
                world.answer(200);
            }
            prop_assert!(world.now.monotonic <= start + HEALED_AFTER, "{} are still held", held(&world));
            if held(&world) > 0 {
                world.advance(world.sleep - world.now.monotonic);
            }
        }
        prop_assert_eq!(gone(&world), gone_before + held_before);
        // And every flush was answered.
        world.advance(10_000);
        prop_assert_eq!(world.waiting_flushes(), 0);
    }

    #[test]
    fn after_a_close_nothing_is_held_and_every_flush_is_answered(
        config in any_config(Kind::Any), steps in steps(Kind::Any),
    ) {
        let mut world = run(&config, &steps);
        world.close(1_000);
        world.advance(20_000);
        prop_assert_eq!((world.held(), world.waiting_flushes()), (0, 0));
        prop_assert_eq!(world.sleep, Millis::MAX);
    }

    #[test]
    fn the_same_seed_and_workload_give_the_same_trace(config in any_config(Kind::Any), steps in steps(Kind::Any)) {
        prop_assert_eq!(run(&config, &steps).trace, run(&config, &steps).trace);
    }
}
