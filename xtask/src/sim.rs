//! `sim`: the simulator of `tests/sim`. Owns how it is built and run; what it does is its own.
//!
//! As a suite it is a short run, the table of scenarios, and the same traces once more through the core as WebAssembly.

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repo::{self, Repo};
use crate::test::js;

/// Seeds of a suite's run: enough to fail early, few enough to be run at every change.
const SUITE_SEEDS: &str = "1000";
/// Seeds within which each mutation of the core must be caught.
const CANARY_SEEDS: &str = "2000";
/// What a run says at its end, and what it says of a seed that breaks an invariant.
const HOLDS: &str = "sim: all invariants hold";
const BROKEN: &str = "BROKEN: ";
const SCENARIOS: &str = "tests/scenarios/delivery.json";
const PROFILE: &str = "sim";

/// The command: the arguments are the simulator's own.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let known = ["--seeds", "--seed", "--from", "--whole", "--scenarios"];
    let is_number = |argument: &String| argument.parse::<u64>().is_ok();
    if let Some(stranger) =
        (arguments.iter()).find(|argument| !known.contains(&argument.as_str()) && !is_number(argument))
    {
        bail!("unknown argument `{stranger}`");
    }
    build(repo, &[])?;
    if arguments.iter().any(|argument| argument == "--scenarios") {
        return run(repo, &["--scenarios", SCENARIOS]);
    }
    run(repo, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The suite.
pub fn suite(repo: &Repo) -> Result<()> {
    build(repo, &[])?;
    run(repo, &["--seeds", SUITE_SEEDS])?;
    run(repo, &["--scenarios", SCENARIOS])?;
    let traces = repo.out("sim-traces");
    repo::fresh_folder(&traces)?;
    run(repo, &["--export", &traces.display().to_string()])?;
    let mut cargo = repo.cargo("build");
    cargo.args(["--quiet", "--package", "sapwood-replay", "--profile", PROFILE]);
    process::run(cargo.args(["--target", "wasm32-unknown-unknown"]))?;
    let wasm = repo.cargo_target.join("wasm32-unknown-unknown/sim/sapwood_replay.wasm");
    std::fs::copy(&wasm, traces.join("replay.wasm")).with_context(|| format!("cannot copy {}", wasm.display()))?;
    js::suite(repo, "sim")
}

/// Does a run find something? For canaries: what it said.
///
/// Without the core's own assertions: the model has to find it, not the core.
pub fn finds(repo: &Repo) -> Result<(bool, String)> {
    build(repo, &[("CARGO_PROFILE_SIM_DEBUG_ASSERTIONS", "false")])?;
    let (status, said) = process::capture(binary(repo).args(["--seeds", CANARY_SEEDS]))?;
    let holds = status.success() && said.contains(HOLDS);
    let broken = !status.success() && said.contains(BROKEN);
    if holds == broken {
        bail!("the simulator did not run:\n{said}");
    }
    Ok((broken, said))
}

/// The first violation that a run has named.
pub fn violation(said: &str) -> Option<&str> {
    said.lines()
        .find_map(|line| line.split_once(BROKEN))
        .map(|(_, what)| what)
}

fn build(repo: &Repo, environment: &[(&str, &str)]) -> Result<()> {
    let mut cargo = repo.cargo("build");
    cargo.args(["--quiet", "--package", "sapwood-sim", "--profile", PROFILE]);
    process::run(cargo.envs(environment.iter().copied()))
}

fn run(repo: &Repo, arguments: &[&str]) -> Result<()> {
    process::run(binary(repo).args(arguments))
}

fn binary(repo: &Repo) -> std::process::Command {
    repo.command(repo.cargo_target.join(PROFILE).join("sapwood-sim"))
}
