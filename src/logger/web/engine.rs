//! Owns what all loggers of a family share: the tape, the driver, when one is handed to the other; flush, close, consent.
//!
//! Does not own the form of entries (`tape`), what rides on them (`scope`), when callbacks run (`teller`).
//! Invariants: nothing is borrowed while JavaScript or user code runs; every call that passed the gate is on the tape, with
//! the core, or counted; each flush settles once; the engine lives as long as the page, so that what is held is sent
//! though no logger is left. Tested by `tests/rust`.
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::settle::Flush;
use super::surroundings;
use super::teller::Teller;
use crate::core::config::Consent;
use crate::core::event::Event;
use crate::core::level::Level;
use crate::core::limits::TAPE_BYTES_MAX;
use crate::core::stats::{DROP_REASONS, DropReason, counter};
use crate::logger::builder::Builder;
use crate::logger::scope::Fields;
use crate::logger::tape::{Call, Tape, resource_operation};
use crate::logger::{Error, FlushResult, Stats};
use crate::web::clock;
use crate::web::driver::{Driver, Hooks};
use crate::web::fetch::Endpoint;
use crate::web::object::{call, get_global, global, set};

/// A first entry waits at most this long for an idle moment.
const IDLE_MS: u64 = 500;
/// What `notify` tells of, by its first number (`docs/boundary.md`).
const SETTLED: u8 = 0;
const PROBLEM: u8 = 1;
const DROPPED: u8 = 2;

/// See the module.
pub(crate) struct Engine {
    pub(crate) min_level: Level,
    /// None: there is nowhere to send to.
    driver: OnceCell<Driver>,
    tape: RefCell<Tape>,
    /// When the oldest entry on it was logged, on the monotonic clock.
    since: Cell<u64>,
    seq: Cell<u32>,
    /// Why every further entry is dropped, and how many were.
    dead: Cell<Option<DropReason>>,
    refused: Cell<u64>,
    batch_entries: usize,
    interval_ms: u64,
    edge: bool,
    common: Vec<u8>,
    /// What the core believes to be the resource.
    resource: RefCell<Vec<u8>>,
    /// What a timer calls; and within how many ms, if one is set.
    due: OnceCell<JsValue>,
    planned: Cell<Option<u64>>,
    waiting: RefCell<Vec<(u32, Flush)>>,
    tokens: Cell<u32>,
    closing: RefCell<Option<Flush>>,
    teller: Rc<Teller>,
}

impl Engine {
    /// Checks the options and starts.
    pub(crate) fn start(options: &Builder) -> Result<Rc<Engine>, Error> {
        options.check()?;
        let edge = options.edge.unwrap_or_else(surroundings::is_edge);
        let common = options.common();
        let resource = surroundings::resource(&common);
        let limits = options.config(Default::default(), "")?;
        let engine = Rc::new(Engine {
            min_level: options.min_level,
            driver: OnceCell::new(),
            tape: RefCell::default(),
            since: Cell::new(0),
            seq: Cell::new(0),
            dead: Cell::new(None),
            refused: Cell::new(0),
            batch_entries: limits.batch_entries,
            interval_ms: limits.flush_interval_ms,
            edge,
            common,
            resource: RefCell::new(resource.clone()),
            due: OnceCell::new(),
            planned: Cell::new(None),
            waiting: RefCell::default(),
            tokens: Cell::new(0),
            closing: RefCell::default(),
            teller: Teller::new(options.on_error.clone(), options.on_drop.clone()),
        });
        let url = surroundings::resolve(&options.endpoint);
        let missing = match &url {
            None => Some("endpoint"),
            Some(_) if options.api_key.as_deref() == Some("") => Some("apiKey"),
            Some(_) => None,
        };
        if let Some(field) = missing {
            engine.dead.set(Some(DropReason::NotConfigured));
            engine.teller.problem(Error::new("not_configured", Some(field)));
        } else if let Some(url) = url {
            let place = surroundings::place(&url, edge);
            let config = options.config(place, &String::from_utf8_lossy(&resource))?;
            let key = options.api_key.as_deref().unwrap_or_default();
            let endpoint = Endpoint {
                url: url.href().into(),
                init: surroundings::init(place, edge, "application/json", key),
                simple_init: surroundings::init(place, edge, "text/plain", ""),
                entry: engine.entry(),
            };
            let driver = Driver::new(config, endpoint, engine.hooks());
            let driver = driver.ok_or(Error::new("core_unavailable", None))?;
            let driver = engine.driver.get_or_init(|| driver);
            if !edge {
                driver.listen();
            }
        }
        Ok(engine)
    }

    /// The one function that the browser calls.
    fn entry(self: &Rc<Self>) -> JsValue {
        let this = Rc::clone(self);
        let entry = move |signal: u32, request: u32, response: JsValue, value: JsValue| {
            if let Some(driver) = this.driver.get() {
                driver.receive(signal, request, response, value);
            }
        };
        Closure::<dyn Fn(u32, u32, JsValue, JsValue)>::new(entry).into_js_value()
    }

    fn hooks(self: &Rc<Self>) -> Hooks {
        let (told, drained) = (Rc::clone(self), Rc::clone(self));
        let notify = move |kind: u8, subject: f64, first: JsValue, second: f64, third: f64, fourth: f64| {
            told.notified(kind, subject, first.as_f64().unwrap_or(0.0), [second, third, fourth]);
        };
        Hooks {
            notify: Closure::<dyn Fn(u8, f64, JsValue, f64, f64, f64)>::new(notify).into_js_value(),
            drain: Closure::<dyn Fn()>::new(move || drained.hand_over()).into_js_value(),
        }
    }

    /// The driver tells. It is only noted; user code runs later. There is no store for a journal, and it is never asked.
    fn notified(&self, kind: u8, subject: f64, first: f64, [second, third, fourth]: [f64; 3]) {
        match kind {
            SETTLED => self.settled(
                subject as u32,
                FlushResult {
                    delivered: first as u64,
                    pending: second as u64,
                    dropped: third as u64,
                    last_status: fourth as u16,
                },
            ),
            PROBLEM => self.teller.problem(Error::problem(subject as usize, first as u16)),
            DROPPED => {
                if let Some(reason) = DROP_REASONS.get(subject as usize) {
                    self.teller.dropped(*reason, first as u64);
                }
            }
            _ => {}
        }
    }

    fn settled(&self, token: u32, result: FlushResult) {
        let flush = {
            let mut waiting = self.waiting.borrow_mut();
            let at = waiting.iter().position(|(name, _)| *name == token);
            at.map(|at| waiting.swap_remove(at).1)
        };
        if let Some(flush) = flush {
            flush.settle(result);
        }
    }

    /// Takes an entry that passed the gate.
    pub(crate) fn log(self: &Rc<Self>, level: Level, scope: &Fields, entry: &Call) {
        if let Some(reason) = self.dead.get() {
            self.refused.set(self.refused.get() + 1);
            return self.teller.dropped(reason, 1);
        }
        let now = clock::now();
        let seq = self.seq.get().saturating_add(1);
        self.seq.set(seq);
        let (entries, bytes) = {
            let mut tape = self.tape.borrow_mut();
            if tape.entries() == 0 {
                self.since.set(now.monotonic);
            }
            tape.log(seq, level, now.unix, scope, entry);
            (tape.entries(), tape.bytes().len())
        };
        if bytes >= TAPE_BYTES_MAX {
            self.hand_over();
        } else if entries >= self.batch_entries {
            self.plan(0);
        } else if entries == 1 {
            self.plan(IDLE_MS.min(self.interval_ms));
        }
    }

    /// Plans a hand-over: for the next task, or for an idle moment within so many ms.
    fn plan(self: &Rc<Self>, within_ms: u64) {
        if self.edge || self.planned.get().is_some_and(|planned| planned <= within_ms) {
            return;
        }
        self.planned.set(Some(within_ms));
        let due = self.due.get_or_init(|| {
            let this = Rc::clone(self);
            let due = move || {
                this.planned.set(None);
                this.hand_over();
            };
            Closure::<dyn Fn()>::new(due).into_js_value()
        });
        let within = JsValue::from(within_ms as f64);
        if within_ms > 0 && get_global("requestIdleCallback").is_function() {
            let options = js_sys::Object::new();
            set(&options, "timeout", within);
            let _ = call(&global(), "requestIdleCallback", &[due.clone(), options.into()]);
        } else {
            let _ = call(&global(), "setTimeout", &[due.clone(), within]);
        }
    }

    /// Hands over what is on the tape.
    pub(crate) fn hand_over(&self) {
        let tape = self.tape.take();
        let Some(driver) = self.driver.get() else { return };
        if tape.entries() == 0 {
            return;
        }
        let resource = surroundings::resource(&self.common);
        if *self.resource.borrow() != resource {
            let bytes = resource_operation(&resource);
            self.resource.replace(resource);
            driver.handle(Event::Records {
                bytes: &bytes,
                waited: 0,
            });
        }
        let waited = clock::now().monotonic.saturating_sub(self.since.get());
        driver.handle(Event::Records {
            bytes: tape.bytes(),
            waited,
        });
    }

    /// Sends what is held.
    pub(crate) fn flush(&self, timeout_ms: u64) -> Flush {
        let closing = self.closing.borrow().clone();
        closing.unwrap_or_else(|| self.ask(timeout_ms, false))
    }

    /// Sends what is held, and ends.
    pub(crate) fn close(&self, timeout_ms: u64) -> Flush {
        let closing = self.closing.borrow().clone();
        if let Some(flush) = closing {
            return flush;
        }
        self.hand_over();
        if self.dead.get().is_none() {
            self.dead.set(Some(DropReason::Closed));
        }
        let flush = self.ask(timeout_ms, true);
        self.closing.replace(Some(flush.clone()));
        flush
    }

    fn ask(&self, timeout: u64, close: bool) -> Flush {
        let Some(driver) = self.driver.get() else {
            let dropped = self.refused.get();
            return Flush::ready(FlushResult {
                dropped,
                ..FlushResult::default()
            });
        };
        self.hand_over();
        let flush = Flush::pending();
        let token = self.tokens.get().wrapping_add(1);
        self.tokens.set(token);
        self.waiting.borrow_mut().push((token, flush.clone()));
        driver.handle(Event::Flush { token, timeout, close });
        flush
    }

    /// The user decided. What was logged before is judged by the state that it was logged under.
    pub(crate) fn set_consent(&self, consent: Consent) {
        self.hand_over();
        if let Some(driver) = self.driver.get() {
            driver.handle(Event::Consent(consent));
        }
    }

    /// The counters of this moment.
    pub(crate) fn stats(&self) -> Stats {
        let mut counters = [0; counter::COUNT];
        if let Some(driver) = self.driver.get() {
            for (at, count) in counters.iter_mut().enumerate() {
                *count = driver.counter(at) as u64;
            }
        }
        let waiting = self.tape.borrow().entries() as u64;
        counters[counter::ACCEPTED] += waiting;
        counters[counter::BUFFERED] += waiting;
        let mut stats = Stats::of(&counters);
        if let Some(reason) = self.dead.get() {
            stats.add_dropped(reason, self.refused.get());
        }
        stats
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the driver, which holds the key.
        f.debug_struct("Engine")
            .field("min_level", &self.min_level)
            .finish_non_exhaustive()
    }
}
