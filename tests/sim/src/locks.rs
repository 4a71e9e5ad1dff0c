//! The locks by which the pages of an origin see which of them live, and agree on a sender of what dead ones have left, as the
//! driver has them (`js/src/store.ts`, `locks.ts`). Without Web Locks everybody is a sender, and what lay in the store for half a
//! minute is taken for a dead page's.
//!
//! A page gives all of them back when it goes (`pagehide`), be it into the cache, when its store fails and when its logger has
//! ended. On its return it takes the lock of its life again; the sender's is the core's to ask for. A page that is frozen where
//! it is keeps them.

use std::collections::BTreeSet;

use sapwood::core::batch::Id;
use sapwood::core::event::{Event, Store};

use crate::queue::Action;
use crate::tab::{Journal, Life};
use crate::world::World;

/// A sender looks so often.
const SCAN_MS: u64 = 60_000;
/// Without locks, what was there so long is nobody's.
const ORPHAN_AGE_MS: u64 = 30_000;
/// So many records are looked at.
const ORPHANS_MAX: usize = 512;

/// What one page has asked for and holds.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    /// Has it ever written? Only then there is a lock that says that it lives.
    writes: bool,
    /// Does it hold that lock?
    alive: bool,
    /// Was it asked to be the sender? Is it?
    asked: bool,
    leads: bool,
    /// How often it has given that back: what was begun before is void.
    term: u32,
    /// How often the store was suspended.
    pub(crate) suspended: u32,
    /// Its connection is closed: whatever comes next opens it again.
    pub(crate) reopens: bool,
    /// Pages whose end it waits for.
    watches: BTreeSet<[u8; 8]>,
}

/// Which records are taken for dead pages'.
#[derive(Clone, Debug)]
pub(crate) enum Left {
    /// Those of other pages than these.
    NotOf(BTreeSet<[u8; 8]>),
    /// Nobody knows: those that are there at the next look, too.
    StillThere,
    /// Those of these.
    Of(BTreeSet<Id>),
}

impl World {
    /// A record is to be written: whoever finds it has to see that its page lives.
    pub(crate) fn lives(&mut self, tab: usize) {
        let locks = &mut self.tabs[tab].locks;
        (locks.writes, locks.alive) = (true, true);
    }

    /// The client wants to hear of what dead pages have left.
    pub(crate) fn lead(&mut self, tab: usize) {
        let locks = &mut self.tabs[tab].locks;
        let term = locks.term;
        if locks.leads {
            self.schedule(1, Action::Look { tab, term });
        } else if !locks.asked {
            locks.asked = true;
            if self.plan.locks {
                self.disk.wait.push(tab);
                self.grant();
            } else {
                self.schedule(0, Action::Lead { tab, term });
            }
        }
    }

    /// The next in the queue is the sender, if nobody is.
    fn grant(&mut self) {
        if self.disk.sender.is_none() && !self.disk.wait.is_empty() {
            let tab = self.disk.wait.remove(0);
            self.disk.sender = Some(tab);
            let term = self.tabs[tab].locks.term;
            self.schedule(0, Action::Lead { tab, term });
        }
    }

    /// The page is a sender from now on, if it still wants to be.
    pub(crate) fn leads(&mut self, tab: usize, term: u32) {
        let locks = &mut self.tabs[tab].locks;
        if locks.term == term {
            locks.leads = true;
            self.lead(tab);
            self.schedule(SCAN_MS, Action::LookLater { tab, term });
        }
    }

    /// A sender looks again and again; in the end, when time is to stand still, no more.
    pub(crate) fn look_later(&mut self, tab: usize, term: u32) {
        if self.tabs[tab].locks.term == term && self.plan.steps > 0 {
            self.lead(tab);
            self.schedule(SCAN_MS, Action::LookLater { tab, term });
        }
    }

    /// The page asks who lives, and then what there is.
    pub(crate) fn look(&mut self, tab: usize, term: u32) {
        if self.tabs[tab].locks.term != term {
            return;
        }
        if !self.plan.locks {
            return self.look_for(tab, term, Left::StillThere);
        }
        let own = self.tabs[tab].instance;
        let alive = self.tabs.iter().filter(|page| page.locks.alive);
        let alive: BTreeSet<[u8; 8]> = alive.map(|page| page.instance).collect();
        // Who lives is looked for again when it does no more.
        let others = alive.iter().filter(|instance| **instance != own).copied();
        self.tabs[tab].locks.watches.extend(others.collect::<Vec<_>>());
        self.look_for(tab, term, Left::NotOf(alive));
    }

    /// The keys of the records are read, which takes a while.
    fn look_for(&mut self, tab: usize, term: u32, left: Left) {
        if let Some(delay) = self.store_delay() {
            self.schedule(delay, Action::Keys { tab, term, left });
        }
    }

    /// The page has the keys of the records.
    pub(crate) fn keys(&mut self, tab: usize, term: u32, left: &Left) {
        let keys = self.disk.records.keys().take(ORPHANS_MAX);
        let found: Vec<Id> = match left {
            Left::NotOf(alive) => keys.filter(|id| !alive.contains(&id[..8])).copied().collect(),
            Left::Of(known) => keys.filter(|id| known.contains(*id)).copied().collect(),
            Left::StillThere => {
                let known = keys.copied().collect();
                let left = Left::Of(known);
                return self.schedule(ORPHAN_AGE_MS, Action::Keys { tab, term, left });
            }
        };
        if matches!(left, Left::Of(_)) && self.tabs[tab].locks.term != term {
            return;
        }
        for id in found {
            if self.tabs[tab].life != Life::Runs || self.tabs[tab].journal != Journal::Open {
                return;
            }
            let lives = self
                .tabs
                .iter()
                .any(|page| page.instance == id[..8] && page.life != Life::Dead);
            self.seen
                .note("store", if lives { "orphan that lives" } else { "orphan" });
            // Sometimes there are too many, the driver says.
            if self.rng.chance(20) {
                self.seen.note("store", "spent");
                self.tell(tab, Event::Journal(Store::Spent(id)));
            } else {
                self.tell(tab, Event::Journal(Store::Orphan(id)));
            }
        }
    }

    /// The page is a sender no more.
    pub(crate) fn resign(&mut self, tab: usize) {
        let locks = &mut self.tabs[tab].locks;
        (locks.leads, locks.asked) = (false, false);
        locks.term += 1;
        locks.watches.clear();
        self.disk.wait.retain(|other| *other != tab);
        if self.disk.sender == Some(tab) {
            self.disk.sender = None;
            self.grant();
        }
    }

    /// The page gives back whatever it holds: it goes, its store has failed, or its logger has ended.
    pub(crate) fn suspend_store(&mut self, tab: usize) {
        let instance = self.tabs[tab].instance;
        let locks = &mut self.tabs[tab].locks;
        locks.suspended += 1;
        locks.reopens = true;
        locks.alive = false;
        self.resign(tab);
        // Who waited for its end looks for what it has left.
        for other in 0..self.tabs.len() {
            if self.tabs[other].locks.watches.remove(&instance) {
                self.lead(other);
            }
        }
    }

    /// The page is back from the cache: what it wrote before has a living page again.
    pub(crate) fn resume_store(&mut self, tab: usize) {
        let page = &mut self.tabs[tab];
        page.locks.alive = page.locks.writes && page.journal == Journal::Open;
    }
}
