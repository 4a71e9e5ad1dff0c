//! The committed patches and their headers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// One `tests/canary/<name>.patch`.
#[derive(Debug)]
pub struct Patch {
    pub name: String,
    pub path: PathBuf,
    /// The folder of `tests/` that the test is in.
    pub suite: String,
    /// The one test that must fail.
    pub test: String,
    /// Whether the test runs what `cargo xtask build` makes, so that it must be made again.
    pub needs_build: bool,
    /// Whether it takes so long, or says so nearly what another says, that only `--full` asks for it unnamed.
    pub only_full: bool,
}

/// Every patch of a folder, by name.
pub fn all(folder: &Path) -> Result<Vec<Patch>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| read(path.clone()).with_context(|| format!("{}", path.display())))
        .collect()
}

fn read(path: PathBuf) -> Result<Patch> {
    let text = fs::read_to_string(&path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse(name, path, &text)
}

fn parse(name: String, path: PathBuf, text: &str) -> Result<Patch> {
    let Some((header, diff)) = text.split_once("\n\n") else {
        bail!("no empty line ends the header")
    };
    let value = |key: &str| {
        let mut lines = header.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(name, _)| *name == key).map(|(_, value)| value.trim())
    };
    value("Promise").context("no line `Promise: …`")?;
    let test = value("Test").context("no line `Test: <suite> <test>`")?;
    let (suite, test) = test.split_once(' ').context("`Test:` names a suite and a test")?;
    let needs_build = match value("Needs") {
        None => false,
        Some("build") => true,
        Some(other) => bail!("`Needs: {other}` is unknown; there is `Needs: build`"),
    };
    let only_full = match value("When") {
        None => false,
        Some("full") => true,
        Some(other) => bail!("`When: {other}` is unknown; there is `When: full`"),
    };
    if !diff.contains("\n+++ b/") && !diff.starts_with("+++ b/") {
        bail!("no unified diff with paths a/ and b/ follows the header");
    }
    Ok(Patch {
        name,
        path,
        suite: suite.to_owned(),
        test: test.trim().to_owned(),
        needs_build,
        only_full,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "--- a/src/x.rs\n+++ b/src/x.rs\n@@ -1 +1 @@\n-a\n+b\n";

    fn parsed(header: &str) -> Result<Patch> {
        parse("x".into(), "x.patch".into(), &format!("{header}\n\n{DIFF}"))
    }

    #[test]
    fn a_header_is_read() {
        let patch = parsed("Promise: steps count up\nTest: facade a flow counts: its steps\nNeeds: build").unwrap();
        assert_eq!(
            (patch.suite.as_str(), patch.test.as_str(), patch.needs_build),
            ("facade", "a flow counts: its steps", true)
        );
        assert!(!parsed("Promise: p\nTest: contracts flow::steps").unwrap().needs_build);
    }

    #[test]
    fn a_header_that_lacks_something_is_refused() {
        assert!(parsed("Test: facade t").is_err());
        assert!(parsed("Promise: p").is_err());
        assert!(parsed("Promise: p\nTest: facade").is_err());
        assert!(parsed("Promise: p\nTest: facade t\nNeeds: luck").is_err());
        assert!(parse("x".into(), "x".into(), "Promise: p\nTest: facade t\n\nno diff").is_err());
    }
}
