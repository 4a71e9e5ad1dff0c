//! Promise: the next page sends what a dead one left, as it was and once, and survives whatever it finds.
use sapwood::core::config::Consent;
use sapwood::core::error::Problem;
use sapwood::core::event::{Event, Store};
use sapwood::core::level::Level;
use sapwood::core::stats::{DropReason, counter};
use serde_json::json;
use std::collections::BTreeMap;

use super::journal::{DAY_MS, deliver, messages, next_page, next_page_with, with, world};
use crate::common::world::{World, config};

#[test]
fn the_next_page_sends_it_as_it_was() {
    let mut page = world();
    page.log_with(Level::Warn, &json!({ "message": "kept", "data": { "order": 7 } }));
    page.log(Level::Info, "kept, too");
    page.advance(4_999);
    assert!(page.sent.is_empty());
    let instance = "0123456789abcdef";
    let record = *page.store.keys().next().expect("a record");
    let mut world = next_page(page);
    let sent = world.last().clone();
    assert_eq!(*sent.header("instance"), json!(instance));
    assert_eq!(sent.seqs(), [1, 2]);
    assert_eq!(sent.logs()[0]["data"]["order"], 7);
    assert_eq!(*sent.header("accepted"), json!(2), "as the page had said it");
    assert_eq!(*sent.header("attempt"), json!(1));
    assert_eq!(sent.header("resource")["source"], "shop");
    let id: String = record.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(sent.id(), id);
    assert_eq!(world.count(counter::ACCEPTED), 0, "it was never logged here");
    let recovered = world.client.recovered();
    assert_eq!((recovered[counter::ACCEPTED], recovered[counter::IN_FLIGHT]), (2, 2));
    world.answer(200);
    assert!(world.store.is_empty());
    assert_eq!(world.client.recovered()[counter::DELIVERED], 2);
    assert_eq!(world.count(counter::DELIVERED), 0);
}

#[test]
fn records_of_a_dead_page_go_one_after_the_other_beside_what_is_new() {
    let mut page = with(|config| config.batch_entries = 10);
    page.online(false);
    page.log_many(30);
    page.advance(2_000);
    assert_eq!(page.store.len(), 3);
    let mut world = next_page(page);
    assert_eq!(world.open().len(), 1);
    world.log(Level::Info, "new");
    let sent = deliver(&mut world);
    assert_eq!(world.client.recovered()[counter::DELIVERED], 30);
    assert_eq!(world.count(counter::DELIVERED), 1);
    assert_eq!(messages(&sent).iter().filter(|text| *text == "new").count(), 1);
    assert!(world.store.is_empty());
}

#[test]
fn an_orphan_that_is_told_of_twice_is_read_once() {
    let mut page = world();
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let id = *page.store.keys().next().expect("a record");
    let mut world = next_page(page);
    world.handle(Event::Journal(Store::Orphan(id)));
    deliver(&mut world);
    assert_eq!(world.client.recovered()[counter::DELIVERED], 1);
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn what_another_page_has_delivered_is_no_loss() {
    let mut world = next_page_with(BTreeMap::new(), 0);
    world.handle(Event::Journal(Store::Orphan(*b"somebody's entry")));
    world.advance(60_000);
    assert_eq!(world.client.recovered()[counter::ACCEPTED], 0);
    assert_eq!(world.reports, []);
}

#[test]
fn an_orphan_keeps_its_id_over_retries_and_its_record_until_it_is_delivered() {
    let mut page = world();
    page.log_many(4);
    page.advance(1_000);
    let mut world = next_page(page);
    world.fail();
    assert_eq!(world.store.len(), 1);
    world.advance(1_000);
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.sent[0].id(), world.sent[1].id());
    // In halves the record stays until both have met their end.
    world.answer(413);
    assert_eq!(world.store.len(), 1);
    world.answer(200);
    assert_eq!(world.store.len(), 1);
    world.answer(200);
    assert!(world.store.is_empty());
    assert_eq!(world.client.recovered()[counter::DELIVERED], 4);
}

#[test]
fn what_is_older_than_a_week_is_given_up() {
    for (age, dropped) in [(7 * DAY_MS - 10_000, 0), (7 * DAY_MS + 10_000, 1)] {
        let mut page = world();
        page.log(Level::Info, "kept");
        page.advance(1_000);
        let mut world = next_page_with(page.store, age);
        let recovered = world.client.recovered();
        assert_eq!(
            recovered[counter::DROPPED + DropReason::Expired as usize],
            dropped,
            "{age}"
        );
        deliver(&mut world);
        assert!(world.store.is_empty());
    }
}

#[test]
fn a_damaged_record_is_one_loss_and_no_crash() {
    let mut page = world();
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let (id, record) = page.store.first_key_value().expect("a record");
    for at in 0..record.len() {
        for damage in [1, 0x80] {
            let mut bytes = record.clone();
            bytes[at] ^= damage;
            let mut world = next_page_with([(*id, bytes)].into(), 0);
            assert_eq!(world.reports, [(Problem::StoreFailed, 0)]);
            assert_eq!(
                world.client.recovered()[counter::DROPPED + DropReason::StoreFailed as usize],
                1
            );
            assert!(world.store.is_empty() && world.sent.is_empty());
            world.log(Level::Info, "new");
            deliver(&mut world);
            assert_eq!(world.count(counter::DELIVERED), 1);
        }
        // Torn: only a beginning was written.
        if at > 0 {
            let world = next_page_with([(*id, record[..at].to_vec())].into(), 0);
            assert_eq!(world.reports, [(Problem::StoreFailed, 0)], "{at}");
        }
    }
}

#[test]
fn a_record_under_another_id_is_not_sent() {
    let mut page = world();
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let (_, record) = page.store.pop_first().expect("a record");
    let world = next_page_with([(*b"some other entry", record)].into(), 0);
    assert!(world.sent.is_empty());
    assert_eq!(world.reports, [(Problem::StoreFailed, 0)]);
}

#[test]
fn a_page_that_ends_while_an_orphan_waits_leaves_it_where_it_was() {
    let mut page = world();
    page.log_many(3);
    page.advance(1_000);
    let mut world = next_page(page);
    world.fail();
    world.close(100);
    world.advance(1_000);
    assert_eq!(world.store.len(), 1);
    assert_eq!(world.client.recovered()[counter::STORED], 3);
    let mut third = World::start(config(), *b"the third and so");
    third.store = world.store;
    third.open_store();
    third.handle(Event::Journal(Store::Orphan(*third.store.keys().next().expect("it"))));
    deliver(&mut third);
    assert_eq!(third.client.recovered()[counter::DELIVERED], 3);
}

#[test]
fn what_is_denied_while_it_is_read_is_denied_whatever_it_holds() {
    let mut page = world();
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let mut world = World::start(config(), *b"another instance");
    world.store = page.store;
    world.open_store();
    let id = *world.store.keys().next().expect("a record");
    world.store_answers = false;
    world.handle(Event::Journal(Store::Orphan(id)));
    // Nothing may be begun in the store now, so that the record stays for a while.
    world.hide();
    world.consent(Consent::Denied);
    world.store.get_mut(&id).expect("the record").truncate(30);
    world.answer_store();
    world.advance(1_000);
    assert!(world.store.is_empty());
    assert_eq!(world.reports, []);
    assert_eq!(
        world.client.recovered()[counter::DROPPED + DropReason::Consent as usize],
        1
    );
}

#[test]
fn what_was_stored_with_consent_goes_where_it_is_denied_from_the_start() {
    let mut page = world();
    page.log(Level::Info, "with consent");
    page.advance(1_000);
    let mut denied = config();
    denied.consent = Consent::Denied;
    let mut world = World::start(denied, *b"another instance");
    world.store = page.store;
    world.open_store();
    assert_eq!(world.scans, 1);
    let id = *world.store.keys().next().expect("a record");
    world.handle(Event::Journal(Store::Orphan(id)));
    assert!(world.store.is_empty() && world.sent.is_empty());
}

#[test]
fn a_page_whose_key_is_refused_leaves_the_sending_to_others() {
    let mut page = world();
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let mut world = next_page(page);
    assert_eq!(world.releases, 0);
    world.answer(401);
    assert_eq!(world.releases, 1);
    world.advance(120_000);
    assert_eq!((world.releases, world.scans), (1, 1), "once, and it does not come back");
}

#[test]
fn what_dead_pages_left_too_much_of_is_given_up_though_nothing_is_sent() {
    let mut page = with(|config| config.batch_entries = 1);
    page.online(false);
    page.log_many(3);
    page.advance(2_000);
    assert_eq!(page.store.len(), 3);
    let mut world = next_page(page);
    world.fail();
    let ids: Vec<_> = world.store.keys().copied().collect();
    // The first one is on its way already and stays; another is still unread, and the last was never told of.
    for id in &ids[..2] {
        world.handle(Event::Journal(Store::Spent(*id)));
    }
    world.handle(Event::Journal(Store::Spent(*b"never told of it")));
    assert_eq!(world.store.keys().copied().collect::<Vec<_>>(), [ids[0], ids[2]]);
    let recovered = world.client.recovered();
    assert_eq!(
        recovered[counter::DROPPED + DropReason::Expired as usize],
        2,
        "at least"
    );
    deliver(&mut world);
    assert_eq!(world.client.recovered()[counter::DELIVERED], 2);
    assert!(world.store.is_empty());
}

#[test]
fn what_a_newer_version_wrote_is_left_to_it_and_keeps_nothing_from_being_read() {
    let mut page = with(|config| config.batch_entries = 1);
    page.log_many(2);
    page.advance(1_000);
    let id = *page.store.keys().next().expect("a record");
    // As any version begins: a checksum, and then its number.
    let mut newer = page.store[&id].clone();
    newer[5] = b'2';
    let sum = newer[4..].iter().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    newer[..4].copy_from_slice(&sum.to_be_bytes());
    page.store.insert(id, newer);
    let mut world = next_page(page);
    deliver(&mut world);
    assert_eq!(world.store.keys().copied().collect::<Vec<_>>(), [id]);
    assert_eq!(world.client.recovered()[counter::DELIVERED], 1);
    assert_eq!(world.client.recovered()[counter::ACCEPTED], 1, "nor is it counted");
    assert!(world.reports.is_empty());
}

#[test]
fn a_clock_that_was_set_makes_no_record_too_old() {
    const YEAR_MS: u64 = 365 * DAY_MS;
    // Of this page, which has it in the store alone.
    let mut page = with(|config| config.buffer_bytes = 20_000);
    page.online(false);
    for _ in 0..4 {
        page.log_with(Level::Info, &json!({ "data": "x".repeat(8_000) }));
        page.advance(400);
    }
    assert!(page.count(counter::STORED) > 0);
    page.now.unix += 30 * DAY_MS;
    page.online(true);
    deliver(&mut page);
    assert_eq!(page.count(counter::DELIVERED), 4);
    // Of another one, whose clock began at 1970.
    let mut page = world();
    page.now.unix = 1_000;
    page.log(Level::Info, "kept");
    page.advance(1_000);
    let mut next = next_page(page);
    assert!(next.now.unix > 50 * YEAR_MS);
    deliver(&mut next);
    assert_eq!(next.client.recovered()[counter::DELIVERED], 1);
}
