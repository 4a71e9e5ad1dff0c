//! The journal's store, shared by the pages of an origin, and the driver's part before it (`js/src/store.ts`); who may send what
//! dead pages have left is `locks`'.
//!
//! Faults: no room, no answer, writes that are lost in a crash or torn, records that rot, a database that somebody deletes.

use std::collections::{BTreeMap, BTreeSet};

use sapwood::core::batch::Id;
use sapwood::core::effect::Effect;
use sapwood::core::event::{Event, Store};

use crate::queue::Action;
use crate::record;
use crate::tab::{Journal, Life};
use crate::world::World;

/// What the store is like at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    /// Takes seconds.
    Slow,
    /// Has no room.
    Full,
    /// Answers nothing any more.
    Hangs,
}

/// In the order in which they are drawn.
pub(crate) const HEALTHS: [Health; 5] = [Health::Well, Health::Well, Health::Slow, Health::Full, Health::Hangs];

/// See the module.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) health: Health,
    pub(crate) records: BTreeMap<Id, Vec<u8>>,
    /// Records that are on their way out.
    pub(crate) going: BTreeSet<Id>,
    /// The page that may send what others have left.
    pub(crate) sender: Option<usize>,
    /// Pages that want to be it, in the order of their asking.
    pub(crate) wait: Vec<usize>,
    /// What must arrive, or be counted, though its page is dead.
    pub(crate) left: BTreeSet<(String, u64)>,
    /// What a fault has destroyed.
    pub(crate) lost: BTreeSet<(String, u64)>,
}

impl Disk {
    pub(crate) fn new() -> Disk {
        Disk {
            health: Health::Well,
            records: BTreeMap::new(),
            going: BTreeSet::new(),
            sender: None,
            wait: Vec::new(),
            left: BTreeSet::new(),
            lost: BTreeSet::new(),
        }
    }

    /// The entries of a record are gone by a fault.
    fn lose(&mut self, id: &Id, bytes: &[u8]) {
        if let Some(record) = record::read(id, bytes) {
            let named = record.entries.iter().map(|(seq, _)| (record.instance.clone(), *seq));
            self.lost.extend(named);
        }
    }

    /// The user has denied consent: what nobody has read goes unread, and nobody knows how much it was.
    pub(crate) fn forget(&mut self, id: &Id) {
        if let Some(bytes) = self.records.get(id).cloned() {
            self.lose(id, &bytes);
        }
    }

    /// A page dies: what its instance has in the store must outlive it.
    fn bequeath(&mut self, instance: &[u8]) {
        let stays = |id: &Id| id[..8] == *instance && !self.going.contains(id);
        for (id, bytes) in self.records.iter().filter(|(id, _)| stays(id)) {
            if let Some(record) = record::read(id, bytes) {
                let named = record.entries.iter().map(|(seq, _)| (record.instance.clone(), *seq));
                self.left.extend(named);
            }
        }
    }
}

impl World {
    /// The driver opens the store for a new page.
    pub(crate) fn open_store(&mut self, tab: usize) {
        let fails = self.disk.health != Health::Well && self.rng.chance(300);
        let delay = self.store_delay();
        if let Some(delay) = delay {
            self.schedule(delay, Action::Opened { tab, fails });
        }
    }

    /// How long the store takes; `None`: for ever.
    pub(crate) fn store_delay(&mut self) -> Option<u64> {
        match self.disk.health {
            Health::Well | Health::Full => Some(self.rng.between(0, 20)),
            Health::Slow => Some(self.rng.between(100, 5_000)),
            Health::Hangs => None,
        }
    }

    pub(crate) fn opened(&mut self, tab: usize, fails: bool) {
        if fails {
            self.seen.note("store", "closed at once");
            return self.close_store(tab);
        }
        // What failed is not opened any more.
        if self.tabs[tab].journal == Journal::Closed {
            return;
        }
        self.seen.note("store", "opened");
        // A close may have been settled meanwhile.
        if self.tabs[tab].journal == Journal::None {
            self.tabs[tab].journal = Journal::Open;
        }
        self.tell(tab, Event::Journal(Store::Open));
    }

    /// The page was hidden, seen or started, and says when it has run another task: soon, if it is not gone or frozen before. Also where
    /// its store has failed, and when its logger ends meanwhile.
    pub(crate) fn ask_whether_it_stays(&mut self, tab: usize) {
        if self.plan.persist {
            let delay = self.rng.pick(&[0, 0, 1, 50, 2_000]);
            self.schedule(delay, Action::Stays { tab });
        }
    }

    pub(crate) fn stays(&mut self, tab: usize) {
        let name = if self.tabs[tab].hidden {
            "stays"
        } else {
            "stays, and is seen"
        };
        self.seen.note("store", name);
        self.tell(tab, Event::Journal(Store::Stays));
    }

    /// The store is gone for this page.
    pub(crate) fn close_store(&mut self, tab: usize) {
        let is_over = matches!(self.tabs[tab].journal, Journal::Closed | Journal::Ended);
        if self.tabs[tab].life == Life::Runs && !is_over {
            self.seen.note("store", "closed");
            self.tabs[tab].journal = Journal::Closed;
            self.suspend_store(tab);
            self.tell(tab, Event::Journal(Store::Closed));
        }
    }

    /// The logger has ended: what it left is anybody's, and nothing is written any more. What is still answered is erased.
    pub(crate) fn end_store(&mut self, tab: usize) {
        if !matches!(self.tabs[tab].journal, Journal::Closed | Journal::Ended) {
            self.tabs[tab].journal = Journal::Ended;
            self.tabs[tab].later = None;
            self.suspend_store(tab);
        }
    }

    /// The client wants something of the store.
    pub(crate) fn store(&mut self, tab: usize, effect: Effect) {
        let delay = self.store_delay();
        let reopens = effect != Effect::Scan && std::mem::take(&mut self.tabs[tab].locks.reopens);
        if let Some(delay) = delay.filter(|_| reopens && self.plan.steps > 0 && self.rng.chance(200)) {
            self.seen.note("store", "not opened again");
            return self.schedule(delay, Action::Opened { tab, fails: true });
        }
        let suspended = self.tabs[tab].locks.suspended;
        match effect {
            Effect::Store { id, bytes } => {
                self.seen.note("effect", "store");
                self.lives(tab);
                if let Some(delay) = delay {
                    self.schedule(
                        delay,
                        Action::Put {
                            tab,
                            id,
                            bytes,
                            suspended,
                        },
                    );
                } else {
                    self.seen.note("store", "hangs");
                }
            }
            Effect::Erase(id) => {
                self.seen.note("effect", "erase");
                if self.tabs[tab].journal == Journal::Ended {
                    self.seen.note("store", "erased after the end");
                }
                match delay {
                    Some(delay) if !self.rng.chance(self.plan.erase_fails) => {
                        self.disk.going.insert(id);
                        self.schedule(delay, Action::Delete { tab, id, suspended });
                    }
                    _ => self.seen.note("store", "erase fails"),
                }
            }
            Effect::Load(id) => {
                self.seen.note("effect", "load");
                match delay {
                    Some(delay) => self.schedule(delay, Action::Get { tab, id, suspended }),
                    None => self.tabs[tab].stuck = true,
                }
            }
            _ => {
                self.seen.note("effect", "scan");
                self.lead(tab);
            }
        }
    }

    /// Was the store suspended before this had its connection or its lock? Then it is not done, and nobody is told.
    fn has_not_begun(&mut self, tab: usize, suspended: u32) -> bool {
        let lost = self.tabs[tab].locks.suspended != suspended && self.rng.chance(500);
        if lost {
            self.seen.note("store", "not begun");
        }
        lost
    }

    /// A record is erased, if its page still was there to do it.
    pub(crate) fn delete(&mut self, tab: usize, id: Id, suspended: u32) {
        self.disk.going.remove(&id);
        if !self.has_not_begun(tab, suspended) {
            self.disk.records.remove(&id);
        }
    }

    /// A write comes to its end.
    pub(crate) fn put(&mut self, tab: usize, id: Id, bytes: Vec<u8>, suspended: u32) {
        if self.tabs[tab].life == Life::Dead {
            // It may have been done, in part or not at all.
            match self.rng.below(3) {
                0 => drop(self.disk.records.insert(id, bytes)),
                1 => {
                    self.seen.note("store", "torn write");
                    let torn = bytes.len() / 2;
                    self.disk.records.insert(id, bytes[..torn].to_vec());
                }
                _ => self.seen.note("store", "lost write"),
            }
            return;
        }
        if self.tabs[tab].journal == Journal::Closed {
            return;
        }
        if self.has_not_begun(tab, suspended) {
            return;
        }
        if self.disk.health == Health::Full {
            self.seen.note("store", "refused");
            return self.act(Action::Report { tab, id, stored: false });
        }
        if self.rng.chance(self.plan.rot) {
            self.seen.note("store", "lost though stored");
            self.disk.lose(&id, &bytes);
        } else {
            self.disk.records.insert(id, bytes);
        }
        self.act(Action::Report { tab, id, stored: true });
    }

    pub(crate) fn report(&mut self, tab: usize, id: Id, stored: bool) {
        self.seen
            .note("store", if stored { "stored" } else { "told of a refusal" });
        let event = if stored { Store::Stored(id) } else { Store::Refused(id) };
        self.tell(tab, Event::Journal(event));
    }

    pub(crate) fn get(&mut self, tab: usize, id: Id, suspended: u32) {
        if self.tabs[tab].journal != Journal::Open || self.has_not_begun(tab, suspended) {
            return;
        }
        let bytes = self.disk.records.get(&id).cloned().unwrap_or_default();
        let name = match (bytes.is_empty(), record::read(&id, &bytes).is_some()) {
            (true, _) => "loaded nothing",
            (_, true) => "loaded",
            (_, false) => "loaded damaged",
        };
        self.seen.note("store", name);
        let own = id[..8] == self.tabs[tab].instance;
        if own && self.tabs[tab].has_shadow() {
            self.seen.note("store", "loaded by two clocks");
        } else if !own && self.clock_has_jumped {
            self.tabs[tab].reads_another();
        }
        self.tell(tab, Event::Journal(Store::Loaded { id, bytes: &bytes }));
    }

    /// The page's part of the store, when it dies.
    pub(crate) fn bequeath(&mut self, tab: usize) {
        let instance = self.tabs[tab].instance;
        self.disk.bequeath(&instance);
        self.suspend_store(tab);
    }

    /// A fault of the store itself.
    pub(crate) fn break_store(&mut self) {
        match self.rng.below(10) {
            0 => {
                self.seen.note("store", "deleted");
                self.trace.say(self.now, "store", || "is deleted".to_owned());
                for (id, bytes) in std::mem::take(&mut self.disk.records) {
                    self.disk.lose(&id, &bytes);
                }
                for tab in self.running() {
                    self.close_store(tab);
                }
            }
            1 => {
                let running = self.running();
                if !running.is_empty() {
                    let tab = self.rng.pick(&running);
                    self.close_store(tab);
                }
            }
            2 | 3 => self.rot(),
            _ => {
                self.disk.health = self.rng.pick(&HEALTHS);
                let health = self.disk.health;
                self.trace.say(self.now, "store", || format!("is {health:?}"));
            }
        }
    }

    /// One record is damaged, or there is one that nobody can read.
    fn rot(&mut self) {
        let ids: Vec<Id> = self.disk.records.keys().copied().collect();
        if ids.is_empty() || self.rng.chance(300) {
            self.seen.note("store", "of another version");
            let mut id = [0xee; 16];
            id[8..].copy_from_slice(&self.rng.bits().to_be_bytes());
            self.disk
                .records
                .insert(id, b"\0\0\0\0what a later version wrote".to_vec());
            return;
        }
        self.seen.note("store", "rotten");
        let id = self.rng.pick(&ids);
        let mut bytes = self.disk.records[&id].clone();
        self.disk.lose(&id, &bytes);
        let at = self.rng.below(bytes.len().max(1) as u64) as usize;
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0x10;
        }
        self.disk.records.insert(id, bytes);
    }
}
