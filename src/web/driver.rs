//! Owns the client and drives it: one event in, all effects out, sleep. Every effect is performed while nothing is
//! borrowed, so that whatever JavaScript does in the meantime (a patched `fetch` that logs) may come back in.
//!
//! Tested by `tests/wasm` (Node) and `tests/browser` (Chromium).
use ::core::cell::{Cell, RefCell};
use ::core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::fetch::{self, Endpoint};
use super::object::{apply, get};
use super::signal::{Signal, bind};
use super::timer::Timer;
use super::{clock, lifecycle};
use crate::core::client::Client;
use crate::core::config::Config;
use crate::core::effect::{Effect, Request};
use crate::core::event::{self, Event, Store};
use crate::core::flush::Outcome;
use crate::core::journal::JOURNAL;
use crate::core::stats::{Counters, counter};

/// Bytes of the keepalive quota that the requests of all loggers of the page hold: the browser has one for all of them.
static QUOTA: AtomicUsize = AtomicUsize::new(0);

/// What the owner of the driver is asked and told: JavaScript functions (`docs/boundary.md`, "callbacks").
#[derive(Clone, Debug)]
pub struct Hooks {
    /// `(kind, …numbers)`: settled, problem, dropped; of the journal `(3, operation, bytes)`.
    pub notify: JsValue,
    /// Hand over what has not been handed over.
    pub drain: JsValue,
}

/// A client and everything that moves it.
#[derive(Debug)]
pub struct Driver {
    client: RefCell<Client>,
    /// A copy for readers: works while the client is borrowed, and after a trap.
    counters: Cell<[Counters; 2]>,
    /// This logger's part of [`QUOTA`].
    quota: Cell<usize>,
    /// How far the server's clock is ahead of this one's, in ms; 0: not known, or not at all.
    skew: Cell<f64>,
    hooks: Hooks,
    endpoint: Endpoint,
    timer: Timer,
    listeners: [JsValue; 6],
    listening: Cell<bool>,
}

impl Driver {
    /// Starts with this configuration; nothing happens before [`Driver::listen`]. `None`: there is no randomness.
    pub fn new(config: Config, endpoint: Endpoint, hooks: Hooks) -> Option<Driver> {
        Some(Driver {
            timer: Timer::new(bind(&endpoint.entry, Signal::Wake, 0, JsValue::UNDEFINED)),
            listeners: lifecycle::listeners(&endpoint.entry),
            endpoint,
            client: RefCell::new(Client::new(config, clock::seed()?)),
            counters: Cell::new([[0; counter::COUNT]; 2]),
            quota: Cell::new(0),
            skew: Cell::new(0.0),
            listening: Cell::new(true),
            hooks,
        })
    }

    /// Listens to the page, and hears of the state that it is in.
    pub fn listen(&self) {
        lifecycle::listen("addEventListener", &self.listeners);
        if lifecycle::is_offline() {
            self.handle(Event::Online(false));
        }
        if lifecycle::is_hidden() {
            self.handle(Event::Visible(false));
        }
    }

    /// One counter of the statistics, by its number; behind them those of earlier pages' entries; for any other number the
    /// clock's skew.
    pub fn counter(&self, index: usize) -> f64 {
        match self.counters.get().as_flattened().get(index) {
            Some(count) => *count as f64,
            None => self.skew.get(),
        }
    }

    /// Something happened: the client hears of it and its effects are performed.
    ///
    /// What an effect sets off may come back in here at once (a patched `fetch` that logs). Then the inner call drains the
    /// outer one's effects too, in order, and the outer one finds none left.
    pub fn handle(&self, event: Event<'_>) {
        let now = clock::now();
        let mut client = self.client.borrow_mut();
        client.set_others_quota(QUOTA.load(Relaxed) - self.quota.get());
        client.handle(now, event);
        drop(client);
        while let Some(effect) = self.poll() {
            match effect {
                Effect::Send(request) => {
                    if let Some(outcome) = self.send(&request) {
                        let event = Event::Outcome {
                            request: request.id,
                            outcome,
                        };
                        // Whatever the page did in between took its time.
                        self.client.borrow_mut().handle(clock::now(), event);
                    }
                }
                Effect::Settle { token, outcome } => {
                    let Outcome {
                        delivered,
                        pending,
                        dropped,
                        last_status,
                    } = outcome;
                    self.notify(0, token.into(), [delivered, pending, dropped, last_status.into()]);
                }
                Effect::Report { problem, status } => self.notify(1, problem as u64, [status.into(), 0, 0, 0]),
                Effect::Dropped { reason, count } => self.notify(2, reason as u64, [count, 0, 0, 0]),
                Effect::Sleep(deadline) => self.timer.arm(deadline, now),
                // These, too, fall away without it.
                _ if !JOURNAL => {}
                Effect::Store { id, bytes } => self.journal(0, &[&id[..], &bytes].concat()),
                Effect::Erase(id) => self.journal(1, &id),
                Effect::Load(id) => self.journal(2, &id),
                Effect::Scan => self.journal(3, &[]),
                Effect::Release => self.journal(6, &[]),
                Effect::Later(body) => self.journal(5, &body.unwrap_or_default()),
            }
        }
    }

    /// The next effect; the counters of the moment are published with each.
    fn poll(&self) -> Option<Effect> {
        let mut client = self.client.borrow_mut();
        let effect = client.poll();
        let quota = client.quota_used();
        QUOTA.store(QUOTA.load(Relaxed) + quota - self.quota.replace(quota), Relaxed);
        self.counters.set([client.counters(), client.recovered()]);
        let ended = effect.is_none() && client.is_closed();
        drop(client);
        if ended && self.listening.replace(false) {
            lifecycle::listen("removeEventListener", &self.listeners);
            if JOURNAL {
                self.journal(4, &[]);
            }
        }
        effect
    }

    /// What is known of the request at once.
    fn send(&self, request: &Request) -> Option<event::Outcome> {
        match self.endpoint.send(request) {
            true if request.beacon => Some(event::Outcome::Taken),
            true => None,
            false => Some(event::Outcome::Failed),
        }
    }

    fn outcome(&self, request: u32, outcome: event::Outcome) {
        self.handle(Event::Outcome { request, outcome });
    }

    /// The owner only notes what it is told; user code runs in a later microtask.
    fn notify(&self, kind: u8, subject: u64, [first, second, third, fourth]: [u64; 4]) {
        let numbers = [kind.into(), subject, first, second, third, fourth];
        let _ = apply(
            &self.hooks.notify,
            &JsValue::UNDEFINED,
            &numbers.map(|number| (number as f64).into()),
        );
    }

    /// Something for the store, which the owner keeps.
    fn journal(&self, operation: u8, bytes: &[u8]) {
        let arguments = [3.into(), operation.into(), Uint8Array::from(bytes).into()];
        let _ = apply(&self.hooks.notify, &JsValue::UNDEFINED, &arguments);
    }

    /// The store did something: its number, whether a record is to be given up, and an id with what was read under it.
    pub fn stored(&self, number: u32, spent: bool, bytes: &[u8]) {
        let (id, bytes) = bytes.split_first_chunk().unwrap_or((&[0; 16], &[]));
        self.handle(Event::Journal(match number {
            0 => Store::Open,
            1 => Store::Stored(*id),
            2 => Store::Refused(*id),
            3 if spent => Store::Spent(*id),
            3 => Store::Orphan(*id),
            4 => Store::Loaded { id: *id, bytes },
            6 => Store::Later,
            7 => Store::Stays,
            _ => Store::Closed,
        }));
    }

    /// The browser calls. `response` is what `value` is the body of, where it is one.
    pub fn receive(&self, signal: u32, request: u32, response: JsValue, value: JsValue) {
        let Some(signal) = Signal::from_number(signal) else {
            return;
        };
        match signal {
            Signal::Response => {
                if !self.endpoint.read(request, value) {
                    self.outcome(request, event::Outcome::Failed);
                }
            }
            Signal::Body => {
                if let Some(skew) = fetch::skew(&value) {
                    self.skew.set(skew);
                }
                self.outcome(request, event::Outcome::Answered(fetch::answer(&response, &value)));
            }
            Signal::Wake => {
                self.drain();
                self.handle(Event::Wake);
            }
            Signal::Visibility | Signal::Hide => {
                let visible = signal == Signal::Visibility && !lifecycle::is_hidden();
                if !visible {
                    self.drain();
                }
                self.handle(Event::Visible(visible));
                // Also where the tab is not seen yet: `pagehide` has this, too, but is no return.
                if get(&value, "persisted").is_truthy() && signal == Signal::Visibility {
                    self.handle(Event::Restored);
                }
            }
            Signal::Online | Signal::Offline => self.handle(Event::Online(signal == Signal::Online)),
        }
    }

    fn drain(&self) {
        let _ = apply(&self.hooks.drain, &JsValue::UNDEFINED, &[]);
    }
}
