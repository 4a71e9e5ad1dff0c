//! Where things are in one checkout of the repository.
//!
//! Every command takes a [`Repo`] and no global path, because `canary` runs the same steps on a patched copy.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// One checkout and the directory that its cargo builds go to.
#[derive(Clone)]
pub struct Repo {
    /// The folder of the workspace manifest.
    pub root: PathBuf,
    /// What cargo calls the target directory.
    pub cargo_target: PathBuf,
}

impl Repo {
    /// The checkout that this xtask was started in.
    pub fn here() -> Self {
        // `cargo run` sets it; the compile-time value serves a binary that is started by hand.
        let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let cargo_target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Self { root, cargo_target }
    }

    /// A path below the root.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A path for what xtask itself makes. Always below the root, even where cargo's target directory is not, because
    /// Node looks for packages in the folders above a script.
    pub fn out(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// A cargo command that runs in the root and builds into this checkout's target directory.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = self.command("cargo");
        command.arg(subcommand).env("CARGO_TARGET_DIR", &self.cargo_target);
        command
    }

    /// A program that npm installed.
    pub fn npm_bin(&self, name: &str) -> Command {
        self.command(self.path("node_modules/.bin").join(name))
    }

    /// A command that runs in the root.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The files that git would take, tracked or new, of those that `patterns` name (of all, without any).
    pub fn files(&self, patterns: &[&str]) -> Result<Vec<String>> {
        let mut git = self.command("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .args(patterns);
        let listing = process::stdout(&mut git)?;
        // A tracked file that was deleted is still listed.
        let there = |file: &&str| self.path(file).is_file();
        Ok(listing.split('\0').filter(there).map(str::to_owned).collect())
    }

    /// The text of a file of the checkout.
    pub fn read(&self, relative: &str) -> Result<String> {
        fs::read_to_string(self.path(relative)).with_context(|| format!("cannot read {relative}"))
    }
}

/// Writes a file unless it holds these bytes already, so that an unchanged result keeps its time. Makes the folder.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let bytes = bytes.as_ref();
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes `to` a copy of the folder `from`.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fresh_folder(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let source = entry?.path();
        let copy = to.join(source.file_name().unwrap_or_default());
        if source.is_dir() {
            copy_folder(&source, &copy)?;
        } else {
            fs::copy(&source, &copy).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}

/// An empty folder at `path`, whatever stood there.
pub fn fresh_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("cannot empty {}", path.display()))?;
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}
