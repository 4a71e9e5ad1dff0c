//! The invariants (`docs/architecture.md`, I1–I13), held against one client after every step by a model of its own.
//!
//! The model is told what goes in and sees what comes out; it never asks the client for anything but its counters, which
//! are held against the model's books. Each assertion names its invariant. `books` knows the entries and batches,
//! `pace` when something may be sent, `flushes` what was promised to whom, `drops` for what there may be a reason, `ledger`
//! what is in the journal.

mod books;
mod drops;
mod flushes;
mod ledger;
mod others;
mod outcomes;
mod pace;
mod requests;
mod rules;
mod wire;

use std::collections::BTreeMap;
use std::rc::Rc;

use sapwood::core::batch::Id;
use sapwood::core::config::{Config, Consent};
use sapwood::core::error::Problem;
use sapwood::core::event::{Event, RequestId};
use sapwood::core::flush;
use sapwood::core::limits::{HIDDEN_SPACING_MS, JOURNAL_AGE_MS, REQUEST_BYTES_MAX, RESTORED_MS, SLEEP_MS, SPACING_MS};
use sapwood::core::stats::{Counters, DropReason, counter};
use sapwood::core::time::{Millis, Now};

use crate::sent::Sent;
use books::Books;
pub(crate) use books::{Accepted, Fate};
use drops::Drops;
use flushes::Flushes;
use ledger::Ledger;
use pace::Pace;
use rules::{Rules, Seen};

/// See the module.
#[derive(Debug)]
pub(crate) struct Judge {
    rules: Rules,
    seen: Seen,
    pub(crate) books: Books,
    pace: Pace,
    flushes: Flushes,
    drops: Drops,
    pub(crate) ledger: Ledger,
    /// Others' entries that the client had accepted at the last rest.
    recovered: u64,
    /// Does the browser hold something back?
    held_back: bool,
    /// Not answered, not late.
    open: BTreeMap<RequestId, (Rc<Sent>, Millis)>,
    last_request: Option<RequestId>,
    /// When it was made.
    sent_at: Option<Millis>,
    /// Events since the last rest, and sleeps: each event ends with one.
    events: u32,
    sleeps: u32,
    asleep: bool,
}

impl Judge {
    /// Of a client with this configuration and name.
    pub(crate) fn new(config: &Config, instance: String) -> Self {
        Judge {
            rules: Rules::new(config),
            seen: Seen {
                consent: config.consent,
                hidden: false,
                online: true,
                closing: None,
                closed: false,
                stopped: false,
                sleep: Millis::MAX,
            },
            books: Books::new(instance),
            pace: Pace::default(),
            flushes: Flushes::default(),
            drops: Drops::new(config.consent == Consent::Denied),
            ledger: Ledger::default(),
            recovered: 0,
            held_back: false,
            open: BTreeMap::new(),
            last_request: None,
            sent_at: None,
            events: 0,
            sleeps: 0,
            asleep: false,
        }
    }

    /// Before the client hears of it.
    pub(crate) fn event(&mut self, now: Now, event: &Event<'_>, counters: &Counters) {
        let held = counters[counter::BUFFERED..=counter::STORED].iter().sum();
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
                self.ledger.visible(now, *visible);
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
                if *consent == Consent::Denied {
                    self.drops.denied = true;
                    self.ledger.denied();
                }
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
            Event::Journal(event) => {
                let instance = self.books.instance().to_owned();
                let stored = counters[counter::STORED];
                self.ledger.event(now, event, &instance, stored, &mut self.books);
                for seq in std::mem::take(&mut self.ledger.gone) {
                    self.books.end(&instance, seq, Fate::Unconfirmed);
                    self.flushes.note(seq, Fate::Unconfirmed);
                }
                // What was read takes room.
                self.drops.full |= self.books.fills(self.rules.buffer_bytes);
            }
            Event::Restored => {
                self.ledger.restored();
                let latest = now.after(RESTORED_MS).saturating_sub(self.rules.timeout);
                for (_, at) in self.open.values_mut() {
                    *at = latest.min(*at);
                }
            }
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
                self.failed(now, &sent);
            }
        }
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
        let lost = [self.ledger.lost, self.ledger.given_up];
        let oldest = now.monotonic.saturating_sub(self.age_max());
        self.drops.told(reason, count, oldest, &self.books, &self.rules, lost);
    }

    /// An entry is given up when it is so old: with a journal that can be written, seven days; without, it counts from when it had
    /// to be sent at the latest.
    fn age_max(&self) -> Millis {
        if self.ledger.writable {
            JOURNAL_AGE_MS
        } else {
            self.rules.max_age.saturating_add(self.rules.flush_interval)
        }
    }

    /// The application is told of a problem.
    pub(crate) fn reported(&mut self, problem: Problem) {
        self.awake();
        if problem == Problem::StoreFailed {
            self.ledger.gave_up();
        }
    }

    /// A record is to be written.
    pub(crate) fn write(&mut self, now: Now, id: Id, bytes: &[u8]) {
        self.awake();
        self.ledger.write(now, id, bytes, &self.seen, &self.books, &self.rules);
    }

    /// A record is to be read.
    pub(crate) fn load(&mut self, now: Now, id: Id) {
        self.awake();
        assert!(!self.seen.closed, "I9: read after the close");
        self.ledger.load(now, id);
    }

    /// A record is to be erased. Does it go unread, because the user has denied consent or dead pages have left too much?
    pub(crate) fn erase(&mut self, now: Now, id: Id) -> bool {
        self.awake();
        let unread = self.drops.denied || self.ledger.spent.contains(&id);
        let known = self.ledger.erase(now, id, unread, &self.books);
        !known && unread
    }

    /// The client sleeps.
    pub(crate) fn sleep(&mut self, now: Now, until: Millis) {
        self.awake();
        assert!(
            until > now.monotonic,
            "I6: to be woken at {until}, which is not after {}",
            now.monotonic
        );
        (self.asleep, self.seen.sleep) = (true, until);
        self.sleeps += 1;
    }

    /// Effects may follow a sleep only if they are of an event that came in between.
    fn awake(&self) {
        assert!(
            !self.asleep || self.sleeps < self.events,
            "an effect follows the last sleep"
        );
    }

    /// After all effects: the counters of the client's own entries, and of others'.
    pub(crate) fn rest(&mut self, now: Now, own: &Counters, others: &Counters) {
        assert_eq!(self.events, self.sleeps, "I6: each event ends with one sleep");
        (self.events, self.sleeps) = (0, 0);
        self.drops.full = false;
        let mut in_flight = [0, 0];
        for (sent, _) in self.open.values() {
            in_flight[usize::from(!self.books.is_own(&sent.instance))] += sent.entries.len() as u64;
        }
        self.books.compare([own, others], in_flight);
        // What the store has alone and what is in memory go in turns.
        self.books.mixes(own[counter::STORED] > 0);
        self.taken_over(others[counter::ACCEPTED]);
        self.drops.compare([own, others], self.seen.stopped);
        self.flushes.rest(now);
        self.pace.rest(now);
        let seen = &self.seen;
        let may_go = seen.consent == Consent::Granted && !seen.closed && !seen.stopped && self.pace.is_asked(now);
        assert!(
            may_go || !self.held_back,
            "I3, I13: the browser holds back what may not be sent"
        );
        self.books
            .bound(own[counter::BUFFERED] + own[counter::IN_FLIGHT], &self.rules);
        self.ledger.rest(now, self.drops.total(), &self.seen, &self.books);
        let busy = own[counter::STORED] > 0 || in_flight[1] + others[counter::BUFFERED] > 0 || self.ledger.reads();
        if !busy {
            self.due(now);
        }
    }

    /// Others' entries are taken over when their record has been read, and count as lost when it cannot be.
    fn taken_over(&mut self, accepted: u64) {
        let more = accepted - self.recovered;
        let read = std::mem::take(&mut self.ledger.read_now);
        let lost = self.drops.takes_lost() + std::mem::take(&mut self.ledger.unread);
        let explained = more == 0 || more == read || more <= lost;
        assert!(
            explained,
            "I1: {more} of others are accepted, {read} were read and {lost} lost"
        );
        assert!(
            more > 0 || read == 0 || self.drops.denied,
            "I1: {read} were read and nobody has them"
        );
        self.recovered = accepted;
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
        // What may have been logged because of the last request waits a little.
        let spacing = if seen.hidden { HIDDEN_SPACING_MS } else { SPACING_MS };
        let spaced = self.sent_at.filter(|sent| *sent <= oldest).unwrap_or_default() + spacing;
        let due_at = oldest.saturating_add(self.rules.flush_interval).max(spaced);
        assert!(due_at > now.monotonic, "I12: due since {due_at}, and nothing is sent");
        assert!(
            seen.sleep <= due_at,
            "I6: sleeps until {}, what waits is due at {due_at}",
            seen.sleep
        );
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

    /// Has everything met its end, and is everybody answered? What a close, or a receiver that wants no more, has left in
    /// the store stays there, and so does what a store does not give back (`stuck`).
    pub(crate) fn is_done(&self, own: &Counters, others: &Counters, stuck: bool) -> bool {
        let held = |counters: &Counters| counters[counter::BUFFERED] + counters[counter::IN_FLIGHT];
        let stays = self.seen.closed || self.seen.stopped || stuck;
        held(own) + held(others) == 0 && (stays || own[counter::STORED] == 0) && self.flushes.is_empty()
    }

    /// Was its close settled?
    pub(crate) fn is_closed(&self) -> bool {
        self.seen.closed
    }
}
