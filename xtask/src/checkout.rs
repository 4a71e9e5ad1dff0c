//! A copy of the working tree to break things in: `canary` patches it, the lint probe adds forbidden calls to it.
//!
//! The copy has its own cargo target directory. It must: cargo names artifacts of a path dependency relative to the
//! workspace, so two trees in one target directory would take each other's results for fresh.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::repo::{self, Repo};

/// Keeps a second run out of `folder` as long as the result lives.
pub fn lock(folder: &Path) -> Result<fs::File> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = fs::File::create(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => bail!("another run is at work in {}", folder.display()),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Brings `folder/tree` in line with the working tree (tracked files and new ones that git does not ignore) and returns
/// it. Files that are equal keep their times, so that builds there are incremental.
pub fn sync(repo: &Repo, folder: &Path) -> Result<Repo> {
    let copy = Repo {
        root: folder.join("tree"),
        cargo_target: folder.join("target"),
    };
    let files: BTreeSet<String> = repo.files(&[])?.into_iter().collect();

    let record = folder.join("files");
    let before = fs::read_to_string(&record).unwrap_or_default();
    for gone in before.lines().filter(|file| !files.contains(*file)) {
        // Already gone is as good.
        let _ = fs::remove_file(copy.path(gone));
    }
    for file in &files {
        let bytes = fs::read(repo.path(file)).with_context(|| format!("cannot read {file}"))?;
        repo::write(&copy.path(file), bytes)?;
    }
    repo::write(&record, Vec::from_iter(files).join("\n"))?;
    link_node_modules(repo, &copy)?;
    Ok(copy)
}

fn link_node_modules(repo: &Repo, copy: &Repo) -> Result<()> {
    let link = copy.path("node_modules");
    if link.exists() || !repo.path("node_modules").exists() {
        return Ok(());
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(repo.path("node_modules"), &link).context("cannot link node_modules")?;
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(repo.path("node_modules"), &link).context("cannot link node_modules")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lock;

    #[test]
    fn a_second_run_is_kept_out_until_the_first_has_ended() {
        let folder = std::env::temp_dir().join(format!("sapwood-lock-{}", std::process::id()));
        let first = lock(&folder).expect("nobody is at work");
        assert!(lock(&folder).is_err());
        drop(first);
        assert!(lock(&folder).is_ok());
        std::fs::remove_dir_all(&folder).expect("it was made");
    }
}
