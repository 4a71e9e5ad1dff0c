//! `bench`: what a call costs, as a multiple of a floor measured in the same run, with the core that was just built.
//! `benches/call.ts` measures and prints one JSON object a line; this judges by `budgets.toml` and prints the table.
//!
//! Times differ from machine to machine, so the README's table is compared in its rows and limits only.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::repo::{self, Repo};
use crate::{budgets, build, flags, process, setup, tables};

/// One measurement, as `benches/call.ts` prints it.
#[derive(Deserialize)]
struct Measured {
    name: String,
    /// Nanoseconds a call.
    ns: f64,
    /// Nanoseconds of the floor that it is compared with.
    floor: f64,
    ratio: f64,
}

/// The command.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let [write] = flags(arguments, ["--write"])?;
    setup::for_build(repo)?;
    build::all(repo)?;
    let limits = budgets::read(repo)?.bench;
    let measured = measure(repo)?;
    print(&measured, &limits);
    let table = table(&measured, &limits);
    if write {
        let page = tables::with_block(&repo.read("README.md")?, "bench", &table)?;
        repo::write(&repo.path("README.md"), page)?;
    }
    judge(&measured, &limits)?;
    same_rows(tables::block(&repo.read("README.md")?, "bench")?, &table)
}

fn measure(repo: &Repo) -> Result<Vec<Measured>> {
    let script = repo.out("bench/call.mjs");
    process::run(
        repo.npm_bin("esbuild")
            .args([
                "benches/call.ts",
                "--bundle",
                "--minify",
                build::package::MANGLE,
                "--platform=node",
                "--format=esm",
            ])
            .args(["--packages=external", "--log-level=warning"])
            .arg(format!("--outfile={}", script.display())),
    )?;
    let said = process::stdout(repo.command("node").arg("--expose-gc").arg(&script))?;
    let lines = said.lines().filter(|line| line.starts_with('{'));
    lines
        .map(|line| serde_json::from_str(line).with_context(|| format!("no measurement: {line}")))
        .collect()
}

fn judge(measured: &[Measured], limits: &BTreeMap<String, f64>) -> Result<()> {
    let mut sentences = Vec::new();
    for (name, limit) in limits {
        match measured.iter().find(|row| row.name == *name) {
            None => sentences.push(format!("`{name}` was not measured")),
            // A ratio that is no number is over every limit.
            Some(row) if row.ratio.is_nan() || row.ratio > *limit => {
                sentences.push(format!("`{name}` is {:.2} times its floor, limit {limit}", row.ratio))
            }
            Some(_) => {}
        }
    }
    if !sentences.is_empty() {
        bail!("over budget: {}", sentences.join("; "));
    }
    Ok(())
}

fn table(measured: &[Measured], limits: &BTreeMap<String, f64>) -> String {
    let cells: Vec<Vec<String>> = measured
        .iter()
        .map(|row| {
            let limit = limits.get(&row.name).map_or_else(String::new, f64::to_string);
            vec![
                row.name.clone(),
                nanoseconds(row.ns),
                nanoseconds(row.floor),
                format!("{:.2}", row.ratio),
                limit,
            ]
        })
        .collect();
    tables::markdown(&["call", "ns", "floor, ns", "ratio", "limit"], &cells)
}

/// Whole nanoseconds, but a decimal where they are few.
fn nanoseconds(ns: f64) -> String {
    if ns < 10.0 {
        format!("{ns:.1}")
    } else {
        format!("{ns:.0}")
    }
}

fn print(measured: &[Measured], limits: &BTreeMap<String, f64>) {
    println!(
        "{:<44} {:>9} {:>9} {:>7} {:>7}",
        "call", "ns", "floor ns", "ratio", "limit"
    );
    for row in measured {
        let limit = limits.get(&row.name).map_or_else(String::new, f64::to_string);
        println!(
            "{:<44} {:>9.1} {:>9.1} {:>7.2} {limit:>7}",
            row.name, row.ns, row.floor, row.ratio
        );
    }
}

/// Fails when the two tables differ in the names or the limits of their rows.
fn same_rows(committed: &str, fresh: &str) -> Result<()> {
    let key = |table: &str| -> Vec<_> {
        tables::cells(table)
            .iter()
            .map(|cells| (cells.first().cloned(), cells.last().cloned()))
            .collect()
    };
    if key(committed) != key(fresh) {
        bail!("the README's table of speeds has other rows or limits; `cargo xtask bench --write` writes it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, ratio: f64) -> Measured {
        Measured {
            name: name.into(),
            ns: 10.0,
            floor: 5.0,
            ratio,
        }
    }

    #[test]
    fn a_ratio_over_its_limit_or_missing_fails() {
        let limits = BTreeMap::from([("filtered".to_owned(), 1.5)]);
        assert!(judge(&[row("filtered", 1.5)], &limits).is_ok());
        assert!(judge(&[row("filtered", 1.51)], &limits).is_err());
        assert!(judge(&[row("filtered", f64::NAN)], &limits).is_err());
        assert!(judge(&[row("other", 1.0)], &limits).is_err());
    }

    #[test]
    fn tables_are_compared_by_name_and_limit() {
        let limits = BTreeMap::from([("filtered".to_owned(), 1.5)]);
        let old = table(&[row("filtered", 1.1)], &limits);
        assert!(same_rows(&old, &table(&[row("filtered", 1.3)], &limits)).is_ok());
        assert!(same_rows(&old, &table(&[row("filtered", 1.1)], &BTreeMap::new())).is_err());
        assert!(same_rows(&old, &table(&[row("small", 1.1)], &limits)).is_err());
    }
}
