//! One seed, and many: what a run does, on as many threads as there are cores.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sapwood_replay::Hash;

use crate::coverage::Seen;
use crate::net::LINES;
use crate::plan::Plan;
use crate::queue::Action;
use crate::rng::Rng;
use crate::scenario;
use crate::server::MOODS;
use crate::trace::Trace;
use crate::world::World;

/// One seed of so many is run twice, and each of its clients once more from its record (I11).
const TWICE: u64 = 16;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How a seed went.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) seed: u64,
    /// What was broken.
    pub(crate) violation: Option<String>,
    pub(crate) trace: String,
    pub(crate) seen: Seen,
    /// Of all clients' effects.
    pub(crate) hash: u64,
    /// Each client's life, with the hash of its effects.
    pub(crate) records: Vec<(Vec<u8>, u64)>,
}

/// Keeps what a panic says, so that a violation prints once.
pub(crate) fn catch_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|place| format!(" ({}:{})", place.file(), place.line()));
        let said = info.payload_as_str().unwrap_or("a panic").to_owned();
        LAST_PANIC.with(|last| *last.borrow_mut() = said + &place.unwrap_or_default());
    }));
}

/// Lives one seed. `whole`: the whole trace, not its end.
pub(crate) fn seed(seed: u64, tells: bool, whole: bool, records: bool) -> Outcome {
    let mut rng = Rng::new(seed);
    let plan = Plan::draw(&mut rng, LINES.len(), MOODS.len());
    let mut world = World::new(plan, rng.fork(), Trace::new(tells));
    world.records = records;
    let lived = panic::catch_unwind(AssertUnwindSafe(|| live(&mut world)));
    let violation = lived.is_err().then(|| LAST_PANIC.with(|last| last.borrow().clone()));
    let mut hash = Hash::default();
    let mut lives = Vec::new();
    for page in &mut world.tabs {
        hash.join(page.hash);
        lives.extend(
            page.recorder
                .take()
                .map(|recorder| (recorder.finish(), page.hash.value())),
        );
    }
    Outcome {
        seed,
        violation,
        trace: world.trace.text(whole),
        seen: world.seen,
        hash: hash.value(),
        records: lives,
    }
}

/// Plays a scenario: what was broken, and its trace.
pub(crate) fn scenario(scenario: &serde_json::Value) -> (Option<String>, String) {
    let mut world = None;
    let played = panic::catch_unwind(AssertUnwindSafe(|| scenario::play(scenario, &mut world)));
    let violation = played.is_err().then(|| LAST_PANIC.with(|last| last.borrow().clone()));
    (
        violation,
        world.map_or_else(String::new, |world| world.trace.text(false)),
    )
}

fn live(world: &mut World) {
    world.open();
    world.schedule(0, Action::Step);
    while world.plan.steps > 0 {
        world.advance(u64::MAX);
    }
    world.heal();
    world.audit();
    if world.plan.persist {
        world.last_page();
        world.audit();
        world.audit_left();
    }
}

/// One seed, now and then twice.
fn judged(number: u64) -> Outcome {
    let twice = number.is_multiple_of(TWICE);
    let mut outcome = seed(number, false, false, twice);
    if twice && outcome.violation.is_none() {
        let again = seed(number, false, false, false);
        let replayed = |(record, hash): &(Vec<u8>, u64)| sapwood_replay::replay(record) == *hash;
        if again.hash != outcome.hash {
            outcome.violation = Some("I11: the same seed gives another trace".to_owned());
        } else if !outcome.records.iter().all(replayed) {
            outcome.violation = Some("I11: the same events give other effects".to_owned());
        }
    }
    outcome
}

/// What a run has shown.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) seen: Seen,
    /// Those that failed, lowest first.
    pub(crate) failed: Vec<(u64, String)>,
    pub(crate) done: u64,
}

/// Lives `count` seeds from `first` on; stops soon after `failures_max` of them have failed.
pub(crate) fn seeds(first: u64, count: u64, failures_max: usize) -> Report {
    let next = AtomicU64::new(first);
    let report = Mutex::new(Report::default());
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= first + count {
                        break;
                    }
                    let outcome = judged(number);
                    let mut report = report.lock().expect("nobody panics with it");
                    report.seen.merge(&outcome.seen);
                    report.done += 1;
                    report
                        .failed
                        .extend(outcome.violation.map(|violation| (outcome.seed, violation)));
                    if report.failed.len() >= failures_max {
                        break;
                    }
                }
            });
        }
    });
    let mut report = report.into_inner().expect("all threads have ended");
    report.failed.sort();
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_hold_and_give_the_same_trace_twice() {
        catch_panics();
        let report = seeds(0, 4, 1);
        assert_eq!(report.failed, []);
        assert_eq!(report.done, 4);
        assert_ne!(seed(1, false, false, false).hash, seed(2, false, false, false).hash);
    }

    #[test]
    fn a_trace_is_told_when_it_is_asked_for() {
        assert!(seed(1, true, true, false).trace.contains("tab 0    is opened"));
        assert_eq!(seed(1, false, true, false).trace, "");
    }
}
