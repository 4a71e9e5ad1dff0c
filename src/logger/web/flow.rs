//! Owns flows: their steps, and their one outcome. Does not own the form of names and ids (`flow_id`).
//!
//! Invariants: steps are 0, 1, 2 … over a flow and its children, given after the level gate; the first outcome is the only
//! one. Tested by `tests/rust/flows.test.ts`.
use std::cell::Cell;
use std::error::Error as StdError;
use std::ops::Deref;
use std::rc::Rc;

use serde::Serialize;

use super::handle::Logger;
use crate::core::level::Level;
use crate::core::limits::STEP_INDEX_MAX;
use crate::logger::flow_id::{flow_id, flow_name};
use crate::logger::tape::{Call, FLOW};
use crate::logger::{failure, value};
use crate::web::clock;

const FLOW_ID: usize = crate::core::fields::FLOW_ID;

/// The steps of one flow.
#[derive(Debug, Default)]
pub(crate) struct Steps(Cell<u32>);

impl Steps {
    /// The next step's number.
    pub(crate) fn take(&self) -> u32 {
        let step = self.0.get();
        self.0.set((step + 1).min(STEP_INDEX_MAX));
        step
    }
}

/// What the last entry says of its flow; the others say the name alone.
#[derive(Serialize)]
struct About<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(rename = "durationMs", skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
}

/// A logger whose entries, and whose children's, are the steps of one flow: a checkout, an import.
///
/// It has all methods of [`Logger`]. [`Flow::ok`], [`Flow::fail`] or [`Flow::abandon`] end it with one last entry; one that is
/// dropped without an outcome, by `?` or at the end of its block, has been abandoned. A child may outlive it, and goes on
/// counting.
///
/// ```no_run
/// # fn example(log: sapwood::Logger) -> Result<(), std::num::ParseIntError> {
/// let flow = log.flow("checkout");
/// let items: u8 = "3".parse()?;
/// flow.info("Cart validated", &serde_json::json!({ "items": items }));
/// flow.ok(&());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Flow {
    log: Logger,
    id: String,
    name: String,
    started: u64,
    ended: bool,
}

impl Flow {
    pub(super) fn begin(parent: &Logger, name: &str) -> Flow {
        let name = flow_name(name);
        let now = clock::now();
        let id = flow_id(&name, clock::seed().unwrap_or_else(|| weak_seed(now.unix)));
        let mut log = parent.child();
        log.steps = Some(Rc::new(Steps::default()));
        log.node.set_text(FLOW_ID, Some(&id));
        let about = About {
            name: &name,
            outcome: None,
            duration_ms: None,
        };
        log.node.set_value(FLOW, &about);
        Flow {
            log,
            id,
            name,
            started: now.unix,
            ended: false,
        }
    }

    /// `{name}-{8 random characters}`
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As it was given, cut to 41 characters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends it: it did what it was for. `&()` for no data.
    pub fn ok<T: Serialize + ?Sized>(mut self, data: &T) {
        self.end("ok", Level::Info, |call| (call.data, call.cut) = value::pack(data));
    }

    /// Ends it: it failed, for a reason that `data` tells.
    pub fn fail<T: Serialize + ?Sized>(mut self, data: &T) {
        self.end("failed", Level::Error, |call| {
            (call.data, call.cut) = value::pack(data);
        });
    }

    /// Ends it: it failed by this error; `data` stands beside it. See [`Logger::log_error`].
    pub fn fail_with<E, T>(mut self, error: &E, data: &T)
    where
        E: StdError + ?Sized,
        T: Serialize + ?Sized,
    {
        self.end("failed", Level::Error, |call| {
            let (name, bytes, cut) = failure::parts(error, data);
            call.error_name = Some(name);
            (call.data, call.cut) = (bytes, cut);
        });
    }

    /// Ends it: it was given up, for this reason.
    pub fn abandon(mut self, reason: &str) {
        self.end("abandoned", Level::Warn, |call| {
            let data: std::collections::BTreeMap<_, _> = [("reason", reason)].into();
            (call.data, call.cut) = value::pack(&data);
        });
    }

    /// The last entry. An outcome whose level is filtered ends the flow as well.
    fn end(&mut self, outcome: &str, level: Level, fill: impl FnOnce(&mut Call)) {
        if std::mem::replace(&mut self.ended, true) || !self.log.is_enabled(level) {
            return;
        }
        let mut call = Call::new(&format!("Flow {}: {outcome}", self.name));
        call.step = self.log.steps.as_ref().map(|steps| steps.take());
        fill(&mut call);
        if call.data == [0xc0] {
            call.data.clear();
        }
        let about = About {
            name: &self.name,
            outcome: Some(outcome),
            duration_ms: Some(clock::now().unix.saturating_sub(self.started)),
        };
        call.flow = Some(value::pack(&about).0);
        self.log.send(level, &call);
    }
}

impl Deref for Flow {
    type Target = Logger;

    fn deref(&self) -> &Logger {
        &self.log
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.end("abandoned", Level::Warn, |_| {});
    }
}

/// Without a cryptographic source the time has to do: an id is no secret.
fn weak_seed(unix_ms: u64) -> [u8; 16] {
    u128::from(unix_ms)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        .to_be_bytes()
}
