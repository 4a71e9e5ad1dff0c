//! `test`: the suites in the order in which they fail fastest, each timed, and one summary.
//!
//! `native` holds what cargo judges, `js` runs the TypeScript suites, `ambient` proves that clippy guards the core.

mod ambient;
pub mod js;
pub mod native;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::{build, docs, setup, size};

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
    Suite {
        name: "fmt",
        needs: Needs::Rust,
        run: native::fmt,
    },
    Suite {
        name: "wall",
        needs: Needs::Rust,
        run: native::wall,
    },
    Suite {
        name: "clippy",
        needs: Needs::Rust,
        run: native::clippy,
    },
    Suite {
        name: "ambient",
        needs: Needs::Rust,
        run: ambient::refused,
    },
    Suite {
        name: "rustdoc",
        needs: Needs::Rust,
        run: native::rustdoc,
    },
    Suite {
        name: "native",
        needs: Needs::Rust,
        run: native::tests,
    },
    Suite {
        name: "types",
        needs: Needs::Build,
        run: js::types,
    },
    Suite {
        name: "docs",
        needs: Needs::Packages,
        run: docs::check,
    },
    Suite {
        name: "size",
        needs: Needs::Build,
        run: size::check,
    },
    Suite {
        name: "facade",
        needs: Needs::Build,
        run: |repo| js::suite(repo, "facade"),
    },
    Suite {
        name: "wasm",
        needs: Needs::Build,
        run: |repo| js::suite(repo, "wasm"),
    },
    Suite {
        name: "package",
        needs: Needs::Build,
        run: |repo| js::suite(repo, "package"),
    },
    Suite {
        name: "collector",
        needs: Needs::Browser,
        run: |repo| js::suite(repo, "collector"),
    },
    Suite {
        name: "browser",
        needs: Needs::Browser,
        run: |repo| js::suite(repo, "browser"),
    },
];

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
    let mut suites = select(&names)?;
    if !flags.is_empty() {
        for suite in suites.iter_mut().filter(|suite| suite.name == "native") {
            suite.run = native::full_tests;
        }
    }
    prepare(repo, &suites)?;
    summary(&run(repo, &suites))
}

fn select(names: &[&String]) -> Result<Vec<Suite>> {
    let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    if let Some(stranger) = names
        .iter()
        .find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("there is no suite `{stranger}`; there are {}", known());
    }
    let wanted = |suite: &&Suite| names.is_empty() || names.iter().any(|name| *name == suite.name);
    Ok(SUITES.iter().filter(wanted).map(|suite| Suite { ..*suite }).collect())
}

fn prepare(repo: &Repo, suites: &[Suite]) -> Result<()> {
    if suites.iter().any(|suite| suite.needs == Needs::Rust) {
        setup::component(repo, "fmt", "rustfmt")?;
        setup::component(repo, "clippy", "clippy")?;
        setup::wasm_target(repo)?;
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
