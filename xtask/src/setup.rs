//! `setup`: what a fresh Debian with Rust (rustup), build-essential and Node lacks. Each step looks first, so that a
//! second run takes no time; the other commands call the steps that they need.

mod browsers;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub use self::browsers::{chromium, installed_chromium, others};
use crate::repo::{self, Repo};
use crate::{flags, process};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The oldest Node that the tools and the tests run on, major and minor: `node --test` has its time limit from here on.
const NODE_MIN: (u32, u32) = (20, 11);

/// The command.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    flags(arguments, [])?;
    let chromium = all(repo)?;
    println!("setup: complete (Chromium: {})", chromium.display());
    Ok(())
}

/// Everything: for building, testing and the demo. The path of the Chromium to use.
pub fn all(repo: &Repo) -> Result<PathBuf> {
    for_build(repo)?;
    chromium()
}

/// What `build` needs: the wasm target, git, Node and the npm packages.
pub fn for_build(repo: &Repo) -> Result<()> {
    wasm_target(repo)?;
    git(repo)?;
    node(repo)?;
    npm_packages(repo)
}

/// The standard library for wasm32.
pub fn wasm_target(repo: &Repo) -> Result<()> {
    let libraries = process::stdout(
        repo.command("rustc")
            .args(["--print", "target-libdir", "--target", WASM_TARGET]),
    )?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    println!("setup: adding the Rust target {WASM_TARGET}");
    process::run(repo.command("rustup").args(["target", "add", WASM_TARGET])).context(
        "the Rust target could not be added; with rustup installed, `rustup target add wasm32-unknown-unknown` does it",
    )
}

/// Adds the rustup component behind a cargo subcommand (`fmt`, `clippy`) where it is missing.
pub fn component(repo: &Repo, subcommand: &str, component: &str) -> Result<()> {
    let (status, _) = process::capture(repo.cargo(subcommand).arg("--version"))?;
    if status.success() {
        return Ok(());
    }
    println!("setup: adding the Rust component {component}");
    process::run(repo.command("rustup").args(["component", "add", component]))
}

/// Git, which knows what belongs to the checkout.
pub fn git(repo: &Repo) -> Result<()> {
    there(
        &mut repo.command("git"),
        "git is needed (Debian: `apt-get install git`)",
    )
}

/// Fails with an advice where a program cannot tell its version.
fn there(program: &mut Command, advice: &str) -> Result<()> {
    process::quiet(program.arg("--version")).with_context(|| advice.to_owned())
}

fn node(repo: &Repo) -> Result<()> {
    let advice = format!(
        "Node {}.{} or newer with npm is needed: https://nodejs.org",
        NODE_MIN.0, NODE_MIN.1
    );
    let version = process::stdout(repo.command("node").arg("--version")).context(advice.clone())?;
    match major_minor(&version) {
        // Debian has npm in a package of its own.
        Some(found) if found >= NODE_MIN => there(&mut repo.command("npm"), &advice),
        _ => bail!("found Node {}, which is too old. {advice}", version.trim()),
    }
}

/// `v20.11.1` → (20, 11).
fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// `npm ci`, unless node_modules was made from this very lock file: a copy of it lies inside as the stamp, and goes
/// with the folder when npm rebuilds it.
fn npm_packages(repo: &Repo) -> Result<()> {
    let lock = repo.read("package-lock.json")?;
    let stamp = repo.path("node_modules/.package-lock.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("setup: installing npm packages (npm ci)");
    process::run(
        repo.command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
    )?;
    repo::write(&stamp, lock)
}

/// Fails with what to do by hand, unless apt can install the packages and does.
fn apt_install(what: &str, packages: &[&str], manual: &str) -> Result<()> {
    let is_root = process::stdout(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || on_path(&["apt-get"]).is_none() {
        bail!("{manual}");
    }
    println!("setup: installing {what} (apt-get)");
    // Another apt run (a machine's first minutes) may hold the lock.
    let apt = || {
        let mut command = Command::new("apt-get");
        command
            .args(["-o", "DPkg::Lock::Timeout=180", "-qq"])
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    process::run(apt().arg("update")).with_context(|| manual.to_owned())?;
    process::run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
        .with_context(|| manual.to_owned())
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_told_with_an_advice() {
        let error = there(&mut Command::new("sapwood-no-such-program"), "it is needed: here").unwrap_err();
        assert!(format!("{error:#}").starts_with("it is needed: here: "), "{error:#}");
        assert!(there(&mut Command::new("git"), "").is_ok());
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(major_minor("v20.20.2\n"), Some((20, 20)));
        assert!(major_minor("v20.9.0") < Some(NODE_MIN) && major_minor("v18.20.1") < Some(NODE_MIN));
        assert!(major_minor("v22.0.0") >= Some(NODE_MIN) && major_minor("nonsense") < Some(NODE_MIN));
    }
}
