//! Promise: what the journal has, or is about to have, is not given away to a beacon, whose answer nobody sees: a page that is only
//! hidden lives on, and the next page sends what a dead one left.
use sapwood::core::level::Level;
use sapwood::core::limits::{EXIT_MS, KEEPALIVE_BYTES_MAX};
use sapwood::core::stats::{DropReason, counter};

use super::journal::{deliver, messages, next_page, with};
use crate::common::world::World;

/// A page whose entries wait.
fn world() -> World {
    with(|config| config.flush_interval_ms = 60_000)
}

#[test]
fn a_hidden_page_whose_server_is_gone_keeps_what_it_has_for_the_journal() {
    let mut world = world();
    world.log(Level::Info, "in vain");
    world.hide();
    // A connection that is refused at once looks like a keepalive request that the browser has refused.
    while !world.open().is_empty() {
        assert!(world.last().request.keepalive, "not a beacon");
        world.refuse();
    }
    assert_eq!(world.count(counter::UNCONFIRMED), 0);
    world.advance(EXIT_MS);
    assert_eq!(world.store.len(), 1, "in the journal when the page may write again");
    let mut next = next_page(world);
    deliver(&mut next);
    assert_eq!(messages(&next.sent), ["in vain"]);
}

#[test]
fn what_is_in_the_journal_is_answered_for_before_it_is_erased() {
    let mut world = world();
    world.log(Level::Info, "kept");
    world.advance(EXIT_MS);
    assert_eq!(world.store.len(), 1);
    // Another logger of the page holds all that an exit may carry.
    world.client.set_others_quota(KEEPALIVE_BYTES_MAX);
    world.hide();
    let request = &world.last().request;
    assert!(!request.beacon && !request.keepalive);
    world.advance(EXIT_MS);
    assert_eq!(world.store.len(), 1, "not erased without an answer");
    world.answer(200);
    world.advance(EXIT_MS);
    assert!(world.store.is_empty());
}

#[test]
fn what_is_too_young_for_the_journal_may_go_with_a_beacon() {
    let mut world = world();
    world.log(Level::Info, "young");
    world.client.set_others_quota(KEEPALIVE_BYTES_MAX);
    world.hide();
    assert!(world.last().request.beacon);
}

#[test]
fn what_is_only_being_written_may_go_with_a_beacon() {
    let mut world = world();
    world.log(Level::Info, "half written");
    world.store_answers = false;
    world.advance(EXIT_MS);
    assert_eq!(world.store_open.len(), 1);
    world.client.set_others_quota(KEEPALIVE_BYTES_MAX);
    world.hide();
    assert!(
        world.last().request.beacon,
        "nobody knows whether it will be in the store"
    );
}

#[test]
fn what_close_cannot_send_stays_in_the_store() {
    let mut world = with(|_| {});
    world.log_many(3);
    world.online(false);
    let token = world.close(1_000);
    assert_eq!(world.store.len(), 1, "at once");
    world.advance(1_000);
    assert_eq!(world.settled[&token].pending, 3);
    assert_eq!(world.count(counter::STORED), 3);
    assert_eq!(world.dropped(DropReason::Closed), 0);
    let mut next = next_page(world);
    deliver(&mut next);
    assert_eq!(next.client.recovered()[counter::DELIVERED], 3);
}

#[test]
fn what_close_has_sent_is_erased() {
    let mut world = with(|_| {});
    world.log_many(3);
    world.close(10_000);
    assert_eq!(world.store.len(), 1);
    world.answer(200);
    assert!(world.store.is_empty());
}
