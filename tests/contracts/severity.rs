//! Promise: of what does not all fit into the last request of a page the most severe goes, tried before or not.
use sapwood::core::config::Compress;
use sapwood::core::level::Level;
use serde_json::json;

use crate::common::noise;
use crate::common::world::World;

/// Does a request with this entry go, from the `from`th on?
fn goes(world: &World, from: usize, seq: u64) -> bool {
    world.sent[from..].iter().any(|sent| sent.seqs().contains(&seq))
}

#[test]
fn what_has_failed_before_gives_way_to_what_is_worse() {
    let mut world = World::new();
    for _ in 0..45 {
        world.log_with(Level::Debug, &json!({ "message": "noise", "data": "x".repeat(900) }));
    }
    world.flush(100);
    world.fail();
    let before = world.sent.len();
    world.log(Level::Fatal, "the reason why the page is left");
    world.hide();
    assert!(goes(&world, before, 46));
}

#[test]
fn a_page_that_goes_does_not_ask_with_little() {
    let mut world = World::new();
    for _ in 0..60 {
        world.log(Level::Debug, "old noise");
    }
    world.flush(100);
    for _ in 0..6 {
        while world.open().is_empty() {
            world.advance(500);
        }
        world.fail();
    }
    let before = world.sent.len();
    world.log(Level::Fatal, "the reason why the page is left");
    // The three signs of a page that is closed.
    for _ in 0..3 {
        world.hide();
        world.jump_to(world.now.monotonic + 1);
    }
    assert!(goes(&world, before, 61));
    assert!(goes(&world, before, 1), "and some of the noise");
}

#[test]
fn a_batch_that_is_too_large_to_outlive_the_page_goes_in_part() {
    let mut world = World::with(|config| (config.batch_bytes, config.batch_entries) = (200_000, 1_000));
    for _ in 0..150 {
        world.log_with(Level::Error, &json!({ "message": "m", "data": "x".repeat(900) }));
    }
    world.flush(100);
    world.fail();
    let before = world.sent.len();
    world.hide();
    let last = &world.sent[before..];
    assert!(!last.is_empty());
    for sent in last {
        assert!(
            sent.request.keepalive && sent.seqs().len() > 50,
            "it dies with the page, or is small"
        );
    }
}

#[test]
fn a_batch_that_has_failed_is_cut_by_severity() {
    for compress in [Compress::Never, Compress::Always] {
        let mut world = World::with(|config| {
            (config.batch_bytes, config.batch_entries) = (400_000, 1_000);
            config.compress = compress;
        });
        for at in 0..80 {
            let level = if at == 60 { Level::Error } else { Level::Debug };
            world.log_with(level, &json!({ "message": "m", "data": noise::text(2_000, at) }));
        }
        world.flush(100);
        world.fail();
        assert_eq!(world.last().seqs().len(), 80);
        let before = world.sent.len();
        world.hide();
        let first = &world.sent[before];
        assert!(
            first.request.keepalive && first.seqs().len() < 60,
            "it outlives the page"
        );
        assert!(goes(&world, before, 61), "{compress:?}: {:?}", first.seqs());
        // The others are the oldest.
        assert_eq!(first.seqs()[0], 1);
    }
}
