//! Promise: a page in the background, whose timers come late and which may be gone before the next one, has in the journal what it
//! could not send, without waiting for a timer.
use sapwood::core::event::{Event, Store};
use sapwood::core::level::Level;
use sapwood::core::limits::{EXIT_MS, HIDDEN_SPACING_MS, JOURNAL_DELAY_MS};
use sapwood::core::stats::counter;

use super::journal::{deliver, messages, next_page, with};
use crate::common::world::World;

/// A page that has been in the background for a while.
fn world() -> World {
    let mut world = with(|_| {});
    world.hide();
    world.advance(EXIT_MS + HIDDEN_SPACING_MS);
    world
}

#[test]
fn what_a_background_page_cannot_send_is_in_the_store_at_once() {
    let mut world = world();
    world.log(Level::Info, "in vain");
    assert_eq!(world.open().len(), 1, "it is on its way");
    assert!(world.store.is_empty());
    world.fail();
    assert_eq!(world.store.len(), 1);
    let mut next = next_page(world);
    deliver(&mut next);
    assert_eq!(messages(&next.sent), ["in vain"]);
}

/// Nothing comes through, nor does the one attempt in spite of the backoff that a page has which may be going.
fn fail_all(world: &mut World) {
    for _ in 0..2 {
        world.fail();
    }
    assert!(world.open().is_empty());
}

/// A page that was hidden just now, and one that has run another task since.
fn just_hidden(stays: bool) -> World {
    let mut world = with(|_| {});
    world.hide();
    if stays {
        world.handle(Event::Journal(Store::Stays));
    }
    world
}

#[test]
fn a_page_that_was_hidden_just_now_writes_as_soon_as_it_is_known_to_stay() {
    for stays in [true, false] {
        let mut world = just_hidden(stays);
        world.log(Level::Info, "in vain");
        fail_all(&mut world);
        assert_eq!(
            world.store.len(),
            usize::from(stays),
            "nothing is begun while it may be going"
        );
        world.handle(Event::Journal(Store::Stays));
        assert_eq!(world.store.len(), 1);
    }
}

#[test]
fn what_a_page_sends_in_its_first_half_second_is_sent_whether_it_is_known_to_stay_or_not() {
    for stays in [true, false] {
        let mut world = just_hidden(stays);
        world.log(Level::Info, "first");
        world.log(Level::Error, "second, which may be the last");
        assert_eq!(world.open().len(), 2);
        world.log(Level::Info, "third");
        assert_eq!(world.open().len(), 2);
    }
}

#[test]
fn another_sign_of_leaving_counts_for_itself() {
    let mut world = just_hidden(true);
    world.hide();
    world.log(Level::Info, "in vain");
    fail_all(&mut world);
    assert!(world.store.is_empty());
    world.advance(EXIT_MS);
    assert_eq!(world.store.len(), 1, "what is not known to stay has stayed");
}

#[test]
fn what_waits_for_a_request_in_the_background_is_in_the_store_at_once() {
    let mut world = world();
    world.log(Level::Info, "first");
    world.log(Level::Info, "second");
    assert_eq!(world.open().len(), 1);
    let mut next = next_page(world);
    deliver(&mut next);
    assert!(messages(&next.sent).contains(&"second".to_owned()));
}

#[test]
fn a_background_page_writes_no_more_often_than_any_other() {
    let mut world = world();
    world.online(false);
    let writes = |world: &World| {
        let all = world.trace.iter().map(|effect| format!("{effect:?}"));
        all.filter(|effect| effect.starts_with("Store")).count()
    };
    for index in 0..120 {
        world.log(Level::Info, "one of many");
        assert_eq!(writes(&world), 1 + index * 10 / JOURNAL_DELAY_MS as usize);
        world.advance(10);
    }
}

#[test]
fn what_a_background_page_sends_is_not_written_meanwhile() {
    let mut world = world();
    world.log(Level::Info, "quick");
    world.advance(JOURNAL_DELAY_MS - 1);
    world.answer(200);
    world.advance(10_000);
    assert_eq!(world.count(counter::DELIVERED), 1);
    assert!(
        world
            .trace
            .iter()
            .all(|effect| !format!("{effect:?}").starts_with("Store"))
    );
}

#[test]
fn what_was_written_just_before_counts_though_it_has_been_erased() {
    let mut world = world();
    world.log(Level::Info, "first");
    world.log(Level::Info, "second");
    assert_eq!(world.store.len(), 1);
    world.flush(1_000);
    world.answer(200);
    world.answer(200);
    assert!(world.store.is_empty(), "all is delivered");
    world.log(Level::Info, "third");
    world.advance(JOURNAL_DELAY_MS - 1);
    assert!(world.store.is_empty());
    world.advance(1);
    assert_eq!(world.store.len(), 1);
}
