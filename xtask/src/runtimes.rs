//! `runtimes`: which scenario passes in which runtime, as the suites `runtimes` and `everywhere` have judged it, and the
//! README's table of that.
//!
//! Owns how these suites are run and compared with the table. What a scenario is, and whether it passed, is the business
//! of `tests/runtimes`, which leaves one line of JSON for each runtime and scenario; the rows are listed in `rows.json` there.

use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::repo::{self, Repo};
use crate::test::js;
use crate::{build, flags, setup, tables};

const PAGE: &str = "README.md";
const BLOCK: &str = "runtimes";
/// Runtime → the suite in which its scenarios run, in the order of the table.
const ROWS: &str = "tests/runtimes/rows.json";
const SUITES: [&str; 2] = ["runtimes", "everywhere"];
const PASSED: &str = "✓";
const FAILED: &str = "failed";
/// Not judged: the runtime did not come so far.
const MISSING: &str = "–";

/// One judgement.
#[derive(serde::Deserialize)]
struct Cell {
    runtime: String,
    scenario: String,
    passed: bool,
}

/// The command: runs both suites and prints the table; writes it, or compares all of it.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let [write] = flags(arguments, ["--write"])?;
    setup::all(repo)?;
    build::all(repo)?;
    // What failed is in the table as well: shown, but not written.
    let passed: Vec<Result<()>> = SUITES.iter().map(|suite| run(repo, suite, true)).collect();
    let mut cells = Vec::new();
    for suite in SUITES {
        cells.extend(judged(repo, suite)?);
    }
    let rows = rows(&repo.read(ROWS)?)?;
    let table = table(&rows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), &cells);
    println!("{table}");
    passed.into_iter().collect::<Result<()>>()?;
    if write {
        let page = tables::with_block(&repo.read(PAGE)?, BLOCK, &table)?;
        return repo::write(&repo.path(PAGE), page);
    }
    if tables::block(&repo.read(PAGE)?, BLOCK)? != table {
        bail!("{ADVICE}");
    }
    Ok(())
}

const ADVICE: &str = "the README's table of runtimes is not what was judged; `cargo xtask runtimes --write` writes it";

/// One of the suites in its short form; what it judged must be what the README says, and the README's rows and columns the
/// listed ones.
pub fn suite(repo: &Repo, name: &str) -> Result<()> {
    compared(repo, name, false)
}

/// The same in its long form.
pub fn full_suite(repo: &Repo, name: &str) -> Result<()> {
    compared(repo, name, true)
}

fn compared(repo: &Repo, name: &str, full: bool) -> Result<()> {
    run(repo, name, full)?;
    let page = repo.read(PAGE)?;
    compare(
        tables::block(&page, BLOCK)?,
        &rows(&repo.read(ROWS)?)?,
        name,
        &judged(repo, name)?,
    )
}

fn run(repo: &Repo, name: &str, full: bool) -> Result<()> {
    let record = repo.out("scenarios").join(name);
    repo::write(&record, "")?;
    let others = if name == "everywhere" {
        Some(setup::others()?)
    } else {
        None
    };
    js::suite_by(repo, name, &|| {
        let mut node = js::node_test(repo, if full { js::FULL_FILE_MS_MAX } else { js::FILE_MS_MAX })?;
        node.env("SAPWOOD_SCENARIOS", &record);
        node.envs(others.clone().into_iter().flatten());
        if full {
            node.env(js::FULL.0, js::FULL.1);
        }
        Ok(node)
    })
}

fn judged(repo: &Repo, name: &str) -> Result<Vec<Cell>> {
    let lines = fs::read_to_string(repo.out("scenarios").join(name)).context("the tests left no judgements")?;
    lines
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("no judgement: {line}")))
        .collect()
}

/// The listed runtimes with their suites, in order.
fn rows(list: &str) -> Result<Vec<(String, String)>> {
    let Rows(rows) = serde_json::from_str(list).context(ROWS)?;
    match rows.iter().find(|(_, suite)| !SUITES.contains(&suite.as_str())) {
        Some((name, suite)) => bail!("{ROWS}: `{name}` is in no suite `{suite}`"),
        None => Ok(rows),
    }
}

/// An object of texts whose order counts.
struct Rows(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Rows, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = map.next_entry()? {
                    rows.push(row);
                }
                Ok(Rows(rows))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The scenarios, in the order in which they were judged first.
fn columns(cells: &[Cell]) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for cell in cells {
        if !columns.contains(&cell.scenario.as_str()) {
            columns.push(&cell.scenario);
        }
    }
    columns
}

fn table(runtimes: &[&str], cells: &[Cell]) -> String {
    let columns = columns(cells);
    let mut head = vec!["runtime"];
    head.extend(&columns);
    let rows: Vec<Vec<String>> = runtimes
        .iter()
        .map(|runtime| {
            let judged = columns
                .iter()
                .map(|scenario| verdict(cells, runtime, scenario).to_owned());
            std::iter::once((*runtime).to_owned()).chain(judged).collect()
        })
        .collect();
    tables::markdown(&head, &rows)
}

fn verdict(cells: &[Cell], runtime: &str, scenario: &str) -> &'static str {
    let cell = cells
        .iter()
        .find(|cell| cell.runtime == runtime && cell.scenario == scenario);
    match cell {
        None => MISSING,
        Some(cell) if cell.passed => PASSED,
        Some(_) => FAILED,
    }
}

/// The committed table must list the runtimes and these scenarios, and say of the suite's runtimes what was judged.
fn compare(committed: &str, rows: &[(String, String)], suite: &str, cells: &[Cell]) -> Result<()> {
    let all: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let fresh = table(&all, cells);
    let of_suite = |name: &str| rows.iter().any(|(row, of)| row == name && of == suite);
    let known = |table: &str| -> Vec<Vec<String>> {
        let keep = |mut row: Vec<String>| {
            // What the other suite says is not known here.
            if !of_suite(&row[0]) {
                row.truncate(1);
            }
            row
        };
        tables::cells(table).into_iter().map(keep).collect()
    };
    if tables::head(committed) != tables::head(&fresh) || known(committed) != known(&fresh) {
        bail!("{ADVICE}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str =
        "{\n  \"Node\": \"runtimes\",\n  \"Deno\": \"everywhere\",\n  \"Chromium, web worker\": \"runtimes\"\n}\n";

    fn cell(runtime: &str, scenario: &str, passed: bool) -> Cell {
        Cell {
            runtime: runtime.into(),
            scenario: scenario.into(),
            passed,
        }
    }

    fn judged(passed: bool) -> Vec<Cell> {
        vec![
            cell("Node", "retry", true),
            cell("Node", "close", true),
            cell("Chromium, web worker", "retry", passed),
            cell("Chromium, web worker", "close", true),
        ]
    }

    fn whole() -> Vec<Cell> {
        let mut cells = judged(true);
        cells.extend([cell("Deno", "retry", true), cell("Deno", "close", false)]);
        cells
    }

    #[test]
    fn rows_and_columns_keep_their_order() {
        let rows = rows(ROWS).unwrap();
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let table = table(&names, &whole());
        assert_eq!(tables::head(&table), ["runtime", "retry", "close"]);
        assert_eq!(
            tables::cells(&table),
            [
                ["Node", "✓", "✓"],
                ["Deno", "✓", "failed"],
                ["Chromium, web worker", "✓", "✓"]
            ]
        );
    }

    #[test]
    fn a_suite_is_compared_by_its_rows_and_by_the_shape_of_all() {
        let rows = rows(ROWS).unwrap();
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let committed = table(&names, &whole());
        assert!(compare(&committed, &rows, "runtimes", &judged(true)).is_ok());
        // A scenario that fails, a runtime that was not judged, a scenario more, a row less.
        assert!(compare(&committed, &rows, "runtimes", &judged(false)).is_err());
        assert!(compare(&committed, &rows, "runtimes", &judged(true)[..2]).is_err());
        let mut more = judged(true);
        more.push(cell("Node", "hostile", true));
        assert!(compare(&committed, &rows, "runtimes", &more).is_err());
        assert!(compare(&table(&names[..2], &whole()), &rows, "runtimes", &judged(true)).is_err());
    }

    #[test]
    fn a_row_of_no_suite_is_refused() {
        assert!(super::rows(&ROWS.replace("everywhere", "nowhere")).is_err());
    }
}
