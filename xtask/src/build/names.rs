//! Short names between glue and wasm. The bindgen's own carry a hash (`__wbg_fetch_696fad84bf958a36`) that stands in both
//! and cannot be compressed: some 30 bytes of brotli for each function that crosses.
//!
//! The wasm is renamed in its import and export sections, the glue by esbuild's property mangling with the same list:
//! a compiler's step, not a text replacement. The declarations of the raw exports (`InitOutput`) keep the long names;
//! nothing but the glue uses these exports.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::process;
use crate::repo::{self, Repo};

/// What becomes of a module's names.
#[derive(Clone, Copy, PartialEq)]
pub enum Names {
    /// Shortened where they are needed, gone where not: what ships.
    Shipped,
    /// As they were, with the functions' own.
    Kept,
}

/// The one export that the façade uses without the glue.
const MEMORY: &str = "memory";

/// Gives each name a short one, the same each time.
#[derive(Default)]
pub struct Shortener {
    short: BTreeMap<String, String>,
}

impl Shortener {
    pub fn short(&mut self, name: &str) -> String {
        if name == MEMORY {
            return name.to_owned();
        }
        let next = letters(self.short.len());
        self.short.entry(name.to_owned()).or_insert(next).clone()
    }

    /// The glue with the names given so far, and with its own private ones (they begin with `__`) shortened as well.
    /// `folder`: where it is worked on; each build at a time has its own.
    pub fn glue(&self, repo: &Repo, folder: &Path, js: &str) -> Result<String> {
        let (input, output, cache) = (
            folder.join("long.js"),
            folder.join("short.js"),
            folder.join("names.json"),
        );
        repo::write(&input, js)?;
        repo::write(&cache, serde_json::to_string(&self.short)?)?;
        let names: Vec<String> = self.short.keys().map(|name| name.replace('.', "\\.")).collect();
        process::run(
            repo.npm_bin("esbuild")
                .arg(&input)
                .arg(format!("--mangle-props=^__|^({})$", names.join("|")))
                // The module's name is a property in quotation marks.
                .arg("--mangle-quoted")
                .arg(format!("--mangle-cache={}", cache.display()))
                .args(["--format=esm", "--log-level=warning"])
                .arg(format!("--outfile={}", output.display())),
        )?;
        Ok(fs::read_to_string(output)?)
    }
}

/// a, b, … z, A, … Z, aa, ab, …
fn letters(index: usize) -> String {
    const ALPHABET: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let last = ALPHABET[index % ALPHABET.len()] as char;
    match index / ALPHABET.len() {
        0 => last.to_string(),
        more => letters(more - 1) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_short_one_and_memory_its_own() {
        let mut shortener = Shortener::default();
        let names = ["./sapwood_bg.js", "__wbg_now_0", "./sapwood_bg.js", MEMORY, "core_new"];
        assert_eq!(names.map(|name| shortener.short(name)), ["a", "b", "a", MEMORY, "c"]);
    }

    #[test]
    fn letters_never_run_out() {
        assert_eq!(
            [0, 25, 26, 51, 52, 53, 104].map(letters),
            ["a", "z", "A", "Z", "aa", "ab", "ba"]
        );
    }
}
