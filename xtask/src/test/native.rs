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
/// The feature of the Rust API, which no build of the npm package has.
pub const LOGGER: &str = "sapwood/logger";
/// What only that feature may bring.
const LOGGER_CRATES: [&str; 5] = [
    "serde",
    "rmp-serde",
    "serde-wasm-bindgen",
    "wasm-bindgen-futures",
    "web-sys",
];
/// How many cases `test --full` gives each property, where proptest's own number is 256.
const FULL_PROPERTY_CASES: &str = "2048";

pub fn fmt(repo: &Repo) -> Result<()> {
    process::run(repo.cargo("fmt").args(["--all", "--check"]))
}

/// Lints everything as it is compiled: natively with tests and xtask, and as the wasm that ships.
pub fn clippy(repo: &Repo) -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    process::run(
        repo.cargo("clippy")
            .args(["--quiet", "--workspace", "--all-targets", "--features", LOGGER])
            .args(deny),
    )?;
    // The core that ships; the app that logs with the crate; and both features at once, which must not exclude each other.
    let forms: [&[&str]; 3] = [
        &["--lib", "--features", "npm"],
        &["--package", "sapwood", "--package", "sapwood-rust-app"],
        &["--lib", "--all-features"],
    ];
    for form in forms {
        let mut cargo = repo.cargo("clippy");
        cargo.args(["--quiet", "--target", "wasm32-unknown-unknown"]).args(form);
        process::run(cargo.args(deny))?;
    }
    Ok(())
}

/// The crate's documentation builds without a warning: no link in it leads nowhere. Natively, and as docs.rs shows it.
pub fn rustdoc(repo: &Repo) -> Result<()> {
    let wasm = ["--target", "wasm32-unknown-unknown"];
    for target in [&[][..], &wasm[..]] {
        let mut cargo = repo.cargo("doc");
        cargo.args(["--quiet", "--package", "sapwood", "--no-deps", "--features", LOGGER]);
        process::run(cargo.args(target).env("RUSTDOCFLAGS", "--deny warnings"))?;
    }
    Ok(())
}

/// The native build must not know JavaScript, or a JS type in the core would go unnoticed: it compiles for wasm32. And the npm
/// build must not know what serves Rust apps: it would more than double each download.
pub fn wall(repo: &Repo) -> Result<()> {
    let tree = |what: &[&str]| {
        let mut cargo = repo.cargo("tree");
        cargo.args(["--package", "sapwood", "--edges", "normal,no-proc-macro"]);
        cargo.args(["--prefix", "none", "--format", "{p}"]);
        process::stdout(cargo.args(what)).context("cargo tree")
    };
    let native = tree(&["--all-features"])?;
    let wasm = ["--target", "wasm32-unknown-unknown"];
    // The control: the same questions find them where they belong.
    let all = tree(&[&wasm[..], &["--all-features"]].concat())?;
    for crates in [JS_CRATES, LOGGER_CRATES] {
        if found(&all, crates).len() < crates.len() {
            bail!(
                "not all of {} are found in the wasm32 build: this check sees nothing",
                crates.join(", ")
            );
        }
    }
    let npm = tree(&[&wasm[..], &["--no-default-features", "--features", "npm,journal"]].concat())?;
    for (build, tree, crates) in [("native", native, JS_CRATES), ("npm", npm, LOGGER_CRATES)] {
        let found = found(&tree, crates);
        if !found.is_empty() {
            bail!("the {build} build depends on {}", found.join(", "));
        }
    }
    Ok(())
}

/// Which of these crates stand in a tree.
fn found(tree: &str, crates: [&'static str; 5]) -> Vec<&'static str> {
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    crates.into_iter().filter(|name| names.contains(name)).collect()
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
    cargo.args(["--workspace", "--no-fail-fast", "--features", LOGGER]);
    cargo
}

#[cfg(test)]
mod tests_of_the_wall {
    use super::{JS_CRATES, found};

    #[test]
    fn js_crates_are_found_by_their_whole_name() {
        assert_eq!(
            found("sapwood v0.1.0 (/x)\njs-sys v0.3.107\nnot-web-sys v1.0.0\n", JS_CRATES),
            ["js-sys"]
        );
    }
}
