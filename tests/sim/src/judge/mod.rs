//! The invariants (`docs/architecture.md`, I1–I13), held against one client after every step by a model of its own.
//!
//! The model is told what goes in and sees what comes out; it never asks the client for anything but its counters, which
//! are held against the model's books. Each assertion names its invariant. `books` knows the entries and batches,
//! `pace` when something may be sent, `flushes` what was promised to whom, `drops` for what there may be a reason.

mod books;
mod drops;
mod flushes;
mod pace;

use std::collections::BTreeMap;
use std::rc::Rc;

use sapwood::core::config::{Config, Consent};
use sapwood::core::event::{Answer, Event, Outcome, RequestId};
use sapwood::core::flush;
use sapwood::core::limits::{KEEPALIVE_BYTES_MAX, REQUEST_BYTES_MAX, SLEEP_MS};
use sapwood::core::stats::{Counters, DropReason, counter};
use sapwood::core::time::{Millis, Now};

use crate::sent::Sent;
pub(crate) use books::{Accepted, Fate};
use books::Books;
use drops::Drops;
use flushes::Flushes;
use pace::Pace;

/// What the model knows of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    timeout: Millis,
    flush_interval: Millis,
    batch_entries: usize,
    batch_bytes: usize,
    buffer_bytes: usize,
    max_age: Millis,
    max_retries: Option<u32>,
    initial_delay: Millis,
    max_delay: Millis,
    cross_origin: bool,
    redacts: bool,
    key: String,
}

/// What the page and the user have said, as far as the client has heard.
#[derive(Clone, Debug)]
struct Seen {
    consent: Consent,
    hidden: bool,
    online: bool,
    /// A close was asked for; it was settled.
    closing: Option<u32>,
    closed: bool,
    /// 401 or 403.
    stopped: bool,
    /// Until when the client said it would sleep.
    sleep: Millis,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Judge {
    rules: Rules,
    seen: Seen,
    pub(crate) books: Books,
    pace: Pace,
    flushes: Flushes,
    drops: Drops,
    /// Not answered, not late.
    open: BTreeMap<RequestId, (Rc<Sent>, Millis)>,
    last_request: Option<RequestId>,
    /// Events since the last rest, and sleeps: each event ends with one.
    events: u32,
    sleeps: u32,
    asleep: bool,
}

impl Judge {
    /// Of a client with this configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let rules = Rules {
            timeout: config.timeout_ms,
            flush_interval: config.flush_interval_ms,
            batch_entries: config.batch_entries,
            batch_bytes: config.batch_bytes,
            buffer_bytes: config.buffer_bytes,
            max_age: config.retry.max_age_ms,
            max_retries: config.retry.max_retries,
            initial_delay: config.retry.initial_delay_ms,
            max_delay: config.retry.max_delay_ms,
            cross_origin: config.cross_origin,
            redacts: config.redact.enabled,
            key: String::from_utf8(config.api_key.clone()).expect("a key is text"),
        };
        Judge {
            seen: Seen {
                consent: config.consent,
                hidden: false,
                online: true,
                closing: None,
                closed: false,
                stopped: false,
                sleep: Millis::MAX,
            },
            books: Books::default(),
            pace: Pace::default(),
            flushes: Flushes::default(),
            drops: Drops::new(config.consent == Consent::Denied),
            open: BTreeMap::new(),
            last_request: None,
            events: 0,
            sleeps: 0,
            asleep: false,
            rules,
        }
    }

    /// Before the client hears of it.
    pub(crate) fn event(&mut self, now: Now, event: &Event<'_>, held: u64) {
        // What the driver tells before it goes on comes at the same moment.
        let slept = self.events == 0 && now.monotonic > self.seen.sleep.saturating_add(SLEEP_MS);
        self.events += 1;
        self.asleep = false;
        self.drops.full |= self.books.fills(self.rules.buffer_bytes);
        if slept {
            self.pace.forget();
        }
        match event {
            Event::Visible(visible) => {
                self.seen.hidden = !visible;
                self.pace.excuse();
            }
            Event::Online(online) => {
                self.seen.online = *online;
                self.pace.excuse();
                if *online {
                    self.pace.forget();
                }
            }
            Event::Consent(consent) => {
                self.drops.denied |= *consent == Consent::Denied;
                if self.seen.consent != *consent {
                    self.pace.forget();
                }
                self.seen.consent = *consent;
            }
            Event::Flush { token, timeout, close } => {
                if *close {
                    self.drops.closing = true;
                    self.seen.closing.get_or_insert(*token);
                }
                let upto = self.books.last();
                self.flushes.ask(*token, held, upto, now.after(*timeout));
            }
            Event::Outcome { request, outcome } => self.outcome(now, *request, outcome, slept),
            Event::Records { .. } | Event::Wake => {}
        }
        let timeout = self.rules.timeout;
        let late: Vec<RequestId> = (self.open.iter())
            .filter(|(_, (_, at))| slept || at.saturating_add(timeout) <= now.monotonic)
            .map(|(request, _)| *request)
            .collect();
        for request in late {
            let (sent, _) = self.open.remove(&request).expect("it was there");
            if !slept {
                self.failed(&sent);
            }
        }
    }

    /// The client is told how a request ended. What is late is of no interest to it, and to nobody.
    fn outcome(&mut self, now: Now, request: RequestId, outcome: &Outcome, slept: bool) {
        if slept && matches!(outcome, Outcome::Failed) {
            return;
        }
        let Some((sent, _)) = self.open.remove(&request) else {
            return;
        };
        match *outcome {
            Outcome::Failed => self.failed(&sent),
            Outcome::Taken => self.end(&sent, sent.entries.len(), Fate::Unconfirmed),
            Outcome::Answered(answer) => self.answered(now, &sent, answer),
        }
    }

    fn answered(&mut self, now: Now, sent: &Sent, answer: Answer) {
        let Answer {
            status,
            retry_after_ms,
            count,
        } = answer;
        match status {
            200..=299 => {
                self.pace.forget();
                self.end(sent, sent.entries.len(), Fate::Delivered);
            }
            408 | 429 | 500..=599 => {
                self.pace.server(now, retry_after_ms);
                self.failed(sent);
            }
            413 => {
                self.books.too_large(sent);
                if sent.entries.len() == 1 {
                    self.drops.too_large += 1;
                }
            }
            _ => {
                let stops = matches!(status, 401 | 403);
                self.seen.stopped |= stops;
                self.drops.stopped |= stops;
                self.pace.forget();
                let taken = if stops { 0 } else { (count as usize).min(sent.entries.len()) };
                self.end(sent, taken, Fate::Delivered);
                self.books.refuse(sent, taken);
                self.drops.refused += (sent.entries.len() - taken) as u64;
            }
        }
    }

    /// The first entries of a batch met their end.
    fn end(&mut self, sent: &Sent, count: usize, fate: Fate) {
        for (seq, _) in &sent.entries[..count] {
            self.books.end(*seq, fate);
            self.flushes.note(*seq, fate);
        }
    }

    fn failed(&mut self, sent: &Sent) {
        let failures = self.books.failed(sent);
        if self.rules.max_retries.is_some_and(|max| failures > max) {
            self.drops.exhausted += sent.entries.len() as u64;
        }
        self.pace.failed(&self.rules, self.seen.online);
    }

    /// The façade handed over an entry, in an event that the client has not heard of yet.
    pub(crate) fn accept(&mut self, entry: Accepted) {
        if !entry.writable {
            self.drops.unwritable += 1;
        }
        if entry.fill > REQUEST_BYTES_MAX / 2 {
            self.drops.too_large += 1;
        }
        self.books.accept(entry);
    }

    /// The façade handed over drops that it has told of itself, in an event that the client has not heard of yet.
    pub(crate) fn facade_drop(&mut self, reason: DropReason, count: u64) {
        self.books.accepted_drops(count);
        self.drops.by_facade(reason, count);
    }

    /// A request is made.
    pub(crate) fn send(&mut self, now: Now, sent: &Rc<Sent>) {
        self.awake();
        let request = &sent.request;
        assert_eq!(self.seen.consent, Consent::Granted, "I13: sent without consent");
        assert!(!self.seen.closed, "I9: sent after the close was settled");
        assert!(!self.seen.stopped, "I7: sent after the receiver had stopped it for good");
        assert!(!(self.rules.redacts && sent.leaks), "I13: sent unredacted");
        self.pace.send(now);
        assert!(self.last_request < Some(request.id), "a request's id names another one");
        self.last_request = Some(request.id);
        self.form(sent);
        self.books.send(now, sent, &self.rules, self.seen.hidden);
        self.open.insert(request.id, (Rc::clone(sent), now.monotonic));
        let most = if self.seen.hidden { 2 } else { 1 };
        assert!(self.open.len() <= most, "I2: {} requests in flight", self.open.len());
        let kept_alive = self.open.values().filter(|(sent, _)| sent.request.keepalive);
        let bytes: usize = kept_alive.map(|(sent, _)| sent.request.body.len()).sum();
        assert!(bytes <= KEEPALIVE_BYTES_MAX, "I2: {bytes} bytes of keepalive in flight");
    }

    /// The kind of request, and what its kind demands of the body.
    fn form(&self, sent: &Sent) {
        let request = &sent.request;
        let (bytes, entries) = (request.body.len(), sent.entries.len());
        assert!(bytes <= REQUEST_BYTES_MAX, "I2: a body of {bytes} bytes");
        assert!(entries <= self.rules.batch_entries, "I2: a batch of {entries} entries");
        let bound = self.rules.batch_bytes.max(KEEPALIVE_BYTES_MAX);
        assert!(entries == 1 || bytes <= bound, "I2: {bytes} bytes of several entries");
        assert!(!(request.beacon && request.keepalive), "it is one or the other");
        if request.beacon {
            assert!(self.seen.hidden, "a beacon from a page that is seen");
            assert!(bytes <= KEEPALIVE_BYTES_MAX, "I2: a beacon of {bytes} bytes");
        }
        let simple = self.rules.cross_origin && self.seen.hidden;
        assert_eq!(request.simple, simple, "a preflight at exit, or none before");
        let in_body = request.simple || request.beacon;
        let key = if in_body { &self.rules.key[..] } else { "" };
        assert_eq!(sent.key, key, "the key is not where it belongs");
    }

    /// A flush is answered.
    pub(crate) fn settle(&mut self, now: Now, token: u32, outcome: &flush::Outcome) {
        self.awake();
        let hopeless = self.seen.consent != Consent::Granted;
        self.flushes.settle(now, token, outcome, hopeless);
        if self.seen.closing == Some(token) {
            self.seen.closed = true;
        }
    }

    /// The application is told of drops.
    pub(crate) fn told(&mut self, now: Now, reason: DropReason, count: u64) {
        self.awake();
        self.drops.told(reason, count, now, &self.books, &self.rules);
    }

    /// The client sleeps.
    pub(crate) fn sleep(&mut self, now: Now, until: Millis) {
        self.awake();
        assert!(until > now.monotonic, "I6: to be woken at {until}, which is not after {}", now.monotonic);
        (self.asleep, self.seen.sleep) = (true, until);
        self.sleeps += 1;
    }

    /// Effects may follow a sleep only if they are of an event that came in between.
    fn awake(&self) {
        assert!(!self.asleep || self.sleeps < self.events, "an effect follows the last sleep");
    }

    /// After all effects.
    pub(crate) fn rest(&mut self, now: Now, counters: &Counters) {
        assert_eq!(self.events, self.sleeps, "I6: each event ends with one sleep");
        (self.events, self.sleeps) = (0, 0);
        self.drops.full = false;
        let sum: u64 = counters[counter::DELIVERED..].iter().sum();
        assert_eq!(counters[counter::ACCEPTED], sum, "I1: the sum does not close: {counters:?}");
        let in_flight: usize = self.open.values().map(|(sent, _)| sent.entries.len()).sum();
        self.books.compare(counters, in_flight as u64);
        self.drops.compare(counters, self.seen.stopped);
        self.flushes.rest(now);
        self.pace.rest(now);
        let held = counters[counter::BUFFERED] + counters[counter::IN_FLIGHT];
        self.books.bound(held, &self.rules);
        self.due(now);
    }

    /// With nothing in the way, what is due has been sent, and what will be has a deadline.
    fn due(&self, now: Now) {
        let seen = &self.seen;
        let free = seen.consent == Consent::Granted && !seen.closed && !seen.stopped && seen.online;
        if !free || !self.open.is_empty() || !self.pace.is_free(now) || self.drops.is_any() {
            return;
        }
        let Some(oldest) = self.books.oldest_held() else {
            return;
        };
        let due_at = oldest.saturating_add(self.rules.flush_interval);
        assert!(due_at > now.monotonic, "I12: due since {due_at}, and nothing is sent");
        assert!(seen.sleep <= due_at, "I6: sleeps until {}, what waits is due at {due_at}", seen.sleep);
    }

    /// Until when the client said it would sleep.
    pub(crate) fn sleeps_until(&self) -> Millis {
        self.seen.sleep
    }

    /// How many requests it has made.
    pub(crate) fn requests(&self) -> Option<RequestId> {
        self.last_request
    }

    /// What it was told of the user's consent.
    pub(crate) fn consent(&self) -> Consent {
        self.seen.consent
    }

    /// Does it wait for this answer?
    pub(crate) fn waits_for(&self, request: RequestId) -> bool {
        self.open.contains_key(&request)
    }

    /// What the façade dropped by itself.
    pub(crate) fn facade_drops(&self) -> u64 {
        self.drops.facade_total()
    }

    /// Has everything met its end, and is everybody answered?
    pub(crate) fn is_done(&self, counters: &Counters) -> bool {
        counters[counter::BUFFERED..=counter::STORED].iter().sum::<u64>() == 0 && self.flushes.is_empty()
    }
}
