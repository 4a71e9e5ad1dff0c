//! Owns when the app's callbacks run, and what the console is told where there are none.
//!
//! Invariants: a callback runs in a microtask of its own, below no call and no frame of the driver's; what `on_drop` has
//! dropped itself never leads to another call of it by itself. Tested by `tests/rust/callbacks.test.ts`.
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use crate::core::stats::{DROP_REASON_COUNT, DROP_REASON_NAMES, DROP_REASONS, DropReason};
use crate::logger::Error;
use crate::logger::builder::{OnDrop, OnError};
use crate::web::object::{call, get_global};

pub(crate) struct Teller {
    on_error: Option<OnError>,
    on_drop: Option<OnDrop>,
    /// What the console has been told.
    told: RefCell<Vec<&'static str>>,
    /// Drops that are not told, by reason.
    untold: Cell<[u64; DROP_REASON_COUNT]>,
    planned: Cell<bool>,
    telling: Cell<bool>,
}

impl Teller {
    pub(crate) fn new(on_error: Option<OnError>, on_drop: Option<OnDrop>) -> Rc<Self> {
        Rc::new(Teller {
            on_error,
            on_drop,
            told: RefCell::default(),
            untold: Cell::default(),
            planned: Cell::new(false),
            telling: Cell::new(false),
        })
    }

    /// Tells of a problem.
    pub(crate) fn problem(self: &Rc<Self>, error: Error) {
        let this = Rc::clone(self);
        spawn_local(async move {
            // A logger that sends nothing must not be silent, whoever listens.
            if this.on_error.is_none() || error.code() == "not_configured" {
                this.warn(error.code(), &error.to_string());
            }
            if let Some(tell) = &this.on_error {
                tell(&error);
            }
        });
    }

    /// Entries were dropped. The counts of one task are told together.
    pub(crate) fn dropped(self: &Rc<Self>, reason: DropReason, count: u64) {
        let mut untold = self.untold.get();
        untold[reason as usize] += count;
        self.untold.set(untold);
        if self.telling.get() || self.planned.replace(true) {
            return;
        }
        let this = Rc::clone(self);
        spawn_local(async move { this.tell_drops() });
    }

    fn tell_drops(&self) {
        self.planned.set(false);
        self.telling.set(true);
        for (at, count) in self.untold.take().into_iter().enumerate() {
            match &self.on_drop {
                _ if count == 0 => {}
                Some(tell) => tell(DROP_REASONS[at], count),
                None => {
                    let name = DROP_REASON_NAMES[at];
                    self.warn(name, &format!("sapwood: entries dropped ({name})"));
                }
            }
        }
        self.telling.set(false);
    }

    /// Once a kind. By name: a console that the page has replaced may throw.
    fn warn(&self, kind: &'static str, text: &str) {
        if self.told.borrow().contains(&kind) {
            return;
        }
        self.told.borrow_mut().push(kind);
        let _ = call(&get_global("console"), "warn", &[text.into()]);
    }
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Teller").finish_non_exhaustive()
    }
}
