//! Owns flows: their steps, and their one outcome. Does not own names, ids and how they travel (`place`).
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
use crate::logger::place::Place;
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
    #[serde(skip_serializing_if = "str::is_empty")]
    branch: &'a str,
    #[serde(rename = "parentStep", skip_serializing_if = "Option::is_none")]
    parent_step: Option<u32>,
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
    /// But for the step, which its children count as well.
    place: Place,
    /// Where the branch left.
    parent_step: Option<u32>,
    ended: bool,
}

impl Flow {
    /// The header in which a flow travels to another program.
    pub const HEADER: &'static str = "x-sapwood-flow";

    pub(super) fn begin(parent: &Logger, name: &str) -> Flow {
        let unix_ms = clock::now().unix;
        Flow::at(parent, Place::begin(name, random(unix_ms), unix_ms), None)
    }

    pub(super) fn resume(parent: &Logger, header: &str) -> Flow {
        let unix_ms = clock::now().unix;
        match Place::read(header, unix_ms) {
            Some(place) => Flow::at(parent, place.branch(random(unix_ms)), Some(place.step)),
            None => Flow::begin(parent, ""),
        }
    }

    fn at(parent: &Logger, place: Place, parent_step: Option<u32>) -> Flow {
        let mut log = parent.child();
        log.steps = Some(Rc::new(Steps::default()));
        log.node.set_text(FLOW_ID, Some(&place.id));
        let flow = Flow {
            log,
            place,
            parent_step,
            ended: false,
        };
        flow.log.node.set_value(FLOW, &flow.about(None));
        flow
    }

    /// What an entry says of the flow.
    fn about<'a>(&'a self, outcome: Option<&'a str>) -> About<'a> {
        let Place {
            name, branch, started, ..
        } = &self.place;
        About {
            name,
            branch,
            parent_step: self.parent_step,
            outcome,
            duration_ms: outcome.map(|_| clock::now().unix.saturating_sub(*started)),
        }
    }

    /// The value of the header [`Flow::HEADER`] for a request that belongs to the flow: who answers it goes on with
    /// [`Logger::resume_flow`], or with `log.resumeFlow(request)` of the npm package.
    pub fn header(&self) -> String {
        let mut place = self.place.clone();
        place.step = self.log.steps.as_ref().map_or(0, |steps| steps.0.get());
        place.to_string()
    }

    /// `{name}-{8 random characters}`
    pub fn id(&self) -> &str {
        &self.place.id
    }

    /// As it was given, cut to 41 characters.
    pub fn name(&self) -> &str {
        &self.place.name
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
        let mut call = Call::new(&format!("Flow {}: {outcome}", self.place.name));
        call.step = self.log.steps.as_ref().map(|steps| steps.take());
        fill(&mut call);
        if call.data == [0xc0] {
            call.data.clear();
        }
        call.flow = Some(value::pack(&self.about(Some(outcome))).0);
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
fn random(unix_ms: u64) -> [u8; 16] {
    let weak = u128::from(unix_ms).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    clock::seed().unwrap_or(weak.to_be_bytes())
}
