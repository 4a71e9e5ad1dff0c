//! `test`: the suites in the order in which they fail fastest, each timed, and one summary.
//!
//! `native` holds what cargo judges and `totals` how much of it ran, `js` runs the TypeScript suites, `ambient` proves that clippy guards the core.

mod ambient;
pub mod js;
pub mod native;
mod rust_app;
mod totals;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::{build, delivery, docs, runtimes, setup, sim, size};

struct Suite {
    name: &'static str,
    needs: Needs,
    run: fn(&Repo) -> Result<()>,
}

/// What has to be there before a suite can run; each includes the ones before it.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Needs {
    Rust,
    Packages,
    Build,
    Browser,
}

const SUITES: &[Suite] = &[
    suite("fmt", Needs::Rust, native::fmt),
    suite("wall", Needs::Rust, native::wall),
    suite("clippy", Needs::Rust, native::clippy),
    suite("ambient", Needs::Rust, ambient::refused),
    suite("rustdoc", Needs::Rust, native::rustdoc),
    suite("native", Needs::Rust, native::tests),
    suite("sim", Needs::Packages, sim::suite),
    suite("docs", Needs::Packages, docs::check),
    suite("types", Needs::Build, js::types),
    suite("size", Needs::Build, size::check),
    suite("facade", Needs::Build, |repo| js::suite(repo, "facade")),
    suite("wasm", Needs::Build, |repo| js::suite(repo, "wasm")),
    suite(rust_app::SUITE, Needs::Packages, |repo| {
        js::suite(repo, rust_app::SUITE)
    }),
    suite("package", Needs::Build, |repo| js::suite(repo, "package")),
    suite("runtimes", Needs::Browser, |repo| runtimes::suite(repo, "runtimes")),
    suite("everywhere", Needs::Browser, |repo| runtimes::suite(repo, "everywhere")),
    suite("collector", Needs::Build, |repo| js::suite(repo, "collector")),
    suite("viewer", Needs::Browser, |repo| js::suite(repo, "viewer")),
    suite("browser", Needs::Browser, |repo| js::suite(repo, "browser")),
    suite("contexts", Needs::Browser, |repo| js::suite(repo, "contexts")),
    suite("load", Needs::Browser, |repo| js::suite(repo, "load")),
    suite("delivery", Needs::Browser, delivery::short),
    // Its long form is its only one: it installs bundlers, and builds with them.
    suite("packaging", Needs::Browser, |repo| js::full_suite(repo, "packaging")),
];

/// Not among all suites unless `--full` is said: they install a dozen runtimes, and half a dozen bundlers.
const FULL_ONLY: [&str; 2] = ["everywhere", "packaging"];

const fn suite(name: &'static str, needs: Needs, run: fn(&Repo) -> Result<()>) -> Suite {
    Suite { name, needs, run }
}

/// Strict policies and workers, in all three browsers, which are installed where they are missing.
fn contexts(repo: &Repo) -> Result<()> {
    let others = setup::others()?;
    js::suite_by(repo, "contexts", &|| {
        let mut node = js::node_test(repo, js::FULL_FILE_MS_MAX)?;
        node.envs(others.clone()).env("DELIVERY_BROWSERS", delivery::BROWSERS);
        node.env(js::FULL.0, js::FULL.1);
        Ok(node)
    })
}

/// How one suite ended.
struct Outcome {
    name: &'static str,
    time: Duration,
    passed: bool,
}

/// Runs the named suites, or all of them; fails when one fails, after all have run.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (flags, names): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| word.starts_with('-'));
    if let Some(flag) = flags.iter().find(|flag| **flag != "--full") {
        bail!("unknown argument `{flag}`");
    }
    let mut suites = select(&names, !flags.is_empty())?;
    if !flags.is_empty() {
        for suite in &mut suites {
            match suite.name {
                "native" => suite.run = native::full_tests,
                "load" => suite.run = |repo| js::full_suite(repo, "load"),
                "contexts" => suite.run = contexts,
                "delivery" => suite.run = delivery::full,
                "runtimes" => suite.run = |repo| runtimes::full_suite(repo, "runtimes"),
                _ => {}
            }
        }
    }
    prepare(repo, &suites)?;
    summary(&run(repo, &suites))
}

fn select(names: &[&String], full: bool) -> Result<Vec<Suite>> {
    let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    if let Some(stranger) = names
        .iter()
        .find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("there is no suite `{stranger}`; there are {}", known());
    }
    let named = |suite: &Suite| names.iter().any(|name| *name == suite.name);
    let wanted = |suite: &&Suite| named(suite) || names.is_empty() && (full || !FULL_ONLY.contains(&suite.name));
    Ok(SUITES.iter().filter(wanted).map(|suite| Suite { ..*suite }).collect())
}

fn prepare(repo: &Repo, suites: &[Suite]) -> Result<()> {
    if suites.iter().any(|suite| suite.needs == Needs::Rust) {
        setup::component(repo, "fmt", "rustfmt")?;
        setup::component(repo, "clippy", "clippy")?;
        setup::wasm_target(repo)?;
        setup::git(repo)?;
    }
    if suites.iter().any(|suite| suite.needs > Needs::Rust) {
        setup::for_build(repo)?;
    }
    if suites.iter().any(|suite| suite.needs == Needs::Browser) {
        setup::chromium()?;
    }
    Ok(())
}

fn run(repo: &Repo, suites: &[Suite]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut built = None;
    for suite in suites {
        if suite.needs >= Needs::Build {
            let built = *built.get_or_insert_with(|| {
                outcomes.push(timed("build", || build::all(repo)));
                outcomes.last().is_some_and(|outcome: &Outcome| outcome.passed)
            });
            if !built {
                outcomes.push(timed(suite.name, || bail!("not run: the build failed")));
                continue;
            }
        }
        outcomes.push(timed(suite.name, || (suite.run)(repo)));
    }
    outcomes
}

fn timed(name: &'static str, work: impl FnOnce() -> Result<()>) -> Outcome {
    println!("\n── {name} ──");
    let start = Instant::now();
    let result = work();
    if let Err(error) = &result {
        eprintln!("{name}: {error:#}");
    }
    Outcome {
        name,
        time: start.elapsed(),
        passed: result.is_ok(),
    }
}

fn summary(outcomes: &[Outcome]) -> Result<()> {
    println!("\n── summary ──");
    for Outcome { name, time, passed } in outcomes {
        println!(
            "{name:<12} {:>7.1} s  {}",
            time.as_secs_f32(),
            if *passed { "passed" } else { "FAILED" }
        );
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.time).sum();
    println!("{:<12} {:>7.1} s", "total", total.as_secs_f32());
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| !outcome.passed)
        .map(|outcome| outcome.name)
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}
