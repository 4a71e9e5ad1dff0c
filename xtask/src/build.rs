//! `build`: core → wasm → glue and inlined bytes → façade → `pkg/`, and the collector.
//!
//! `wasm` compiles and shrinks the core, `imports` and `leaks` judge it, `inline` turns it into text, `package` makes
//! what is published. What is made lands in `js/generated/`, `pkg/` and `js/dev/dist/`, all ignored by git.
//! Tested by `tests/package` and by every suite that loads the built package.

mod glue;
mod imports;
pub mod inline;
mod leaks;
pub mod names;
pub mod package;
mod script;
pub mod wasm;

use std::fs::{self, File};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};

use self::names::Names;
use self::wasm::Core;
use crate::repo::{self, Repo};
use crate::{flags, process, setup};

/// The command: set up, then build everything.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    flags(arguments, [])?;
    setup::for_build(repo)?;
    let start = Instant::now();
    all(repo)?;
    println!(
        "build: pkg/ is ready for `npm pack` ({:.1} s)",
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Builds everything, with the npm packages already there.
pub fn all(repo: &Repo) -> Result<()> {
    let _lock = lock(repo)?;
    generated(repo)?;
    package::facade(repo)?;
    collector(repo)
}

/// Builds the core alone, into `js/generated/`.
pub fn core(repo: &Repo) -> Result<()> {
    let _lock = lock(repo)?;
    generated(repo)
}

/// One build at a time in a checkout: two would write the same files.
fn lock(repo: &Repo) -> Result<File> {
    fs::create_dir_all(repo.out(""))?;
    let file = File::create(repo.out("build.lock")).context("cannot make the build lock")?;
    file.lock().context("cannot take the build lock")?;
    Ok(file)
}

/// The cores as `js/generated/`: glue, declarations, wasm and the inlined form of each, and that which is JavaScript.
fn generated(repo: &Repo) -> Result<()> {
    thread::scope(|scope| {
        // It has folders of its own, and compiles on one processor for as long as the others do.
        let script = scope.spawn(|| script::build(repo));
        let others = Core::ALL.into_iter().try_for_each(|core| webassembly(repo, core));
        script.join().expect("building does not panic").and(others)
    })
}

fn webassembly(repo: &Repo, core: Core) -> Result<()> {
    let compiled = wasm::compile(repo, core)?;
    let bound = wasm::bind(repo, core, &compiled, Names::Shipped)?;
    imports::check(&bound.imports, &repo.read("xtask/imports.allow")?)?;
    let shipped = wasm::optimise(repo, core, &bound.wasm, Names::Shipped)?;
    leaks::check("sapwood_bg.wasm", &shipped, &repo.root)?;

    let generated = repo.path(core.folder());
    repo::write(&generated.join("glue.js"), glue::module(&bound.js)?)?;
    repo::write(&generated.join("glue.d.ts"), glue::declaration(core))?;
    repo::write(&generated.join("sapwood.js"), bound.js)?;
    repo::write(&generated.join("sapwood.d.ts"), bound.ts)?;
    repo::write(&generated.join("sapwood_bg.wasm"), &shipped)?;
    repo::write(&generated.join("bytes.ts"), inline::module(&shipped))
}

/// The package `sapwood-dev`, which brings its own build script.
fn collector(repo: &Repo) -> Result<()> {
    process::run(repo.command("node").arg("js/dev/build.mjs"))
}
