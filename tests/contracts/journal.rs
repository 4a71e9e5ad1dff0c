//! Promise: with `offline: "persist"` what was not delivered outlives the page, and nothing is erased before its end.
use sapwood::core::level::Level;
use sapwood::core::stats::counter;

use crate::common::world::World;

fn world() -> World {
    let mut world = World::new();
    world.open_store();
    world
}

#[test]
fn what_waits_is_in_the_store_within_half_a_second() {
    let mut world = world();
    world.log(Level::Info, "kept");
    world.advance(399);
    assert!(world.store.is_empty());
    world.advance(1);
    assert_eq!(world.store.len(), 1);
    assert_eq!(world.count(counter::BUFFERED), 1);
    world.advance(5_000);
    world.answer(200);
    assert!(world.store.is_empty(), "erased when it was delivered");
}
