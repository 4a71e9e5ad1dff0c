//! Promise: where the browser can send after a crash, it has what waits, at most a second old, and not what is over.
use sapwood::core::config::{Config, Consent};
use sapwood::core::event::{Event, Store};
use sapwood::core::level::Level;
use serde_json::{Value, json};

use crate::common::world::World;

fn with(change: impl FnOnce(&mut Config)) -> World {
    let mut world = World::with(change);
    world.handle(Event::Journal(Store::Later));
    world
}

/// The messages that would be sent.
fn messages(world: &World) -> Vec<String> {
    let Some(body) = &world.later else {
        return Vec::new();
    };
    let body: Value = serde_json::from_slice(body).expect("it is JSON");
    let logs = body["logs"].as_array().expect("entries");
    logs.iter()
        .map(|entry| entry["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn it_is_armed_at_most_once_a_second() {
    let mut world = with(|_| {});
    for at in 0..30 {
        world.log(Level::Info, &format!("{at}"));
        world.advance(100);
    }
    assert_eq!(world.armed, 4, "at 0, 1, 2 and 3 seconds");
    world.advance(1_000);
    assert_eq!(messages(&world).len(), 30);
    let armed = world.armed;
    world.advance(500);
    assert_eq!(world.armed, armed, "nothing new");
}

#[test]
fn it_is_taken_back_when_all_is_on_its_way() {
    let mut world = with(|config| config.api_key = b"key".to_vec());
    world.log(Level::Info, "waits");
    assert_eq!(messages(&world), ["waits"]);
    let body: Value = serde_json::from_slice(world.later.as_deref().expect("armed")).expect("JSON");
    assert_eq!(body["batch"]["key"], "key", "it can have no header");
    assert_eq!(body["batch"]["instance"], "0123456789abcdef");
    world.advance(5_000);
    assert_eq!(world.later, None);
    assert_ne!(body["batch"]["id"], *world.last().header("id"), "I8");
    world.fail();
    assert_eq!(messages(&world), ["waits"], "it waits again");
}

/// With entries of two kilobytes, of which an exit sends a part.
fn large(count: usize) -> World {
    let mut world = with(|config| config.batch_bytes = 1024 * 1024);
    for at in 0..count {
        world.log_with(
            Level::Info,
            &json!({ "message": format!("{at}"), "data": "x".repeat(2_000) }),
        );
    }
    world.advance(1_000);
    world
}

/// The messages of all requests so far.
fn sent(world: &World) -> Vec<String> {
    let requests = world.sent.iter();
    let entries = requests.flat_map(|sent| sent.logs());
    entries
        .map(|entry| entry["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn after_an_exit_it_holds_what_the_exit_did_not_send() {
    let mut world = large(45);
    assert!(messages(&world).contains(&"0".to_owned()), "it is armed");
    world.log(Level::Info, "last words");
    world.hide();
    let (gone, left) = (sent(&world), messages(&world));
    assert!(gone.len() > 20 && left.len() > 10, "{} and {}", gone.len(), left.len());
    assert!(left.iter().all(|message| !gone.contains(message)), "{left:?}");
    assert_eq!(gone.len() + left.len(), 46);
    // The answer lets the rest go.
    world.answer(200);
    assert_eq!((sent(&world).len(), &world.later), (46, &None));
}

#[test]
fn what_fails_at_the_exit_is_in_it_again_at_once() {
    let mut world = large(45);
    world.hide();
    assert!(!messages(&world).contains(&"0".to_owned()), "it is on its way");
    let began = world.now.monotonic;
    for _ in 0..5 {
        if !world.open().is_empty() {
            world.fail();
        }
    }
    assert_eq!(world.open().len(), 0);
    assert!(world.now.monotonic - began < 100, "at once");
    assert!(messages(&world).contains(&"0".to_owned()));
}

#[test]
fn logging_alone_does_not_arm_it_oftener_in_a_page_that_goes() {
    let mut world = large(90);
    world.hide();
    let armed = world.armed;
    for _ in 0..40 {
        world.log(Level::Debug, "more");
        world.advance(10);
    }
    assert_eq!(world.armed, armed);
    world.advance(700);
    assert_eq!(world.armed, armed + 1);
}

#[test]
fn it_obeys_retry_after_and_consent_and_a_refused_key() {
    let mut world = with(|_| {});
    world.log(Level::Info, "waits");
    world.advance(5_000);
    world.answer_with(429, 60_000, 0);
    world.log(Level::Info, "more");
    world.advance(59_000);
    assert_eq!(world.later, None);
    world.consent(Consent::Pending);
    world.advance(2_000);
    assert_eq!(world.later, None);
    world.consent(Consent::Granted);
    world.answer(200);
    world.answer(401);
    world.log(Level::Info, "never");
    world.advance(2_000);
    assert_eq!(world.later, None);
}

#[test]
fn a_browser_that_cannot_is_not_asked() {
    let mut world = World::new();
    world.log_with(Level::Info, &json!({ "message": "m" }));
    world.advance(4_000);
    assert_eq!(world.armed, 0);
}

#[test]
fn it_fits_what_the_browser_holds_back() {
    let mut world = with(|config| {
        config.batch_bytes = 1024 * 1024;
        config.batch_entries = 1_000;
    });
    for _ in 0..100 {
        world.log_with(Level::Info, &json!({ "message": "m", "data": "x".repeat(1_000) }));
    }
    world.advance(1_000);
    let bytes = world.later.as_ref().expect("armed").len();
    assert!(bytes > 40_000 && bytes <= 65_536, "{bytes}");
    let mut world = with(|_| {});
    world.log_with(Level::Info, &json!({ "data": "x".repeat(100_000) }));
    world.advance(1_000);
    assert_eq!(world.later, None);
}
