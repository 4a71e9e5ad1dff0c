//! The world around the clients: time, and what happens in it. Everything that reaches a client goes through
//! [`World::tell`], which performs what it wants as the driver does and has the model look.
//!
//! Deterministic: one queue, ordered by time and then by who came first; chance only from the seed.

use std::collections::{BTreeSet, BinaryHeap};
use std::rc::Rc;

use sapwood::core::batch::Id;
use sapwood::core::effect::{Effect, Request};
use sapwood::core::error::PROBLEM_CODES;
use sapwood::core::event::{Answer, Event, Outcome, RequestId, Store};
use sapwood::core::stats::DROP_REASON_NAMES;
use sapwood_replay::Recorder;

use crate::coverage::Seen;
use crate::disk::Disk;
use crate::net::{End, Net};
use crate::plan::{Browser, Plan};
use crate::record::hex;
use crate::rng::Rng;
use crate::scenario::Script;
use crate::sent::Sent;
use crate::server::{Mood, Reply, Server};
use crate::tab::{Life, Tab};
use crate::trace::Trace;

/// The wall clock when a world begins.
const UNIX: u64 = 1_763_640_000_000;
/// The browser ends a request so much later than the client gives it up.
const ABORT_SLACK_MS: u64 = 1_000;
/// What a browser holds back of one origin.
const LATER_BYTES_MAX: usize = 64 * 1024;
/// Longer takes no beacon.
const BEACON_MS_MAX: u64 = 300_000;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The workload goes on.
    Step,
    /// A page's timer.
    Wake { tab: usize, timer: u64 },
    /// A page is idle: its tape goes over.
    Idle { tab: usize },
    /// A request reaches the receiver, for the first time or again.
    Arrive { flight: u64, sent: Rc<Sent>, again: bool },
    /// A request ends for the one who made it.
    End { flight: u64, outcome: Outcome },
    /// The store of a page's journal is open, or cannot be.
    Opened { tab: usize, fails: bool },
    /// A record is written.
    Put { tab: usize, id: Id, bytes: Vec<u8> },
    /// A page hears how that went.
    Report { tab: usize, id: Id, stored: bool },
    /// A record is read.
    Get { tab: usize, id: Id },
    /// A record is erased.
    Delete { id: Id },
    /// A page looks for what dead ones have left.
    Look { tab: usize },
    /// A page hears how its request ended.
    Hear { tab: usize, request: RequestId, outcome: Outcome },
}

/// An action and its time; the order is by time, then by number.
#[derive(Debug)]
struct Due {
    at: u64,
    number: u64,
    action: Action,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    /// The heap gives out the greatest: the earliest.
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) rng: Rng,
    pub(crate) now: u64,
    /// What the wall clock has jumped so far.
    pub(crate) jumped: i64,
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
    lost: BTreeSet<u64>,
    /// Entries that a beacon took along when it was lost.
    pub(crate) lost_in_beacons: BTreeSet<(String, u64)>,
    queue: BinaryHeap<Due>,
    numbers: u64,
}

impl World {
    pub(crate) fn new(plan: Plan, rng: Rng, trace: Trace) -> World {
        World {
            plan,
            rng,
            now: 10_000,
            jumped: 0,
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
            queue: BinaryHeap::new(),
            numbers: 0,
        }
    }

    /// The wall clock, and what it would be if it had not jumped.
    pub(crate) fn unix(&self) -> (u64, u64) {
        let steady = UNIX + self.now;
        (steady.saturating_add_signed(self.jumped), steady)
    }

    /// It will happen after so long.
    pub(crate) fn schedule(&mut self, delay: u64, action: Action) {
        self.numbers += 1;
        self.queue.push(Due {
            at: self.now.saturating_add(delay),
            number: self.numbers,
            action,
        });
    }

    /// The next thing happens, if there is one before `until`.
    pub(crate) fn advance(&mut self, until: u64) -> bool {
        if self.queue.peek().is_none_or(|due| due.at > until) {
            self.now = self.now.max(until);
            return false;
        }
        let due = self.queue.pop().expect("it was there");
        self.now = self.now.max(due.at);
        self.act(due.action);
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
            Action::Put { tab, id, bytes } => self.put(tab, id, bytes),
            Action::Delete { id } => {
                self.disk.going.remove(&id);
                self.disk.records.remove(&id);
            }
            Action::Opened { tab, fails } => {
                if self.reaches(tab, &action) {
                    self.opened(tab, fails);
                }
            }
            Action::Report { tab, id, stored } => {
                if self.reaches(tab, &action) {
                    self.report(tab, id, stored);
                }
            }
            Action::Get { tab, id } => {
                if self.reaches(tab, &action) {
                    self.get(tab, id);
                }
            }
            Action::Look { tab } => {
                if self.reaches(tab, &action) {
                    self.look(tab);
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
            self.seen.add("drop", "facade", count.into());
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
        while let Some(effect) = self.tabs[tab].poll() {
            self.perform(tab, effect);
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
            self.release(tab);
        }
    }

    fn hear(&mut self, tab: usize, event: Event<'_>) {
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
                self.seen.note("effect", "report");
                self.seen.note("problem", PROBLEM_CODES[problem as usize]);
                self.say(tab, || format!("  → reports {} {status}", PROBLEM_CODES[problem as usize]));
            }
            Effect::Dropped { reason, count } => {
                judge.told(now, reason, count);
                self.seen.note("effect", "dropped");
                self.seen.add("drop", DROP_REASON_NAMES[reason as usize], count);
                self.say(tab, || format!("  → drops {count} as {}", DROP_REASON_NAMES[reason as usize]));
            }
            Effect::Store { id, ref bytes } => {
                judge.write(now, id, bytes);
                self.say(tab, || format!("  → stores record …{}, {} bytes", &hex(&id)[28..], bytes.len()));
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
            Effect::Sleep(until) => {
                judge.sleep(now, until);
                self.seen.note("effect", "sleep");
                self.arm(tab, until);
            }
        }
    }

    /// The browser holds a request back until the page is gone, or forgets it.
    fn later(&mut self, tab: usize, body: Option<Vec<u8>>) {
        self.seen.note("effect", "later");
        let sent = body.map(|body| Rc::new(Sent::held_back(body)));
        self.say(tab, || match &sent {
            Some(sent) => format!("  → has the browser keep {}", sent.summary()),
            None => "  → has the browser keep nothing".to_owned(),
        });
        let (unix, _) = self.unix();
        let page = &mut self.tabs[tab];
        page.judge.later(page.now(self.now, unix), sent.as_deref());
        // The browser refuses what is larger than its quota.
        let taken = |sent: &Rc<Sent>| sent.request.body.len() <= LATER_BYTES_MAX;
        if sent.as_ref().is_some_and(|sent| !taken(sent)) {
            self.seen.note("fault", "held back refused");
        }
        page.later = sent.filter(taken);
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

    /// The browser gets a request; what is known of it at once.
    fn send(&mut self, tab: usize, request: Request) -> Option<(RequestId, Outcome)> {
        let sent = Rc::new(Sent::new(request));
        let (unix, _) = self.unix();
        self.say(tab, || format!("  → sends {}", sent.summary()));
        let page = &mut self.tabs[tab];
        page.judge.send(page.now(self.now, unix), &sent);
        self.note_request(&sent);
        let (id, beacon) = (sent.request.id, sent.request.beacon);
        let browser = self.plan.browser;
        if !beacon && self.rng.chance(self.net.line.throws) {
            self.seen.note("fault", "fetch throws");
            return Some((id, Outcome::Failed));
        }
        if (beacon || sent.request.keepalive) && !self.net.has_room(&sent, browser) {
            let name = if beacon { "beacon refused" } else { "keepalive refused" };
            self.seen.note("fault", name);
            if beacon {
                return Some((id, Outcome::Failed));
            }
            let outcome = Outcome::Failed;
            self.schedule_within(3, Action::Hear { tab, request: id, outcome });
            return None;
        }
        let fate = self.net.fate(&mut self.rng);
        self.note_fate(fate.arrives.is_some(), fate.end);
        let flight = self.net.start(tab, Rc::clone(&sent), fate, browser);
        // Nothing ends a beacon but its end.
        let timeout = if beacon { BEACON_MS_MAX } else { sent.request.timeout_ms + ABORT_SLACK_MS };
        if let Some(arrives) = fate.arrives {
            self.schedule(arrives, Action::Arrive { flight, sent: Rc::clone(&sent), again: false });
        } else if beacon {
            self.lose_beacon(&sent);
        }
        if let Some(again) = fate.again {
            self.seen.note("fault", "duplicate");
            self.schedule(again, Action::Arrive { flight, sent, again: true });
        }
        let outcome = Outcome::Failed;
        if let End::Fails(after) = fate.end {
            self.schedule(after, Action::End { flight, outcome });
        }
        self.schedule(timeout, Action::End { flight, outcome });
        if beacon {
            self.seen.note("outcome", "taken");
        }
        beacon.then_some((id, Outcome::Taken))
    }

    fn schedule_within(&mut self, most: u64, action: Action) {
        let delay = self.rng.between(0, most);
        self.schedule(delay, action);
    }

    pub(crate) fn lose_beacon(&mut self, sent: &Sent) {
        self.seen.note("fault", "lost beacon");
        let named = sent.seqs().map(|seq| (sent.instance.clone(), seq));
        self.lost_in_beacons.extend(named);
    }

    fn note_request(&mut self, sent: &Sent) {
        let name = match (sent.request.beacon, sent.request.keepalive) {
            (true, _) => "beacon",
            (_, true) => "keepalive",
            _ => "fetch",
        };
        self.seen.note("request", name);
        if sent.request.simple {
            self.seen.note("request", "simple");
        }
        match &sent.end[..] {
            "hide" => self.seen.note("request", "at exit"),
            "close" => self.seen.note("request", "at close"),
            _ => {}
        }
        if sent.attempt > 1 {
            self.seen.note("request", "retried");
        }
    }

    fn note_fate(&mut self, arrives: bool, end: End) {
        let (line, offline) = (self.net.line, self.net.offline);
        let name = match end {
            End::Answer => return,
            End::CutAnswer => "cut body",
            End::Hangs => "hang",
            End::Fails(_) if arrives => "lost answer",
            End::Fails(_) if line.blocked => "blocked",
            End::Fails(_) if offline => "offline",
            End::Fails(_) if line.gone => "gone",
            End::Fails(_) if line.redirect > 0 => "redirect",
            End::Fails(_) => "lost request",
        };
        self.seen.note("fault", name);
    }

    fn arrive(&mut self, flight: u64, sent: &Rc<Sent>, again: bool) {
        if self.lost.contains(&flight) {
            return;
        }
        let (mood, seen) = (self.mood, &mut self.seen);
        let (reply, scripted) = match &mut self.script {
            Some(script) => script.receive(&mut self.server, sent),
            None => (self.server.receive(sent, mood, &mut self.rng, seen), None),
        };
        self.trace.say(self.now, "receiver", || {
            format!("has {} entries {}–{}: {reply:?}", sent.entries.len(), sent.first, sent.last)
        });
        if sent.request.beacon && !reply.keeps {
            // Nobody hears that it was refused.
            self.lose_beacon(sent);
        }
        let under_way = self.net.flights.get_mut(&flight);
        let fate = under_way.map(|flight| {
            flight.arrived = true;
            flight.fate
        });
        let Some(fate) = fate.filter(|_| !again) else {
            return;
        };
        let outcome = match scripted.unwrap_or(fate.end) {
            End::Answer => Outcome::Answered(answer(reply, reply.count)),
            End::CutAnswer => Outcome::Answered(answer(reply, 0)),
            End::Fails(_) if scripted.is_some() => Outcome::Failed,
            End::Fails(_) | End::Hangs => return,
        };
        if fate.back + reply.late_ms > sent.request.timeout_ms {
            self.seen.note("fault", "answered too late");
        }
        if reply.retry_after_ms > 0 {
            self.seen.note("fault", "retry-after");
        }
        self.schedule(fate.back + reply.late_ms, Action::End { flight, outcome });
    }

    fn end(&mut self, id: u64, outcome: Outcome) {
        let Some(flight) = self.net.flights.remove(&id) else {
            return;
        };
        let request = flight.sent.request.id;
        if flight.sent.request.beacon {
            if !flight.arrived {
                self.lost.insert(id);
                self.lose_beacon(&flight.sent);
            }
            return;
        }
        self.note_outcome(outcome);
        self.act(Action::Hear {
            tab: flight.tab,
            request,
            outcome,
        });
    }

    fn note_outcome(&mut self, outcome: Outcome) {
        let name = match outcome {
            Outcome::Answered(_) => "answered",
            Outcome::Failed => "failed",
            Outcome::Taken => "taken",
        };
        self.seen.note("outcome", name);
        if let Outcome::Answered(answer) = outcome {
            let status = answer.status.to_string();
            self.seen.note("status", if answer.status == 0 { "opaque" } else { &status });
        }
    }

    /// The page dies without a word. What it has under way dies with it, or goes on if it was made for that.
    pub(crate) fn kill(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Dead;
        self.say(tab, || "is dead".to_owned());
        self.bequeath(tab);
        if let Some(sent) = self.tabs[tab].later.take().filter(|_| self.rng.chance(800)) {
            self.seen.note("request", "held back");
            self.schedule_within(80, Action::Arrive { flight: 0, sent, again: true });
        }
        let browser = self.plan.browser;
        let flights: Vec<u64> = self.net.flights.iter().filter(|(_, flight)| flight.tab == tab).map(|(id, _)| *id).collect();
        for id in flights {
            let sent = Rc::clone(&self.net.flights[&id].sent);
            let outlives = sent.request.keepalive || sent.request.beacon;
            let lost = match (outlives, browser) {
                (false, _) => self.rng.chance(500),
                (true, Browser::Firefox) => self.rng.chance(300),
                (true, _) => false,
            };
            if !lost {
                continue;
            }
            self.seen.note("fault", "lost at exit");
            self.net.flights.remove(&id);
            self.lost.insert(id);
            if sent.request.beacon {
                self.lose_beacon(&sent);
            }
        }
    }

    pub(crate) fn say(&mut self, tab: usize, what: impl FnOnce() -> String) {
        let now = self.now;
        let name = &self.tabs[tab].name;
        self.trace.say(now, name, what);
    }
}

fn answer(reply: Reply, count: u64) -> Answer {
    Answer {
        status: reply.status,
        retry_after_ms: reply.retry_after_ms,
        count,
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
