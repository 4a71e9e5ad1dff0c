//! The browsers that the tests drive. Chromium is one of the things that every test needs; Firefox and WebKitGTK are
//! installed only when a command is about them, because they are another half gigabyte.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{apt_install, on_path};

const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
/// WebKit's driver and the screen that its browser wants.
const WEBKIT_PROGRAMS: [&str; 2] = ["WebKitWebDriver", "Xvfb"];
/// Where Debian puts the browser of WebKitGTK: below here, in the folder of the architecture.
const LIBRARIES: &str = "/usr/lib";
const MINI_BROWSER: &str = "webkit2gtk-4.1/MiniBrowser";

/// The Chromium to test with: the one that is there, or one that apt installs now.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = installed_chromium()? {
        return Ok(path);
    }
    let manual = "no Chromium was found: install it (Debian: `apt-get install chromium`) or set CHROMIUM to its path";
    apt_install("Chromium", &["chromium"], manual)?;
    installed_chromium()?.context("apt-get installed chromium, but it is not on the PATH")
}

/// `$CHROMIUM`, or the first of its usual names on the PATH.
pub fn installed_chromium() -> Result<Option<PathBuf>> {
    installed("CHROMIUM", || on_path(&CHROMIUM_NAMES))
}

/// Firefox and WebKitGTK, and the environment in which the tests find them.
pub fn others() -> Result<[(&'static str, PathBuf); 2]> {
    Ok([("FIREFOX", firefox()?), ("MINIBROWSER", webkit()?)])
}

fn firefox() -> Result<PathBuf> {
    let installed = || installed("FIREFOX", || on_path(&FIREFOX_NAMES));
    if let Some(path) = installed()? {
        return Ok(path);
    }
    let manual = "no Firefox was found: install it (Debian: `apt-get install firefox-esr`) or set FIREFOX to its path";
    apt_install("Firefox", &["firefox-esr"], manual)?;
    installed()?.context("apt-get installed firefox-esr, but it is not on the PATH")
}

/// The MiniBrowser of WebKitGTK, with its driver and a screen beside it.
fn webkit() -> Result<PathBuf> {
    let there = || -> Result<Option<PathBuf>> {
        let programs = WEBKIT_PROGRAMS.iter().all(|name| on_path(&[name]).is_some());
        Ok(installed("MINIBROWSER", || mini_browser(Path::new(LIBRARIES)))?.filter(|_| programs))
    };
    if let Some(path) = there()? {
        return Ok(path);
    }
    let manual = "WebKitGTK was not found: install it (Debian: `apt-get install webkit2gtk-driver xvfb`); where its \
                  MiniBrowser is at another place than Debian's, set MINIBROWSER to its path";
    apt_install("WebKitGTK", &["webkit2gtk-driver", "xvfb"], manual)?;
    there()?.context("apt-get installed webkit2gtk-driver and xvfb, but they are not where they should be")
}

/// `<libraries>/<architecture>/webkit2gtk-4.1/MiniBrowser`
fn mini_browser(libraries: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(libraries).ok()?.flatten();
    folders
        .map(|folder| folder.path().join(MINI_BROWSER))
        .find(|path| path.is_file())
}

/// What the variable names, which must be there, or what is found.
fn installed(variable: &str, find: impl Fn() -> Option<PathBuf>) -> Result<Option<PathBuf>> {
    match env::var_os(variable).map(PathBuf::from) {
        Some(path) if !path.is_file() => {
            bail!("{variable} is set to {}, which is no file", path.display())
        }
        Some(path) => Ok(Some(path)),
        None => Ok(find()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo;

    #[test]
    fn the_browser_of_webkit_is_found_whatever_the_architecture() {
        let libraries = env::temp_dir().join(format!("sapwood-libraries-{}", std::process::id()));
        fs::create_dir_all(libraries.join("python3")).unwrap();
        assert_eq!(mini_browser(&libraries), None);
        let path = libraries.join("aarch64-linux-gnu").join(MINI_BROWSER);
        repo::write(&path, "").unwrap();
        assert_eq!(mini_browser(&libraries), Some(path));
        fs::remove_dir_all(&libraries).unwrap();
    }

    #[test]
    fn a_variable_that_names_no_file_is_an_error() {
        // No other test reads it.
        let missing = installed("SAPWOOD_NO_SUCH_BROWSER", || Some(PathBuf::from("/found")));
        assert_eq!(missing.unwrap(), Some(PathBuf::from("/found")));
        // Always set, and a folder.
        assert!(installed("CARGO_MANIFEST_DIR", || None).is_err());
    }
}
