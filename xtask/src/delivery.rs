//! `delivery`: what arrives when pages are left, lines break and browsers die, measured in three real browsers and
//! written into `docs/delivery.md`.
//!
//! Owns how the suite `delivery` is run, and the page's tables. What is measured, and whether it is good, is the business
//! of `tests/delivery`, which leaves one line of JSON for each scenario and browser.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::repo::{self, Repo};
use crate::test::js;
use crate::{build, flags, setup, tables};

const PAGE: &str = "docs/delivery.md";
/// The parts of the page: each has a table of this name, if anything was measured for it.
const TOPICS: [&str; 6] = ["exit", "large", "faults", "offline", "kill", "tabs"];
/// All of them.
pub const BROWSERS: &str = "chromium,firefox,webkit";
/// How often a scenario is run for the page.
const RUNS: &str = "10";
/// The longest that one test file may take: the short form, and all browsers ten times with the times as they are meant.
const SHORT_MS_MAX: u32 = 300_000;
const FULL_MS_MAX: u32 = 3_600_000;

/// What became of the entries of one run.
#[derive(Deserialize)]
struct Run {
    accepted: u64,
    arrived: u64,
    twice: u64,
    again: u64,
    /// Unknown where the logger was not asked.
    counted: Option<u64>,
}

/// All runs of a scenario in one browser.
#[derive(Deserialize)]
struct Figure {
    topic: String,
    scenario: String,
    browser: String,
    runs: Vec<Run>,
}

/// The command: measures in all browsers and prints; writes, or compares what was measured with what the page lists.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let [write] = flags(arguments, ["--write"])?;
    setup::all(repo)?;
    build::all(repo)?;
    // What failed is in the figures as well: shown, but not written.
    let passed = measure(repo);
    let figures = read(&fs::read_to_string(record(repo)).context("the tests left no figures")?)?;
    let mut page = repo.read(PAGE)?;
    for topic in TOPICS {
        let table = table(&figures, topic);
        println!("{table}");
        if write {
            page = tables::with_block(&page, topic, &table)?;
        } else {
            same_rows(topic, tables::block(&page, topic)?, &table)?;
        }
    }
    passed?;
    if write {
        repo::write(&repo.path(PAGE), page)?;
    }
    Ok(())
}

/// The suite in its short form: Chromium, few runs, long waits shortened.
pub fn short(repo: &Repo) -> Result<()> {
    js::suite_by(repo, "delivery", &|| js::node_test(repo, SHORT_MS_MAX))
}

/// The suite in all three browsers, which are installed where they are missing; runs and waits as in the short form.
pub fn full(repo: &Repo) -> Result<()> {
    let others = setup::others()?;
    js::suite_by(repo, "delivery", &|| in_all_browsers(repo, &others))
}

/// All runs and whole waits in all three browsers, with what they showed written down.
fn measure(repo: &Repo) -> Result<()> {
    let record = record(repo);
    repo::write(&record, "")?;
    let others = setup::others()?;
    js::suite_by(repo, "delivery", &|| {
        let mut node = in_all_browsers(repo, &others)?;
        // With nothing but two beside each other: what is written down is measured on a machine that has time.
        node.arg(format!("{}2", js::AT_A_TIME))
            .env("DELIVERY_RUNS", RUNS)
            .env("DELIVERY_FULL", "1")
            .env("DELIVERY_FIGURES", &record);
        Ok(node)
    })
}

fn in_all_browsers(repo: &Repo, others: &[(&str, PathBuf)]) -> Result<Command> {
    let mut node = js::node_test(repo, FULL_MS_MAX)?;
    node.envs(others.iter().cloned()).env("DELIVERY_BROWSERS", BROWSERS);
    Ok(node)
}

fn record(repo: &Repo) -> PathBuf {
    repo.out("delivery/figures.jsonl")
}

fn read(lines: &str) -> Result<Vec<Figure>> {
    let figures = lines
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("no figure: {line}")))
        .collect::<Result<Vec<Figure>>>()?;
    match figures.iter().find(|figure| !TOPICS.contains(&figure.topic.as_str())) {
        Some(stranger) => bail!("the page has no part `{}`", stranger.topic),
        None => Ok(figures),
    }
}

/// One topic's table, by scenario and then by browser: two files are measured at a time, in any order.
fn table(figures: &[Figure], topic: &str) -> String {
    let mut of_topic: Vec<&Figure> = figures.iter().filter(|figure| figure.topic == topic).collect();
    of_topic.sort_by_key(|figure| (&figure.scenario, BROWSERS.find(&figure.browser)));
    let rows: Vec<Vec<String>> = of_topic.into_iter().map(row).collect();
    tables::markdown(
        &[
            "scenario",
            "browser",
            "accepted",
            "arrived",
            "kept twice",
            "sent again",
            "counted",
        ],
        &rows,
    )
}

fn row(
    Figure {
        scenario,
        browser,
        runs,
        ..
    }: &Figure,
) -> Vec<String> {
    let column = |of: fn(&Run) -> u64| told(&runs.iter().map(of).collect::<Vec<_>>());
    let counted: Vec<u64> = runs.iter().filter_map(|run| run.counted).collect();
    let mut cells = vec![scenario.clone(), browser.clone()];
    cells.extend([
        column(|run| run.accepted),
        column(|run| run.arrived),
        column(|run| run.twice),
        column(|run| run.again),
        told(&counted),
    ]);
    cells
}

/// All runs: `50 × 10` where they agree, else each of them.
fn told(counts: &[u64]) -> String {
    match counts {
        [] => "–".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] if rest.iter().all(|count| count == first) => format!("{first} × {}", counts.len()),
        _ => counts.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// Counts may differ from run to run; what is measured, and where, must be what the page says.
fn same_rows(topic: &str, committed: &str, measured: &str) -> Result<()> {
    let names = |table: &str| -> Vec<Vec<String>> {
        let cells = tables::cells(table).into_iter();
        cells.map(|row| row.into_iter().take(2).collect()).collect()
    };
    if names(committed) != names(measured) {
        bail!("{PAGE}, `{topic}`, has other rows than were measured; `cargo xtask delivery --write` writes it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"topic":"exit","scenario":"close","browser":"chromium","runs":[{"accepted":50,"arrived":50,"twice":0,"again":0,"counted":0},{"accepted":50,"arrived":49,"twice":0,"again":0,"counted":0}]}
{"topic":"exit","scenario":"reload","browser":"chromium","runs":[]}
{"topic":"exit","scenario":"close","browser":"webkit","runs":[]}
"#;

    #[test]
    fn a_scenario_lists_its_browsers_and_every_run_that_differs() {
        let table = table(&read(LINES).unwrap(), "exit");
        let cells = tables::cells(&table);
        assert_eq!(
            cells[0],
            ["close", "chromium", "50 × 2", "50 49", "0 × 2", "0 × 2", "0 × 2"]
        );
        assert_eq!(
            [&cells[1][..2], &cells[2][..2]],
            [["close", "webkit"], ["reload", "chromium"]]
        );
    }

    #[test]
    fn a_page_with_other_rows_is_refused() {
        let figures = read(LINES).unwrap();
        let (all, fewer) = (table(&figures, "exit"), table(&figures[..2], "exit"));
        assert!(same_rows("exit", &all, &all).is_ok() && same_rows("exit", &fewer, &all).is_err());
    }

    #[test]
    fn an_unknown_topic_is_refused() {
        assert!(read(&LINES.replace("exit", "luck")).is_err());
    }
}
