//! The package as npm would publish it. What is measured and demonstrated is this, never the working tree.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;
use crate::repo::{self, Repo};

#[derive(Deserialize)]
struct Packed {
    filename: String,
    files: Vec<PackedFile>,
}

#[derive(Deserialize)]
struct PackedFile {
    path: String,
}

/// A packed `pkg/`.
pub struct Tarball {
    pub path: PathBuf,
    /// What is inside, in npm's order.
    pub files: Vec<String>,
}

/// `npm pack` of `pkg/` into an emptied `folder`.
pub fn pack(repo: &Repo, folder: &Path) -> Result<Tarball> {
    repo::fresh_folder(folder)?;
    let mut npm = repo.command("npm");
    npm.args(["pack", "./pkg", "--json", "--loglevel=error", "--pack-destination"])
        .arg(folder);
    let answer = process::stdout(&mut npm)?;
    let mut packed: Vec<Packed> = serde_json::from_str(&answer).with_context(|| format!("npm pack said {answer}"))?;
    let packed = packed.pop().context("npm pack made nothing")?;
    Ok(Tarball {
        path: folder.join(packed.filename),
        files: packed.files.into_iter().map(|file| file.path).collect(),
    })
}

/// Unpacks it as an installed package below `project`; the folder of the package.
pub fn install(repo: &Repo, tarball: &Tarball, project: &Path) -> Result<PathBuf> {
    let package = project.join("node_modules/sapwood");
    fs::create_dir_all(&package)?;
    // The folder `package` inside the tarball is npm's convention.
    let mut tar = repo.command("tar");
    process::run(
        tar.arg("-xzf")
            .arg(&tarball.path)
            .args(["--strip-components=1", "-C"])
            .arg(&package),
    )?;
    Ok(package)
}
