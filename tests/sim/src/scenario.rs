//! The table of scenarios (`tests/scenarios`) on the simulator's ports: virtual time, and a receiver that does what the
//! table says. The model looks at every step here, too. The same table runs in real browsers.

use std::collections::{BTreeMap, VecDeque};

use sapwood::core::flush;
use sapwood::core::level::Level;
use sapwood::core::stats::{DROP_REASON_NAMES, counter};
use sapwood_replay::Setting;
use serde_json::Value;

use crate::net::End;
use crate::plan::Plan;
use crate::queue::Action;
use crate::rng::Rng;
use crate::sent::Sent;
use crate::server::{Reply, Server};
use crate::tab::Life;
use crate::trace::Trace;
use crate::world::World;

/// How long the façade takes to hand over what was logged.
const IDLE_MS: u64 = 50;

/// The receiver of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Script {
    rows: VecDeque<(Reply, Option<End>)>,
    pub(crate) settled: Vec<flush::Outcome>,
}

impl Script {
    /// What becomes of the next request.
    pub(crate) fn receive(&mut self, server: &mut Server, sent: &Sent) -> (Reply, Option<End>) {
        let more = self.rows.len() > 1;
        let row = if more {
            self.rows.pop_front()
        } else {
            self.rows.front().copied()
        };
        let (reply, end) = row.unwrap_or((Reply::OK, None));
        server.requests += 1;
        if reply.keeps {
            server.keep(sent, usize::MAX);
        }
        (reply, end)
    }
}

/// Plays one scenario.
///
/// # Panics
/// If it does not end as it says, breaks an invariant, or has a word that nobody knows.
pub(crate) fn play(scenario: &Value, world: &mut Option<World>) {
    let (settings, persist) = options(&scenario["options"]);
    let mut plan = Plan::quiet(settings);
    plan.persist = persist;
    let world = world.insert(World::new(plan, Rng::new(1), Trace::new(true)));
    let rows = scenario["server"].as_array().into_iter().flatten().map(row).collect();
    world.script = Some(Script {
        rows,
        settled: Vec::new(),
    });
    let mut page = world.open();
    for step in scenario["steps"].as_array().expect("a scenario has steps") {
        page = take(world, page, step);
    }
    // What is under way comes home.
    pass(world, IDLE_MS + 1_000, |_| false);
    world.audit();
    expect(world, &scenario["expect"]);
}

fn options(options: &Value) -> (Vec<(Setting, u64)>, bool) {
    let mut settings = Vec::new();
    let mut persist = false;
    for (name, value) in members(options) {
        let number = || value.as_u64().unwrap_or_else(|| panic!("option {name} is no number"));
        match &name[..] {
            "batchSize" => settings.push((Setting::BatchEntries, number())),
            "batchBytes" => settings.push((Setting::BatchBytes, number())),
            "flushInterval" => settings.push((Setting::FlushInterval, number())),
            "maxBufferBytes" => settings.push((Setting::BufferBytes, number())),
            "timeoutMs" => settings.push((Setting::Timeout, number())),
            "offline" => persist = value == "persist",
            // A body's form says nothing of delivery.
            "compress" => {}
            "retry" => {
                for (name, value) in members(value) {
                    let setting = match &name[..] {
                        "initialDelayMs" => Setting::RetryInitial,
                        "maxDelayMs" => Setting::RetryMax,
                        "maxAgeMs" => Setting::MaxAge,
                        "maxRetries" => Setting::MaxRetries,
                        other => panic!("no option retry.{other} is known here"),
                    };
                    settings.push((setting, value.as_u64().expect("a number")));
                }
            }
            other => panic!("no option {other} is known here"),
        }
    }
    (settings, persist)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn row(row: &Value) -> (Reply, Option<End>) {
    let mut reply = Reply::OK;
    let (mut end, mut store) = (None, None);
    for (name, value) in members(row) {
        let number = || value.as_u64().unwrap_or_else(|| panic!("{name} is no number"));
        match &name[..] {
            "status" => reply.status = number() as u16,
            "retryAfter" => reply.retry_after_ms = number() * 1000,
            "retryAfterDateMs" => reply.retry_after_ms = number(),
            "delayMs" => reply.late_ms = number(),
            "hang" => end = Some(End::Hangs),
            "reset" => end = Some(End::Fails(0)),
            "cut" => end = Some(End::CutAnswer),
            "store" => store = value.as_bool(),
            other => panic!("no answer {other} is known here"),
        }
    }
    let answers = matches!(end, None | Some(End::CutAnswer));
    reply.keeps = store.unwrap_or(answers && (200..300).contains(&reply.status));
    (reply, end)
}

/// One step; the page that is there afterwards.
fn take(world: &mut World, page: usize, step: &Value) -> usize {
    let (name, value) = members(step)
        .find(|(name, _)| !["bytes", "level", "withinMs"].contains(&&name[..]))
        .expect("a step has a name");
    let number = || value.as_u64().unwrap_or_else(|| panic!("{name} is no number"));
    let within = step["withinMs"].as_u64().unwrap_or(0);
    match (&name[..], value.as_str().unwrap_or_default()) {
        ("log", _) => log(world, page, number(), step),
        ("wait", _) => pass(world, number(), |_| false),
        ("arrive", _) => pass_until(world, within, step, |world| {
            world.server.entries.len() as u64 >= number()
        }),
        ("request", _) => pass_until(world, within, step, |world| world.server.requests >= number()),
        ("requests", _) => assert_eq!(world.server.requests, number(), "requests by then: {step}"),
        ("flush", _) => {
            let before = settled(world);
            world.flush(page, number(), false);
            pass_until(world, number() + 1_000, step, |world| settled(world) > before);
        }
        ("server", "gone") => world.net.line.gone = true,
        ("server", "back") => world.net.line.gone = false,
        ("network", state) => world.offline(state == "offline"),
        ("page", "hide") => world.hide(page),
        ("page", "show") => world.show(page),
        ("leave", "kill") => world.kill(page),
        ("leave", how) => {
            world.hide(page);
            world.hide(page);
            world.kill(page);
            if how == "reload" {
                return world.open();
            }
        }
        ("visit", _) => return world.open(),
        _ => panic!("no step is known here like {step}"),
    }
    page
}

fn settled(world: &World) -> usize {
    world.script.as_ref().map_or(0, |script| script.settled.len())
}

fn log(world: &mut World, page: usize, count: u64, step: &Value) {
    let fill = step["bytes"].as_u64().unwrap_or(0) as usize;
    let level = match step["level"].as_str().unwrap_or("info") {
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" => Level::Warn,
        "error" => Level::Error,
        other => panic!("no level {other} is known here"),
    };
    let ((unix, _), now) = (world.unix(), world.now);
    for _ in 0..count {
        world.tabs[page].app.log_plain(level, fill, unix, now);
    }
    world.schedule(IDLE_MS, Action::Idle { tab: page });
}

/// Lets time pass, until something is true; whether it became so.
fn passes(world: &mut World, within: u64, done: impl Fn(&World) -> bool) -> bool {
    let end = world.now + within;
    while !done(world) {
        if !world.advance(end) {
            return done(world);
        }
    }
    true
}

fn pass(world: &mut World, within: u64, done: impl Fn(&World) -> bool) {
    passes(world, within, done);
}

fn pass_until(world: &mut World, within: u64, step: &Value, done: impl Fn(&World) -> bool) {
    assert!(passes(world, within, done), "it takes too long: {step}");
}

fn expect(world: &World, expected: &Value) {
    let mut dropped: BTreeMap<&str, u64> = BTreeMap::new();
    let mut accepted = 0;
    for page in &world.tabs {
        let counters = page.client.counters();
        accepted += counters[counter::ACCEPTED];
        for (at, name) in DROP_REASON_NAMES.iter().enumerate() {
            let count = counters[counter::DROPPED + at] + page.client.recovered()[counter::DROPPED + at];
            if count > 0 {
                *dropped.entry(name).or_default() += count;
            }
        }
    }
    let arrived = world.server.entries.len() as u64;
    if expected["sumCloses"] == true {
        let all: u64 = dropped.values().sum();
        assert!(all > 0, "nothing was dropped");
        assert_eq!(arrived + all, accepted, "arrived and dropped are all that was accepted");
    } else {
        let empty = Value::Object(serde_json::Map::new());
        let wanted = expected.get("dropped").unwrap_or(&empty);
        assert_eq!(&serde_json::json!(dropped), wanted, "dropped");
    }
    for (name, value) in members(expected) {
        match &name[..] {
            "accepted" => assert_eq!(Some(accepted), value.as_u64(), "accepted"),
            "arrived" => assert_eq!(Some(arrived), value.as_u64(), "arrived"),
            "requests" => {
                let bound = |at: usize| value[at].as_u64().expect("a number");
                let requests = world.server.requests;
                assert!((bound(0)..=bound(1)).contains(&requests), "{requests} requests");
            }
            "inOrder" => in_order(world),
            "settled" => {
                let script = world.script.as_ref().expect("a scenario has one");
                let told = |outcome: &flush::Outcome| {
                    let flush::Outcome {
                        delivered,
                        pending,
                        dropped,
                        ..
                    } = outcome;
                    serde_json::json!({ "delivered": delivered, "pending": pending, "dropped": dropped })
                };
                let told: Vec<Value> = script.settled.iter().map(told).collect();
                assert_eq!(&Value::from(told), value, "settled");
            }
            // The audit has compared them all.
            "dropped" | "sumCloses" | "timestamps" => {}
            other => panic!("nothing like {other} can be expected here"),
        }
    }
    let alive = world.tabs.iter().filter(|page| page.life == Life::Runs);
    assert_eq!(alive.map(|page| page.held()).sum::<u64>(), 0, "something is still held");
}

/// Of each instance the first arrivals are in the order of the calls.
fn in_order(world: &World) {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for (instance, seq) in &world.server.arrivals {
        let before = last.insert(instance, *seq).unwrap_or(0);
        assert!(before < *seq, "{seq} of {instance} arrives after {before}");
    }
}
