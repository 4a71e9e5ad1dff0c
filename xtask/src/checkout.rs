//! A copy of the working tree to break things in: `canary` patches it, the lint probe adds forbidden calls to it.
//!
//! The copy has its own cargo target directory. It must: cargo names artifacts of a path dependency relative to the
//! workspace, so two trees in one target directory would take each other's results for fresh.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::repo::{self, Repo};

/// Keeps a second run out of `folder` as long as the result lives. The lock lies beside the folder, which may be emptied.
/// It never waits, so whoever takes a lock twice is told instead of standing still.
pub fn lock(folder: &Path) -> Result<fs::File> {
    let lock = folder.with_added_extension("lock");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = fs::File::create(&lock).with_context(|| format!("cannot make {}", lock.display()))?;
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
    let target = repo.path("node_modules");
    if !target.exists() {
        return Ok(());
    }
    link(&target, &copy.path("node_modules")).context("cannot link node_modules")
}

/// Makes `link` lead to `target`. One that leads elsewhere is replaced: the checkout was moved, or the copy came with it.
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    match fs::read_link(link) {
        Ok(found) if found == target => return Ok(()),
        // On Windows a link to a folder is removed as one.
        Ok(_) => fs::remove_file(link).or_else(|_| fs::remove_dir(link))?,
        Err(_) => {}
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, link);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(target, link);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{link, lock};
    use crate::repo;

    fn temporary(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sapwood-{name}-{}", std::process::id()));
        repo::fresh_folder(&folder).expect("a temporary folder can be made");
        folder
    }

    #[test]
    fn a_second_run_is_kept_out_until_the_first_has_ended() {
        let parent = temporary("lock");
        let folder = parent.join("work");
        let first = lock(&folder).expect("nobody is at work");
        assert!(lock(&folder).is_err());
        repo::fresh_folder(&folder).expect("it can be emptied");
        assert!(lock(&folder).is_err(), "emptying the folder sets nobody free");
        assert!(lock(&parent.join("other")).is_ok());
        drop(first);
        assert!(lock(&folder).is_ok());
        fs::remove_dir_all(&parent).expect("it was made");
    }

    #[test]
    fn a_link_that_leads_elsewhere_or_nowhere_is_replaced() {
        let folder = temporary("link");
        let (target, gone, made) = (folder.join("target"), folder.join("gone"), folder.join("link"));
        for path in [&target, &gone] {
            fs::create_dir(path).expect("the folder is there");
        }
        for (to, is_there) in [
            (&gone, true),
            (&target, true),
            (&gone, true),
            (&gone, false),
            (&target, true),
        ] {
            if !is_there {
                fs::remove_dir(to).expect("it was made");
            }
            link(to, &made).expect("a link can be made");
            assert_eq!(fs::read_link(&made).expect("it is a link"), *to);
        }
        fs::remove_dir_all(&folder).expect("it was made");
    }
}
