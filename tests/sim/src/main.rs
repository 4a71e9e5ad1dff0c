//! A deterministic simulator of the world around Sapwood's core: pages, network, storage, clocks, a receiver. Each seed
//! is a workload and a world of its own; after every step the invariants I1–I13 are held against the clients by a model
//! that knows only what went in and what came out, and in the end everything heals and must be delivered or counted.
//!
//! `world` lets things happen in the order of `queue`, `steps` decides what, `browser`, `net`, `disk`, `locks` and `server` are what the clients talk to, `judge` is the model,
//! `audit` the end of a run, `coverage` counts what happened. `docs/simulation.md` says how to read a failing seed.
//! That the model can find faults is shown by `tests/canary/sim-*.patch`.

mod app;
mod audit;
mod browser;
mod common;
mod coverage;
mod disk;
mod judge;
mod locks;
mod net;
mod plan;
mod queue;
mod record;
mod rng;
mod run;
mod scenario;
mod sent;
mod server;
mod shadow;
mod steps;
mod tab;
mod trace;
mod world;

use std::process::ExitCode;

/// Seeds of a run that does not say how many.
const SEEDS: u64 = 2_000;
/// Seeds whose traces go to the WebAssembly build.
const EXPORT_SEEDS: u64 = 100;
/// A run ends when so many have failed.
const FAILURES_MAX: usize = 5;

fn main() -> ExitCode {
    run::catch_panics();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        let value = arguments.get(at + 1).and_then(|value| value.parse::<u64>().ok());
        Some(value.unwrap_or_else(|| panic!("{name} wants a number")))
    };
    if let Some(seed) = number("--seed") {
        return one(seed, arguments.iter().any(|argument| argument == "--whole"));
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--scenarios") {
        let path = arguments.get(at + 1).expect("--scenarios wants a file");
        return scenarios(path);
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--export") {
        let folder = arguments.get(at + 1).expect("--export wants a folder");
        return export(folder, number("--seeds").unwrap_or(EXPORT_SEEDS));
    }
    many(number("--from").unwrap_or(0), number("--seeds").unwrap_or(SEEDS))
}

fn one(seed: u64, whole: bool) -> ExitCode {
    let outcome = run::seed(seed, true, whole, false);
    println!("{}", outcome.trace);
    match outcome.violation {
        None => {
            println!("sim: seed {seed} holds, trace {:016x}", outcome.hash);
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!("sim: seed {seed} BROKEN: {violation}");
            ExitCode::FAILURE
        }
    }
}

fn many(first: u64, count: u64) -> ExitCode {
    let start = std::time::Instant::now();
    let report = run::seeds(first, count, FAILURES_MAX);
    println!("sim: {} seeds in {:.1} s", report.done, start.elapsed().as_secs_f32());
    report.seen.print();
    for (seed, violation) in &report.failed {
        println!("sim: seed {seed} BROKEN: {violation}");
        println!("     cargo xtask sim --seed {seed}");
    }
    if !report.failed.is_empty() {
        return ExitCode::FAILURE;
    }
    let missing = report.seen.missing();
    if count >= coverage::SEEDS_MIN && !missing.is_empty() {
        println!("sim: never happened: {}", missing.join(", "));
        return ExitCode::FAILURE;
    }
    println!("sim: all invariants hold");
    ExitCode::SUCCESS
}

/// Plays the table of scenarios.
fn scenarios(path: &str) -> ExitCode {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    let table: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of scenarios");
    let mut broken = 0;
    for scenario in &table {
        let (violation, trace) = run::scenario(scenario);
        let name = scenario["name"].as_str().unwrap_or("one without a name");
        match violation {
            None => println!("sim: scenario `{name}` holds"),
            Some(violation) => {
                broken += 1;
                println!("{trace}\nsim: scenario `{name}` BROKEN: {violation}");
            }
        }
    }
    assert!(!table.is_empty(), "no scenario in {path}");
    if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Writes the lives of all clients of some seeds, and the hashes of their effects, for the WebAssembly build.
fn export(folder: &str, seeds: u64) -> ExitCode {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let mut hashes = String::new();
    let mut count = 0;
    for seed in 0..seeds {
        let outcome = run::seed(seed, false, false, true);
        if let Some(violation) = outcome.violation {
            println!("sim: seed {seed} BROKEN: {violation}");
            return ExitCode::FAILURE;
        }
        for (record, hash) in outcome.records {
            std::fs::write(format!("{folder}/{count}.trace"), record).expect("a record can be written");
            hashes += &format!("{hash:016x}\n");
            count += 1;
        }
    }
    std::fs::write(format!("{folder}/hashes"), hashes).expect("the hashes can be written");
    println!("sim: {count} traces of {seeds} seeds are in {folder}");
    ExitCode::SUCCESS
}
