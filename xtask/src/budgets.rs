//! `budgets.toml`: what may not be exceeded. Raised by people with a reason, never by a tool.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::repo::Repo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Bytes after brotli 11, by the name of the row.
    pub size: BTreeMap<String, usize>,
    /// Time of a call as a multiple of its floor in the same run, by the name of the benchmark.
    pub bench: BTreeMap<String, f64>,
}

pub fn read(repo: &Repo) -> Result<Budgets> {
    toml::from_str(&repo.read("budgets.toml")?).context("budgets.toml")
}
