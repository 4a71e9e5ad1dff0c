//! What cargo judges: format, lints, the wall between the core and JavaScript, and the native tests.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::totals;
use crate::process;
use crate::repo::Repo;

/// Crates that mean JavaScript. None may be reachable from the library outside wasm32.
const JS_CRATES: [&str; 5] = [
    "js-sys",
    "web-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "serde-wasm-bindgen",
];
/// How many cases `test --full` gives each property, where proptest's own number is 256.
const FULL_PROPERTY_CASES: &str = "4096";

pub fn fmt(repo: &Repo) -> Result<()> {
    process::run(repo.cargo("fmt").args(["--all", "--check"]))
}

/// Lints everything as it is compiled: natively with tests and xtask, and as the wasm that ships.
pub fn clippy(repo: &Repo) -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    process::run(
        repo.cargo("clippy")
            .args(["--quiet", "--workspace", "--all-targets"])
            .args(deny),
    )?;
    process::run(
        repo.cargo("clippy")
            .args([
                "--quiet",
                "--lib",
                "--features",
                "npm",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args(deny),
    )
}

/// The crate's documentation builds without a warning: no link in it leads nowhere.
pub fn rustdoc(repo: &Repo) -> Result<()> {
    let mut cargo = repo.cargo("doc");
    cargo.args(["--quiet", "--package", "sapwood", "--no-deps"]);
    process::run(cargo.env("RUSTDOCFLAGS", "--deny warnings"))
}

/// The native build must not know JavaScript, or a JS type in the core would go unnoticed: it compiles for wasm32.
pub fn wall(repo: &Repo) -> Result<()> {
    let tree = |target: &[&str]| {
        let mut cargo = repo.cargo("tree");
        cargo.args([
            "--package",
            "sapwood",
            "--edges",
            "normal",
            "--all-features",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        process::stdout(cargo.args(target)).context("cargo tree")
    };
    let native = tree(&[])?;
    // The control: the same question finds them where they belong.
    let wasm = tree(&["--target", "wasm32-unknown-unknown"])?;
    if js_crates(&wasm).is_empty() {
        bail!("no JS crate is found in the wasm32 build either: this check sees nothing");
    }
    match js_crates(&native)[..] {
        [] => Ok(()),
        ref found => bail!("the native build depends on JS crates: {}", found.join(", ")),
    }
}

fn js_crates(tree: &str) -> Vec<&'static str> {
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    JS_CRATES.into_iter().filter(|name| names.contains(name)).collect()
}

/// The contracts, properties, unit and documentation tests of the crate, and xtask's own.
pub fn tests(repo: &Repo) -> Result<()> {
    totals::run(&mut cargo_test(repo))
}

/// [`tests`] with many more cases for each property.
pub fn full_tests(repo: &Repo) -> Result<()> {
    totals::run(cargo_test(repo).env("PROPTEST_CASES", FULL_PROPERTY_CASES))
}

fn cargo_test(repo: &Repo) -> Command {
    let mut cargo = repo.cargo("test");
    cargo.args(["--workspace", "--no-fail-fast"]);
    cargo
}

#[cfg(test)]
mod tests_of_the_wall {
    use super::js_crates;

    #[test]
    fn js_crates_are_found_by_their_whole_name() {
        assert_eq!(
            js_crates("sapwood v0.1.0 (/x)\njs-sys v0.3.107\nnot-web-sys v1.0.0\n"),
            ["js-sys"]
        );
    }
}
