//! `canary`: proof that the tests can fail. Each `tests/canary/*.patch` breaks one promise in a copy of the tree and
//! names the test that must catch it: it passes without the patch and fails, by running, with it.
//!
//! A patch begins with the lines `Promise: …` and `Test: <suite> <test>`, then an empty line, then a unified diff with
//! paths `a/` and `b/` from the root. `Needs: build` says that the suite runs what `cargo xtask build` makes. A suite is
//! a folder of `tests/`: a cargo test target (then the test is its full path, `module::test`) or a TypeScript suite
//! (then it is the test's whole title). `Test: sim invariants` is a run of the simulator: no test was written for what these
//! patches break.

mod patch;
mod verdict;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::patch::Patch;
use self::verdict::Verdict;
use crate::repo::{self, Repo};
use crate::test::js;
use crate::{build, checkout, process, setup, sim};

const FOLDER: &str = "tests/canary";
/// Suites that hold promises and so must have at least one canary.
const WATCHED: [&str; 12] = [
    "contracts",
    "logger",
    "rust",
    "sim",
    "facade",
    "wasm",
    "runtimes",
    "collector",
    "viewer",
    "browser",
    "contexts",
    "delivery",
];
/// The suite that is a program of its own.
const SIM: &str = "sim";

/// What a build leaves in the tree.
const BUILT: [&str; 4] = ["js/generated", "js/dev/dist", "pkg/dist", "pkg/types"];

/// The command: all patches but those marked `When: full`, with `--full` these too, or those named.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = arguments.iter().cloned().partition(|word| word.starts_with('-'));
    let [full] = crate::flags(&flags, ["--full"])?;
    let patches = select(patch::all(&repo.path(FOLDER))?, &names, full)?;
    setup::all(repo)?;
    let folder = repo.out("canary");
    let _lock = checkout::lock(&folder)?;
    let copy = checkout::sync(repo, &folder)?;
    // A build in the copy makes what is not in git there; patches that need no build rely on it as well.
    build::all(&copy)?;
    keep_built(&copy)?;

    let mut missed = Vec::new();
    let mut green = BTreeSet::new();
    for patch in &patches {
        let start = Instant::now();
        let result = fly(&copy, patch, &mut green);
        let seconds = start.elapsed().as_secs_f32();
        match result {
            Ok(()) => println!(
                "canary: {:<28} caught by {} `{}` ({seconds:.1} s)",
                patch.name, patch.suite, patch.test
            ),
            Err(error) => {
                eprintln!("canary: {:<28} NOT CAUGHT: {error:#}", patch.name);
                missed.push(patch.name.as_str());
            }
        }
    }
    if !missed.is_empty() {
        bail!("not caught: {}", missed.join(", "));
    }
    if names.is_empty() { unwatched(&patches) } else { Ok(()) }
}

fn select(patches: Vec<Patch>, names: &[String], full: bool) -> Result<Vec<Patch>> {
    if let Some(stranger) = names
        .iter()
        .find(|name| !patches.iter().any(|patch| patch.name == **name))
    {
        bail!("there is no {FOLDER}/{stranger}.patch");
    }
    let wanted = |patch: &Patch| match names {
        [] => full || !patch.only_full,
        names => names.contains(&patch.name),
    };
    Ok(patches.into_iter().filter(wanted).collect())
}

fn unwatched(patches: &[Patch]) -> Result<()> {
    let suites: BTreeSet<&str> = patches.iter().map(|patch| patch.suite.as_str()).collect();
    let bare: Vec<&str> = WATCHED.into_iter().filter(|suite| !suites.contains(suite)).collect();
    if !bare.is_empty() {
        bail!("no canary shows that these suites can fail: {}", bare.join(", "));
    }
    Ok(())
}

/// One patch: green before, red after, and the copy is as it was. `green`: the tests that were seen to pass on it.
fn fly<'a>(copy: &Repo, patch: &'a Patch, green: &mut BTreeSet<(&'a str, &'a str)>) -> Result<()> {
    let test = (&patch.suite[..], &patch.test[..]);
    if !green.contains(&test) {
        match observe(copy, patch)? {
            Verdict::Passed => {}
            other => bail!("the test does not pass without the patch: {other}"),
        }
        green.insert(test);
    }
    apply(copy, &patch.path, false).context("the patch does not apply")?;
    let broken = if patch.needs_build {
        build::all(copy)
            .context("the patched tree does not build")
            .and_then(|()| observe(copy, patch))
    } else {
        observe(copy, patch)
    };
    apply(copy, &patch.path, true).context("the patch could not be taken back")?;
    put_back_built(copy)?;
    match broken? {
        Verdict::Failed => Ok(()),
        other => bail!("the test does not fail with the patch: {other}"),
    }
}

/// Keeps a copy of what the whole tree built, so that a patch is taken back without another build.
fn keep_built(copy: &Repo) -> Result<()> {
    BUILT
        .iter()
        .try_for_each(|folder| repo::copy_folder(&copy.path(folder), &copy.out("built").join(folder)))
}

fn put_back_built(copy: &Repo) -> Result<()> {
    BUILT
        .iter()
        .try_for_each(|folder| repo::copy_folder(&copy.out("built").join(folder), &copy.path(folder)))
}

/// Runs the named test alone. What it said is shown when it does not run.
fn observe(copy: &Repo, patch: &Patch) -> Result<Verdict> {
    if patch.suite == SIM {
        let (found, said) = sim::finds(copy)?;
        if let Some(violation) = sim::violation(&said) {
            println!("canary: {:<28} {violation}", patch.name);
        }
        return Ok(if found { Verdict::Failed } else { Verdict::Passed });
    }
    let folder = copy.path("tests").join(&patch.suite);
    if folder.join("main.rs").exists() || folder.with_extension("rs").exists() {
        let mut cargo = copy.cargo("test");
        cargo.args([
            "--package",
            "sapwood",
            "--features",
            crate::test::native::LOGGER,
            "--test",
            &patch.suite,
            "--",
            "--exact",
            &patch.test,
        ]);
        let (_, said) = process::capture(&mut cargo)?;
        return Ok(verdict::of_cargo(&said, &patch.test));
    }
    Ok(verdict::of_tap(
        &js::single(copy, &patch.suite, &patch.test)?,
        &patch.test,
    ))
}

/// `git apply`, which demands that every line fits. Files that it writes get a new time, so that cargo sees them.
fn apply(copy: &Repo, patch: &Path, reverse: bool) -> Result<()> {
    let mut git = copy.command("git");
    // The copy lies inside the repository; git would take the patch's paths from there and skip them all.
    git.env("GIT_CEILING_DIRECTORIES", copy.root.parent().unwrap_or(&copy.root));
    git.arg("apply").args(reverse.then_some("--reverse")).arg(patch);
    process::quiet(&mut git)
}
