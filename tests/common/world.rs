//! The outside of a client: browser, network and clock, in virtual time.
//!
//! Every event goes through [`World::handle`], which drains all effects and has the judge look. Nothing is answered by
//! itself: a test says what becomes of each request.
use std::collections::{BTreeMap, BTreeSet};

use sapwood::core::batch::Id;
use sapwood::core::client::Client;
use sapwood::core::config::{Config, Consent};
use sapwood::core::effect::Effect;
use sapwood::core::error::Problem;
use sapwood::core::event::{Answer, Event, Outcome, RequestId, Store};
use sapwood::core::flush;
use sapwood::core::level::Level;
use sapwood::core::limits::REFUSAL_MS_MAX;
use sapwood::core::stats::{DropReason, counter};
use sapwood::core::time::{Millis, Now};
use serde_json::{Value, json};

use super::judge::Judge;
use super::records::{Records, pairs};
use super::sent::Sent;

/// The wall clock when a world begins.
pub(crate) const UNIX: u64 = 1_763_640_000_000;
/// The monotonic clock when a world begins.
pub(crate) const START: Millis = 1_000_000;
/// The seed of a world that does not say its own.
pub(crate) const SEED: [u8; 16] = *b"\x01\x23\x45\x67\x89\xab\xcd\xefjitterxx";
/// More wake-ups than this within one `advance` are a loop.
const WAKES_MAX: u32 = 100_000;
/// More requests than this are a loop, too: what answers them would never end.
const REQUESTS_MAX: usize = 10_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) now: Now,
    /// Until when the client sleeps.
    pub(crate) sleep: Millis,
    /// Every request so far.
    pub(crate) sent: Vec<Sent>,
    /// Every answered flush.
    pub(crate) settled: BTreeMap<u32, flush::Outcome>,
    /// Every problem the application was told of.
    pub(crate) reports: Vec<(Problem, u16)>,
    /// What is in the store of the journal.
    pub(crate) store: BTreeMap<Id, Vec<u8>>,
    /// The records of pages that are gone.
    pub(crate) planted: BTreeSet<Id>,
    /// Writes and reads that the store has not answered.
    pub(crate) releases: u32,
    pub(crate) store_open: Vec<Effect>,
    /// Does the store answer at once?
    pub(crate) store_answers: bool,
    /// How often the client wanted to look for records.
    pub(crate) scans: usize,
    /// What the browser sends if the page is gone without a word.
    pub(crate) later: Option<Vec<u8>>,
    /// How often that was changed.
    pub(crate) armed: usize,
    /// Every effect so far: the trace.
    pub(crate) trace: Vec<Effect>,
    judge: Judge,
    seq: u64,
    token: u32,
}

/// The configuration of a world that does not say its own.
pub(crate) fn config() -> Config {
    Config::new("shop", "test").expect("a source is given")
}

impl World {
    /// With the defaults.
    pub(crate) fn new() -> Self {
        World::with(|_| {})
    }

    /// With some of the configuration changed.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        change(&mut config);
        World::start(config, SEED)
    }

    /// With everything given.
    pub(crate) fn start(config: Config, seed: [u8; 16]) -> Self {
        let judge = Judge::new(&config, seed);
        let now = Now {
            monotonic: START,
            unix: UNIX,
        };
        let mut world = World {
            client: Client::new(config, seed),
            now,
            sleep: Millis::MAX,
            sent: Vec::new(),
            settled: BTreeMap::new(),
            reports: Vec::new(),
            trace: Vec::new(),
            store: BTreeMap::new(),
            planted: BTreeSet::new(),
            releases: 0,
            store_open: Vec::new(),
            store_answers: true,
            scans: 0,
            later: None,
            armed: 0,
            judge,
            seq: 0,
            token: 0,
        };
        world.handle(Event::Visible(true));
        world
    }

    /// One event in, all effects out, and everything looked at.
    pub(crate) fn handle(&mut self, event: Event<'_>) {
        self.judge.event(self.now, &event, &self.client);
        self.client.handle(self.now, event);
        let mut asleep = false;
        while let Some(effect) = self.client.poll() {
            assert!(!asleep, "an effect follows Sleep: {effect:?}");
            match &effect {
                Effect::Send(request) => {
                    let sent = Sent::new(request.clone(), self.now.monotonic);
                    self.judge.send(&sent);
                    self.sent.push(sent);
                    assert!(self.sent.len() < REQUESTS_MAX, "it sends without end");
                }
                Effect::Settle { token, outcome } => {
                    self.judge.settle(*token, outcome);
                    self.settled.insert(*token, *outcome);
                }
                Effect::Report { problem, status } => self.reports.push((*problem, *status)),
                Effect::Dropped { reason, count } => self.judge.told(*reason, *count),
                Effect::Store { .. } | Effect::Load(_) => {
                    self.judge.store(self.now, &effect, &self.store);
                    self.store_open.push(effect.clone());
                }
                Effect::Erase(id) => {
                    self.judge.store(self.now, &effect, &self.store);
                    self.store.remove(id);
                }
                Effect::Scan => self.scans += 1,
                Effect::Release => self.releases += 1,
                Effect::Later(body) => {
                    self.later = body.clone();
                    self.armed += 1;
                }
                Effect::Sleep(until) => (asleep, self.sleep) = (true, *until),
            }
            self.trace.push(effect);
        }
        assert!(asleep, "a drain ends with Sleep");
        self.judge.rest(self.now, self.sleep, &self.client);
        while self.store_answers && !self.store_open.is_empty() {
            self.answer_store();
        }
    }

    /// The oldest write or read of the store is done.
    pub(crate) fn answer_store(&mut self) {
        match self.store_open.remove(0) {
            Effect::Store { id, bytes } => {
                self.store.insert(id, bytes);
                self.handle(Event::Journal(Store::Stored(id)));
            }
            Effect::Load(id) => {
                let bytes = self.store.get(&id).cloned().unwrap_or_default();
                self.judge.gone |= bytes.is_empty();
                self.handle(Event::Journal(Store::Loaded { id, bytes: &bytes }));
            }
            effect => panic!("not of the store: {effect:?}"),
        }
    }

    /// The oldest write fails.
    pub(crate) fn refuse_store(&mut self) {
        let Effect::Store { id, .. } = self.store_open.remove(0) else {
            panic!("it is no write");
        };
        self.handle(Event::Journal(Store::Refused(id)));
    }

    /// The store can be used.
    pub(crate) fn open_store(&mut self) {
        self.handle(Event::Journal(Store::Open));
    }

    /// Lets time pass; the client is woken when it asked for it.
    pub(crate) fn advance(&mut self, delay: Millis) {
        let end = self.now.monotonic + delay;
        let mut wakes = 0;
        while self.sleep <= end {
            self.jump_to(self.sleep.max(self.now.monotonic));
            self.handle(Event::Wake);
            wakes += 1;
            assert!(wakes < WAKES_MAX, "it is woken for nothing, again and again");
        }
        self.jump_to(end);
    }

    /// The clocks go on to `monotonic`, and nobody is woken: a timer that is late.
    pub(crate) fn jump_to(&mut self, monotonic: Millis) {
        self.now.unix += monotonic - self.now.monotonic;
        self.now.monotonic = monotonic;
    }

    // What the application does.

    /// Logs a message; its sequence number.
    pub(crate) fn log(&mut self, level: Level, message: &str) -> u64 {
        self.log_with(level, &json!({ "message": message }))
    }

    /// Logs `count` messages at `info` in one hand-over.
    pub(crate) fn log_many(&mut self, count: usize) {
        let mut records = Records::default().scope(&[]);
        for _ in 0..count {
            self.seq += 1;
            let fields = pairs(&json!({ "message": format!("message {}", self.seq) }));
            records = records.entry(self.seq, Level::Info as u32, &UNIX.to_string(), 0, &fields);
        }
        self.records(records);
    }

    /// Logs an entry with these fields.
    pub(crate) fn log_with(&mut self, level: Level, fields: &Value) -> u64 {
        self.log_under(&Value::Null, level, fields)
    }

    /// Logs an entry with these fields in a scope with those.
    pub(crate) fn log_under(&mut self, scope: &Value, level: Level, fields: &Value) -> u64 {
        self.seq += 1;
        let timestamp = self.now.unix.to_string();
        let records = Records::default().scope(&pairs(scope));
        self.records(records.entry(self.seq, level as u32, &timestamp, 0, &pairs(fields)));
        self.seq
    }

    /// Hands over operations.
    pub(crate) fn records(&mut self, records: Records) {
        self.handle(Event::Records {
            bytes: &records.bytes(),
            waited: 0,
        });
    }

    /// Hands over drops that the façade has told of.
    pub(crate) fn facade_drops(&mut self, reason: DropReason, count: u32) {
        self.facade_drops_as(reason as u32, count, reason);
    }

    /// The same under any number, which counts as `reason`.
    pub(crate) fn facade_drops_as(&mut self, number: u32, count: u32, reason: DropReason) {
        self.judge.told_by_facade(reason as usize, count.into());
        self.records(Records::default().dropped(number, count));
    }

    /// The next sequence number, taken.
    pub(crate) fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Flushes; the token.
    pub(crate) fn flush(&mut self, timeout: Millis) -> u32 {
        self.token += 1;
        self.handle(Event::Flush {
            token: self.token,
            timeout,
            close: false,
        });
        self.token
    }

    /// Closes; the token.
    pub(crate) fn close(&mut self, timeout: Millis) -> u32 {
        self.token += 1;
        self.handle(Event::Flush {
            token: self.token,
            timeout,
            close: true,
        });
        self.token
    }

    /// Sets the consent.
    pub(crate) fn consent(&mut self, consent: Consent) {
        self.handle(Event::Consent(consent));
    }

    // What the browser and the network do.

    /// The page is hidden.
    pub(crate) fn hide(&mut self) {
        self.handle(Event::Visible(false));
    }

    /// The page is seen again.
    pub(crate) fn show(&mut self) {
        self.handle(Event::Visible(true));
    }

    /// The network comes or goes.
    pub(crate) fn online(&mut self, online: bool) {
        self.handle(Event::Online(online));
    }

    /// Answers the oldest open request.
    pub(crate) fn answer(&mut self, status: u16) {
        self.answer_with(status, 0, 0);
    }

    /// Answers the oldest open request, with a `Retry-After` and a `count`.
    pub(crate) fn answer_with(&mut self, status: u16, retry_after_ms: Millis, count: u64) {
        let outcome = Outcome::Answered(Answer {
            status,
            retry_after_ms,
            count,
            frames: false,
        });
        self.outcome(self.open()[0], outcome);
    }

    /// Takes the oldest open request, and says that frames are read.
    pub(crate) fn answer_with_frames(&mut self) {
        let outcome = Outcome::Answered(Answer {
            status: 200,
            retry_after_ms: 0,
            count: 0,
            frames: true,
        });
        self.outcome(self.open()[0], outcome);
    }

    /// The oldest open request fails, after the time that a network takes for it.
    pub(crate) fn fail(&mut self) {
        self.jump_to(self.now.monotonic + REFUSAL_MS_MAX + 1);
        self.refuse();
    }

    /// The oldest open request fails at once, as what the browser refuses does.
    pub(crate) fn refuse(&mut self) {
        self.outcome(self.open()[0], Outcome::Failed);
    }

    /// A request meets its end.
    pub(crate) fn outcome(&mut self, request: RequestId, outcome: Outcome) {
        self.handle(Event::Outcome { request, outcome });
    }

    // What there is to see.

    /// The requests that were not answered and are not late, oldest first.
    pub(crate) fn open(&self) -> Vec<RequestId> {
        self.judge.open()
    }

    /// How many flushes have not been answered.
    pub(crate) fn waiting_flushes(&self) -> usize {
        self.judge.waiting_flushes()
    }

    /// The request made last.
    pub(crate) fn last(&self) -> &Sent {
        self.sent.last().expect("a request was made")
    }

    /// One counter.
    pub(crate) fn count(&self, counter: usize) -> u64 {
        self.client.counters()[counter]
    }

    /// How many were dropped for a reason.
    pub(crate) fn dropped(&self, reason: DropReason) -> u64 {
        self.count(counter::DROPPED + reason as usize)
    }

    /// Entries that wait or are in flight.
    pub(crate) fn held(&self) -> u64 {
        self.count(counter::BUFFERED) + self.count(counter::IN_FLIGHT)
    }
}
