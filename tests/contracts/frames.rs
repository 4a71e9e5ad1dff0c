//! Promise: whom frames are sent to reads them, they hold what JSON would, and a page that goes sends in one as much as the
//! quota takes when it is compressed.
use sapwood::core::config::{Compress, Config};
use sapwood::core::level::Level;
use sapwood::core::limits::{EXIT_TEXT_BYTES_MAX, KEEPALIVE_BYTES_MAX};
use sapwood::core::stats::counter;
use serde_json::{Value, json};

use crate::common::noise;
use crate::common::world::World;

fn with(compress: Compress, change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.compress = compress;
        config.api_key = b"tb_live_key".to_vec();
        change(config);
    })
}

/// Logs entries of a kilobyte: most of it text that repeats, a fifth of it not.
fn log_kilobytes(world: &mut World, count: usize) {
    for seed in 0..count {
        let data =
            json!({ "step": "validated the cart of a customer ".repeat(27), "token": noise::text(200, seed as u64) });
        world.log_with(Level::Info, &json!({ "message": "Cart validated", "data": data }));
    }
}

#[test]
fn frames_are_sent_always_never_or_once_the_receiver_says_that_it_reads_them() {
    for (compress, expected) in [
        (Compress::Always, [true, true, true]),
        (Compress::Never, [false, false, false]),
        (Compress::Auto, [false, true, true]),
    ] {
        let mut world = with(compress, |_| {});
        world.log(Level::Info, "first");
        world.flush(1_000);
        world.answer_with_frames();
        world.log(Level::Info, "second");
        world.flush(1_000);
        // What does not say it again has not taken it back: a proxy may have answered.
        world.answer(200);
        world.log(Level::Info, "third");
        world.flush(1_000);
        let frames: Vec<bool> = world.sent.iter().map(|sent| sent.request.frame).collect();
        assert_eq!(frames, expected, "{compress:?}");
    }
}

#[test]
fn a_receiver_that_says_nothing_gets_json_for_ever() {
    let mut world = with(Compress::Auto, |_| {});
    for _ in 0..5 {
        world.log(Level::Info, "said");
        world.flush(1_000);
        assert_eq!(world.last().request.body[0], b'{');
        world.answer(200);
    }
}

#[test]
fn a_frame_holds_what_json_would() {
    let sent = |compress| {
        let mut world = with(compress, |_| {});
        world.log_with(
            Level::Error,
            &json!({ "message": "Zahlung für {order} fehlgeschlagen 🌳", "data": { "order": 7, "password": "x" }, "tags": ["a"] }),
        );
        world.flush(1_000);
        world.last().body.clone()
    };
    let (mut json, frame) = (sent(Compress::Never), sent(Compress::Always));
    // What every entry has in common stands in the header alone.
    let entry = json["logs"][0].as_object_mut().unwrap();
    for (name, value) in [("source", "shop"), ("environment", "test")] {
        assert_eq!(entry.remove(name), Some(json!(value)));
        assert_eq!(frame["batch"]["resource"][name], value);
    }
    assert_eq!(json, frame);
}

#[test]
fn a_batch_keeps_its_id_and_its_entries_when_it_goes_again_as_a_frame() {
    // The judge compares what an id stands for.
    let mut world = with(Compress::Auto, |_| {});
    world.hide();
    world.log(Level::Info, "not taken at first");
    world.log(Level::Info, "taken");
    let [first, second] = world.open()[..] else {
        panic!("two requests at exit")
    };
    world.answer(503);
    assert!(!world.open().contains(&first) && world.open().contains(&second));
    world.answer_with_frames();
    world.advance(60_000);
    let again = world.last();
    assert!(again.request.frame);
    assert_eq!((again.id(), again.seqs()), (world.sent[0].id(), vec![1]));
    assert_eq!(
        again.logs()[0]["source"],
        "shop",
        "it was written when nobody read frames"
    );
}

#[test]
fn a_batch_that_cannot_be_compressed_is_a_frame_all_the_same() {
    let mut world = with(Compress::Always, |_| {});
    // Three characters of two bytes each and two of three: nine bits a byte in the fixed code.
    let letters: Vec<char> = ('\u{80}'..='\u{7ff}').chain('\u{4e00}'..='\u{9fff}').collect();
    let picks = noise::bytes(20_000, 3);
    let text: String = picks
        .chunks(2)
        .map(|pair| letters[usize::from(pair[0]) * 80 + usize::from(pair[1]) / 4])
        .collect();
    world.log_with(Level::Info, &json!({ "message": "x", "data": text }));
    world.flush(1_000);
    let Some((b"SAP1\x00", json)) = world.last().request.body.split_at_checked(5) else {
        panic!("the frame says that its content is as it is");
    };
    assert!(serde_json::from_slice::<Value>(json).is_ok());
}

#[test]
fn two_hundred_kilobytes_leave_with_the_page_in_one_request() {
    let mut world = with(Compress::Always, |config| {
        config.batch_entries = 1_000;
        config.batch_bytes = 1024 * 1024;
    });
    log_kilobytes(&mut world, 200);
    assert!(world.sent.is_empty());
    world.hide();
    assert_eq!(world.sent.len(), 1);
    let only = world.last();
    let (plain, sent) = (only.text.len(), only.request.body.len());
    assert!(
        plain > 200_000 && sent <= KEEPALIVE_BYTES_MAX,
        "{plain} bytes became {sent}"
    );
    assert!(only.request.keepalive);
    assert_eq!(only.logs().len(), 200);
}

#[test]
fn an_exit_is_not_bound_by_the_size_of_a_batch_but_by_the_quota() {
    // One batch of 100 is in flight, and what was logged behind it is more than a batch.
    let mut world = with(Compress::Always, |_| {});
    world.log_many(100);
    world.log_many(300);
    assert_eq!((world.sent.len(), world.last().logs().len()), (1, 100));
    world.hide();
    assert_eq!((world.sent.len(), world.last().logs().len()), (2, 300));
}

#[test]
fn what_is_larger_than_was_thought_is_cut_until_it_fits() {
    let mut world = with(Compress::Always, |config| {
        config.batch_entries = 1_000;
        config.batch_bytes = 1024 * 1024;
    });
    for seed in 0..300 {
        world.log_with(Level::Info, &json!({ "data": noise::text(1_000, seed) }));
    }
    world.hide();
    let first = world.sent[0].clone();
    assert!(first.request.keepalive && first.request.body.len() <= KEEPALIVE_BYTES_MAX);
    assert!(
        first.request.body.len() > KEEPALIVE_BYTES_MAX * 3 / 4,
        "{} bytes: the quota is used",
        first.request.body.len()
    );
    assert!(first.text.len() < EXIT_TEXT_BYTES_MAX);
    // Nothing got lost between the parts.
    world.show();
    while world.held() > 0 {
        world.answer(200);
        if world.open().is_empty() {
            world.advance(5_000);
        }
    }
    assert_eq!(world.count(counter::DELIVERED), 300);
    assert!(
        world.sent.iter().all(|sent| sent.header("attempt") == 1),
        "and nothing went twice"
    );
}

#[test]
fn the_key_is_in_a_frame_that_may_have_no_header() {
    let mut world = with(Compress::Always, |config| config.keepalive = false);
    world.log(Level::Info, "seen");
    world.hide();
    assert!(world.last().request.beacon);
    assert_eq!(*world.last().header("key"), json!("tb_live_key"));
    let mut world = with(Compress::Always, |config| config.cross_origin = true);
    world.log(Level::Info, "seen");
    world.hide();
    assert!(world.last().request.simple && world.last().request.frame);
    assert_eq!(*world.last().header("key"), json!("tb_live_key"));
}
