//! The end of a run: everything heals, and within bounded time all that was accepted is delivered once or counted (I12).
//! Then the receiver's entries are compared with those that were logged, one by one.

use sapwood::core::config::Consent;
use sapwood::core::event::Event;
use sapwood::core::stats::counter;

use crate::disk::Health;
use crate::judge::Fate;
use crate::net;
use crate::server::Mood;
use crate::tab::{Life, Tab};
use crate::world::World;

/// The longest that delivery may take once everything is well: a `Retry-After` of an hour, a batch of a minute, and what
/// the way takes.
const HEAL_MS: u64 = 2 * 3_600_000;
/// More than so much cannot happen in that time.
const ACTIONS_MAX: u32 = 200_000;
/// Looks for records of dead pages, at most.
const LOOKS_MAX: u32 = 10;

impl World {
    /// Everything is well from now on.
    pub(crate) fn heal(&mut self) {
        self.trace.say(self.now, "world", || "heals".to_owned());
        self.net.line = net::GOOD;
        self.mood = Mood::Well;
        self.plan.dies_between = false;
        (self.plan.erase_fails, self.plan.rot) = (0, 0);
        self.disk.health = Health::Well;
        self.net.offline = false;
        for tab in self.in_state(Life::Frozen) {
            if self.tabs[tab].in_cache {
                self.come_back(tab, true);
            } else {
                let seen = self.rng.chance(700);
                self.thaw(tab, seen);
            }
        }
        for tab in self.running() {
            self.cross(tab);
            self.tell(tab, Event::Online(true));
            if self.rng.chance(500) {
                self.show(tab);
            }
            if self.tabs[tab].judge.consent() == Consent::Pending {
                self.tell(tab, Event::Consent(Consent::Granted));
            }
        }
        self.settle_down(HEAL_MS);
    }

    /// Time passes until nothing is held and nobody waits.
    pub(crate) fn settle_down(&mut self, within: u64) {
        let end = self.now + within;
        for _ in 0..ACTIONS_MAX {
            if self.is_done() {
                return;
            }
            if !self.advance(end) {
                break;
            }
        }
        for tab in self.running() {
            let page = &self.tabs[tab];
            assert!(
                page.is_done(),
                "I12: {} ms after all is well, {} still holds {} entries",
                within - (end - self.now),
                page.name,
                page.held()
            );
        }
        assert!(
            self.now >= end || self.is_still(),
            "I6: it is woken for nothing, again and again"
        );
    }

    fn is_done(&self) -> bool {
        self.net.flights.is_empty() && self.running().iter().all(|tab| self.tabs[*tab].is_done())
    }

    /// All pages go, and one more comes: what the others have left in the store is delivered, or counted.
    pub(crate) fn last_page(&mut self) {
        for tab in self.running() {
            self.kill(tab);
        }
        let tab = self.open();
        if self.tabs[tab].judge.consent() != Consent::Granted {
            self.tell(tab, Event::Consent(Consent::Granted));
        }
        let end = self.now + HEAL_MS;
        let mut looks = LOOKS_MAX;
        for _ in 0..ACTIONS_MAX {
            if self.is_done() && self.is_still() {
                if self.disk.records.is_empty() {
                    return;
                }
                // What came too late for the first look is found by the next.
                if looks == 0 {
                    break;
                }
                looks -= 1;
                self.show(tab);
            }
            if !self.advance(end) {
                break;
            }
        }
        let left = self.disk.records.len();
        assert!(left == 0, "I12: {left} records of dead pages are still in the store");
        self.settle_down(0);
    }

    /// What dead pages had in the store has arrived or is counted.
    pub(crate) fn audit_left(&self) {
        let is_there = |name: &&(String, u64)| {
            self.server.entries.contains_key(*name)
                || self.server.forgotten.contains(*name)
                || self.lost_in_beacons.contains(*name)
                || self.disk.lost.contains(*name)
        };
        let missing: Vec<_> = self.disk.left.iter().filter(|name| !is_there(name)).collect();
        let dropped = self.dropped_of_others();
        assert!(
            missing.len() as u64 <= dropped,
            "I12: {missing:?} were in the store, and {dropped} of others are counted as dropped"
        );
    }

    /// How many entries pages have dropped that they took from others.
    fn dropped_of_others(&self) -> u64 {
        let dropped = |page: &Tab| page.client.recovered()[counter::DROPPED..].iter().sum::<u64>();
        self.tabs.iter().map(dropped).sum()
    }

    /// Everything that was accepted is where it is said to be.
    pub(crate) fn audit(&self) {
        // What another page took from the store while this one was away, and dropped: that one has counted it.
        let mut dropped_by_others = 0;
        for page in &self.tabs {
            let instance = page.judge.books.instance();
            let counters = page.client.counters();
            let facade = page.judge.facade_drops();
            // What is dropped, and what a close has left in the store.
            let dropped: u64 = counters[counter::STORED..].iter().sum::<u64>() - facade;
            let mut missing = 0;
            for (seq, fate) in page.judge.books.fates() {
                let name = (instance.to_owned(), seq);
                let there = self.server.entries.contains_key(&name);
                let forgotten = self.server.forgotten.contains(&name);
                let lost = self.lost_in_beacons.contains(&name) || self.disk.lost.contains(&name);
                match fate {
                    Fate::Delivered => assert!(
                        there || forgotten,
                        "{}: {seq} was confirmed and is not there",
                        page.name
                    ),
                    Fate::Unconfirmed if there || forgotten || lost => {}
                    Fate::Unconfirmed => {
                        let taken = self.tabs.iter().any(|other| other.judge.books.has_taken(&name));
                        assert!(taken, "{}: {seq} was taken and is nowhere", page.name);
                        dropped_by_others += 1;
                    }
                    Fate::Held | Fate::Refused => missing += u64::from(!there),
                }
            }
            if page.life == Life::Runs {
                assert!(
                    missing <= dropped,
                    "I1: {} of {} are nowhere, and {dropped} are counted as dropped",
                    missing,
                    page.name
                );
            }
        }
        let dropped = self.dropped_of_others();
        assert!(
            dropped_by_others <= dropped,
            "I1: {dropped_by_others} were taken by other pages and are nowhere, and {dropped} are counted as dropped"
        );
        for ((instance, seq), text) in &self.server.entries {
            let page = self.tabs.iter().find(|page| page.judge.books.instance() == instance);
            let stamp = page.and_then(|page| page.judge.books.stamp(*seq));
            let stamp = stamp.expect("the receiver has an entry that nobody logged");
            assert!(
                text.contains(&format!("\"timestamp\":{stamp}")),
                "I10: entry {seq} has another time"
            );
        }
    }
}
