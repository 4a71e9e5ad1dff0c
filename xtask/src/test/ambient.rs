//! Proof that clippy keeps time, randomness and printing out of the core: a copy of the tree with the forbidden calls in
//! `src/core` must be refused, each call by name. `clippy.toml` holds the rules.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{checkout, process, repo};

/// What is put into the core, and what clippy must call it.
const FORBIDDEN: [(&str, &str); 5] = [
    (
        "let _ = std::time::Instant::now();",
        "disallowed method `std::time::Instant::now`",
    ),
    (
        "let _ = std::time::SystemTime::now();",
        "disallowed method `std::time::SystemTime::now`",
    ),
    (
        "let _ = std::collections::HashMap::<u8, u8>::new();",
        "disallowed type `std::collections::HashMap`",
    ),
    ("println!();", "disallowed macro `std::println`"),
    ("dbg!();", "disallowed macro `std::dbg`"),
];

pub fn refused(repo: &Repo) -> Result<()> {
    let folder = repo.out("ambient");
    let _lock = checkout::lock(&folder)?;
    let copy = checkout::sync(repo, &folder)?;
    let victim = copy.path("src/core/mod.rs");
    let clean = fs::read_to_string(&victim).with_context(|| format!("cannot read {}", victim.display()))?;
    let calls: Vec<&str> = FORBIDDEN.iter().map(|(call, _)| *call).collect();
    repo::write(
        &victim,
        format!(
            "{clean}\n#[allow(dead_code)]\nfn ambient() {{\n{}\n}}\n",
            calls.join("\n")
        ),
    )?;

    // Lints that deny are no obstacle to seeing the others.
    let (status, said) = process::capture(copy.cargo("clippy").args(["--quiet", "--lib"]))?;
    if status.success() {
        bail!("clippy passes a core that reads the clock, hashes at random and prints");
    }
    let unseen: Vec<&str> = FORBIDDEN
        .iter()
        .map(|(_, name)| *name)
        .filter(|name| !said.contains(name))
        .collect();
    if !unseen.is_empty() {
        bail!("clippy did not name: {}\nIt said:\n{said}", unseen.join("; "));
    }
    println!("clippy refuses all {} forbidden calls", FORBIDDEN.len());
    Ok(())
}
