//! Nothing of the machine that built it stands in what is shipped.

use std::path::Path;

use anyhow::{Result, bail};

/// Fails when `bytes` hold the path of the repository or of the home folder.
pub fn check(name: &str, bytes: &[u8], root: &Path) -> Result<()> {
    let home = std::env::home_dir();
    // A root of "/" or an empty home would be found everywhere.
    let folders = [Some(root), home.as_deref()]
        .into_iter()
        .flatten()
        .map(|folder| folder.display().to_string());
    for folder in folders.filter(|folder| folder.len() > 1) {
        let needle = format!("{folder}/");
        if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
            bail!("{name} holds a path of this machine: {needle}…");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_the_root_is_found() {
        let root = Path::new("/some/checkout");
        assert!(check("a", b"panicked at /some/checkout/src/lib.rs", root).is_err());
        assert!(check("a", b"panicked at /sapwood/src/lib.rs", root).is_ok());
    }
}
