//! `ci`: everything that must hold before a change is taken, in the order of rising cost.

use anyhow::Result;

use crate::repo::Repo;
use crate::{bench, canary, flags, test};

/// The command. The sizes are one of the suites of `test`.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    flags(arguments, [])?;
    test::command(repo, &[])?;
    bench::command(repo, &[])?;
    canary::command(repo, &[])
}
