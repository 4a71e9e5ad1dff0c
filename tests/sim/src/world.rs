//! The world around the clients: time, and what happens in it. Everything that reaches a client goes through
//! [`World::tell`], which performs what it wants as the driver does and has the model look.
//!
//! Deterministic: one queue, ordered by time and then by who came first; chance only from the seed.

use std::collections::BTreeSet;

use sapwood::core::effect::Effect;
use sapwood::core::error::PROBLEM_CODES;
use sapwood::core::event::{Event, Store};
use sapwood::core::stats::DROP_REASON_NAMES;
use sapwood_replay::Recorder;

use crate::coverage::Seen;
use crate::disk::Disk;
use crate::net::Net;
use crate::plan::{Browser, Plan};
use crate::queue::{Action, Queue};
use crate::record::hex;
use crate::rng::Rng;
use crate::scenario::Script;
use crate::server::{Mood, Server};
use crate::tab::{Life, Tab};
use crate::trace::Trace;

/// More effects than this of one event are a loop.
const EFFECTS_MAX: u32 = 20_000;
/// More things than this do not happen in one seed.
const ACTIONS_MAX: u32 = 500_000;
/// The wall clock when a world begins.
const UNIX: u64 = 1_763_640_000_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) rng: Rng,
    pub(crate) now: u64,
    /// What the wall clock has jumped so far.
    pub(crate) jumped: i64,
    pub(crate) clock_has_jumped: bool,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) net: Net,
    pub(crate) disk: Disk,
    pub(crate) server: Server,
    pub(crate) mood: Mood,
    pub(crate) script: Option<Script>,
    pub(crate) seen: Seen,
    pub(crate) trace: Trace,
    /// Does each client's life go to a record?
    pub(crate) records: bool,
    /// Requests that died with their page.
    pub(crate) lost: BTreeSet<u64>,
    /// Entries that a beacon took along when it was lost.
    pub(crate) lost_in_beacons: BTreeSet<(String, u64)>,
    queue: Queue,
    actions: u32,
}

impl World {
    pub(crate) fn new(plan: Plan, rng: Rng, trace: Trace) -> World {
        World {
            plan,
            rng,
            now: 10_000,
            jumped: 0,
            clock_has_jumped: false,
            tabs: Vec::new(),
            net: Net::new(),
            disk: Disk::new(),
            server: Server::default(),
            mood: Mood::Well,
            script: None,
            seen: Seen::default(),
            trace,
            records: false,
            lost: BTreeSet::new(),
            lost_in_beacons: BTreeSet::new(),
            queue: Queue::default(),
            actions: 0,
        }
    }

    /// The wall clock, and what it would be if it had not jumped.
    pub(crate) fn unix(&self) -> (u64, u64) {
        let steady = UNIX + self.now;
        (steady.saturating_add_signed(self.jumped), steady)
    }

    /// It will happen after so long.
    pub(crate) fn schedule(&mut self, delay: u64, action: Action) {
        self.queue.push(self.now.saturating_add(delay), action);
    }

    /// The next thing happens, if there is one before `until`.
    pub(crate) fn advance(&mut self, until: u64) -> bool {
        let Some((at, action)) = self.queue.pop(until) else {
            self.now = self.now.max(until);
            return false;
        };
        self.now = self.now.max(at);
        self.actions += 1;
        assert!(self.actions < ACTIONS_MAX, "I3: it goes on without end");
        self.act(action);
        true
    }

    /// Is nothing to come but what has no end?
    pub(crate) fn is_still(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn act(&mut self, action: Action) {
        match action {
            Action::Step => self.step(),
            Action::Wake { tab, timer } => {
                if self.reaches(tab, &action) && self.tabs[tab].timer == timer {
                    self.seen.note("event", "wake");
                    self.cross(tab);
                    self.tell(tab, Event::Wake);
                }
            }
            Action::Idle { tab } => {
                if self.reaches(tab, &action) {
                    self.cross(tab);
                }
            }
            Action::Arrive { flight, sent, again } => self.arrive(flight, &sent, again),
            Action::End { flight, outcome } => self.end(flight, outcome),
            Action::Put {
                tab,
                id,
                bytes,
                suspended,
            } => self.put(tab, id, bytes, suspended),
            Action::Delete { tab, id, suspended } => self.delete(tab, id, suspended),
            Action::Opened { tab, fails } => {
                if self.reaches(tab, &action) {
                    self.opened(tab, fails);
                }
            }
            Action::Stays { tab } => {
                if self.reaches(tab, &action) {
                    self.stays(tab);
                }
            }
            Action::Report { tab, id, stored } => {
                if self.reaches(tab, &action) {
                    self.report(tab, id, stored);
                }
            }
            Action::Get { tab, id, suspended } => {
                if self.reaches(tab, &action) {
                    self.get(tab, id, suspended);
                }
            }
            Action::Lead { tab, term } => {
                if self.reaches(tab, &action) {
                    self.leads(tab, term);
                }
            }
            Action::Look { tab, term } => {
                if self.reaches(tab, &action) {
                    self.look(tab, term);
                }
            }
            Action::LookLater { tab, term } => {
                if self.reaches(tab, &action) {
                    self.look_later(tab, term);
                }
            }
            Action::Keys { tab, term, ref left } => {
                if self.reaches(tab, &action) {
                    self.keys(tab, term, left);
                }
            }
            Action::Hear { tab, request, outcome } => {
                if self.reaches(tab, &action) {
                    self.seen.note("event", "outcome");
                    if !self.tabs[tab].judge.waits_for(request) {
                        self.seen.note("outcome", "late");
                    }
                    self.tell(tab, Event::Outcome { request, outcome });
                }
            }
        }
    }

    /// Does the page hear of it now? A frozen one does when it thaws.
    fn reaches(&mut self, tab: usize, action: &Action) -> bool {
        let tab = &mut self.tabs[tab];
        if tab.life == Life::Frozen {
            tab.inbox.push(action.clone());
        }
        tab.life == Life::Runs
    }

    /// A page is opened; its number.
    pub(crate) fn open(&mut self) -> usize {
        let number = self.tabs.len();
        let mut seed = [0; 16];
        seed[..8].copy_from_slice(&self.rng.bits().to_le_bytes());
        seed[8..].copy_from_slice(&self.rng.bits().to_le_bytes());
        let mut tab = Tab::open(number, self.now, seed, &self.plan.settings, self.plan.shadow);
        if self.records {
            tab.recorder = Some(Recorder::new(seed, &self.plan.settings));
        }
        self.tabs.push(tab);
        self.seen.note("life", "open");
        self.say(number, || "is opened".to_owned());
        if self.net.offline {
            self.tell(number, Event::Online(false));
        }
        if self.plan.persist {
            self.open_store(number);
            self.ask_whether_it_stays(number);
            if self.plan.browser == Browser::Chromium {
                self.tell(number, Event::Journal(Store::Later));
            }
        }
        number
    }

    /// What is on the page's tape goes over.
    pub(crate) fn cross(&mut self, tab: usize) {
        let now = self.now;
        let Some(crossing) = self.tabs[tab].app.cross(now) else {
            return;
        };
        self.seen.note("event", "records");
        let origin = self.tabs[tab].global(0);
        for mut entry in crossing.entries {
            entry.at = entry.at.saturating_sub(origin);
            self.tabs[tab].judge.accept(entry);
        }
        for (reason, count) in crossing.drops {
            self.seen
                .add("facade", DROP_REASON_NAMES[reason as usize], count.into());
            self.tabs[tab].judge.facade_drop(reason, count.into());
        }
        if crossing.broken {
            self.seen.note("fault", "broken record");
        }
        let (bytes, waited) = (&crossing.bytes[..], crossing.waited);
        self.tell(tab, Event::Records { bytes, waited });
    }

    /// One event in, all effects out, and everything looked at.
    pub(crate) fn tell(&mut self, tab: usize, event: Event<'_>) {
        // It may have died of what was told before.
        if self.tabs[tab].life != Life::Runs {
            return;
        }
        self.hear(tab, event);
        let mut effects = 0;
        while let Some(effect) = self.tabs[tab].poll() {
            self.perform(tab, effect);
            effects += 1;
            assert!(effects < EFFECTS_MAX, "I3: one event has effects without end");
            if self.plan.dies_between && self.rng.chance(2) {
                self.seen.note("life", "killed between effects");
                self.kill(tab);
                return;
            }
        }
        let (unix, _) = self.unix();
        let page = &mut self.tabs[tab];
        let (own, others) = (page.client.counters(), page.client.recovered());
        page.judge.rest(page.now(self.now, unix), &own, &others);
        if page.judge.is_closed() {
            self.end_store(tab);
        }
    }

    pub(crate) fn hear(&mut self, tab: usize, event: Event<'_>) {
        let (unix, steady) = self.unix();
        self.say(tab, || describe(&event));
        let page = &mut self.tabs[tab];
        page.handle(page.now(self.now, unix), steady, event);
    }

    fn perform(&mut self, tab: usize, effect: Effect) {
        let (unix, _) = self.unix();
        let now = self.tabs[tab].now(self.now, unix);
        let judge = &mut self.tabs[tab].judge;
        match effect {
            Effect::Send(request) => {
                self.seen.note("effect", "send");
                if let Some((request, outcome)) = self.send(tab, request) {
                    // The driver knows at once, and tells before it goes on.
                    self.hear(tab, Event::Outcome { request, outcome });
                }
            }
            Effect::Settle { token, outcome } => {
                judge.settle(now, token, &outcome);
                self.seen.note("effect", "settle");
                self.say(tab, || format!("  → settles flush {token}: {outcome:?}"));
                if let Some(script) = &mut self.script {
                    script.settled.push(outcome);
                }
            }
            Effect::Report { problem, status } => {
                judge.reported(problem);
                self.seen.note("effect", "report");
                self.seen.note("problem", PROBLEM_CODES[problem as usize]);
                self.say(tab, || {
                    format!("  → reports {} {status}", PROBLEM_CODES[problem as usize])
                });
            }
            Effect::Dropped { reason, count } => {
                judge.told(now, reason, count);
                self.seen.note("effect", "dropped");
                self.seen.add("drop", DROP_REASON_NAMES[reason as usize], count);
                self.say(tab, || {
                    format!("  → drops {count} as {}", DROP_REASON_NAMES[reason as usize])
                });
            }
            Effect::Store { id, ref bytes } => {
                judge.write(now, id, bytes);
                self.say(tab, || {
                    format!("  → stores record …{}, {} bytes", &hex(&id)[28..], bytes.len())
                });
                self.store(tab, effect);
            }
            Effect::Load(id) => {
                judge.load(now, id);
                self.say(tab, || format!("  → reads record {}", hex(&id)));
                self.store(tab, effect);
            }
            Effect::Erase(id) => {
                if judge.erase(now, id) {
                    self.disk.forget(&id);
                }
                self.say(tab, || format!("  → erases record {}", hex(&id)));
                self.store(tab, effect);
            }
            Effect::Later(body) => self.later(tab, body),
            Effect::Scan => self.store(tab, effect),
            Effect::Release => {
                self.seen.note("effect", "release");
                self.resign(tab);
            }
            Effect::Sleep(until) => {
                judge.sleep(now, until);
                self.seen.note("effect", "sleep");
                self.arm(tab, until);
            }
        }
    }

    /// A timer for the page, which may come late.
    fn arm(&mut self, tab: usize, until: u64) {
        let page = &mut self.tabs[tab];
        page.timer += 1;
        let timer = page.timer;
        if until == u64::MAX {
            return;
        }
        let mut at = page.global(until).max(self.now);
        if page.hidden && self.rng.chance(self.plan.late_timers) {
            self.seen.note("fault", "late timer");
            at += self.rng.pick(&[1_000, 1_000, 60_000]);
        }
        self.schedule(at - self.now, Action::Wake { tab, timer });
    }

    pub(crate) fn say(&mut self, tab: usize, what: impl FnOnce() -> String) {
        let now = self.now;
        let name = &self.tabs[tab].name;
        self.trace.say(now, name, what);
    }
}

fn describe(event: &Event<'_>) -> String {
    match event {
        Event::Records { bytes, waited } => format!("{} bytes of records, waited {waited} ms", bytes.len()),
        Event::Flush { token, timeout, close } => {
            let verb = if *close { "close" } else { "flush" };
            format!("{verb} {token} within {timeout} ms")
        }
        Event::Journal(Store::Loaded { id, bytes }) => format!("record {} is {} bytes", hex(id), bytes.len()),
        Event::Journal(Store::Orphan(id)) => format!("record {} is an orphan", hex(id)),
        Event::Journal(Store::Stored(id)) => format!("record …{} is stored", &hex(id)[28..]),
        other => format!("{other:?}"),
    }
}
