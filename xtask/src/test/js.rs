//! The TypeScript suites: `tests/<suite>/*.test.ts`, bundled by esbuild, run by `node --test` with the checkout as the
//! working directory. A suite without tests, or with a skipped one, fails.

use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, Result, bail};

use super::rust_app;
use crate::repo::{self, Repo};
use crate::{build, checkout, process, setup};

const SOURCE: &str = ".test.ts";
const BUNDLE: &str = ".test.mjs";
/// The longest that one test file may take, and one in its long form.
pub const FILE_MS_MAX: u32 = 180_000;
pub const FULL_FILE_MS_MAX: u32 = 900_000;
/// Suites of which several files run at a time: what they measure, they measure in processor time, and most of theirs is waiting.
const SIDE_BY_SIDE: [(&str, u8); 10] = [
    ("wasm", 2),
    ("package", 2),
    ("collector", 2),
    ("viewer", 2),
    ("browser", 2),
    ("contexts", 3),
    ("delivery", 3),
    ("runtimes", 2),
    ("everywhere", 4),
    ("packaging", 2),
];
/// Files of these suites that time what they do: they have the machine to themselves.
const ALONE: [&str; 3] = ["runtimes/between", "runtimes/cost", "runtimes/start"];
/// The option that says how many, for a command that knows better.
pub const AT_A_TIME: &str = "--test-concurrency=";
/// By this variable tests know that their long form is asked for.
pub const FULL: (&str, &str) = ("SAPWOOD_FULL", "1");

/// Type-checks every part that has a `tsconfig.json` under git's eyes; the façade's is checked by the build, examples as their
/// readers have them, by `tests/runtimes`.
pub fn types(repo: &Repo) -> Result<()> {
    let projects: Vec<String> = repo
        .files(&["*tsconfig.json"])?
        .into_iter()
        .filter(|project| *project != build::package::PROJECT && !project.starts_with("examples/"))
        .collect();
    let check = |project: &String| {
        process::quiet(repo.npm_bin("tsc").args(["--noEmit", "-p", project]))?;
        println!("tsc -p {project}");
        Ok(())
    };
    // Each takes some seconds of one processor, one more than another.
    let next = AtomicUsize::new(0);
    let rest = || iter::from_fn(|| projects.get(next.fetch_add(1, Relaxed))).try_for_each(check);
    thread::scope(|scope| {
        let other = scope.spawn(rest);
        let here = rest();
        other.join().expect("a check does not panic").and(here)
    })
}

/// Runs a whole suite.
pub fn suite(repo: &Repo, name: &str) -> Result<()> {
    suite_by(repo, name, &|| node_test(repo, FILE_MS_MAX))
}

/// Runs a whole suite in its long form.
pub fn full_suite(repo: &Repo, name: &str) -> Result<()> {
    suite_by(repo, name, &|| {
        let mut node = node_test(repo, FULL_FILE_MS_MAX)?;
        node.env(FULL.0, FULL.1);
        Ok(node)
    })
}

/// Runs a whole suite by the commands that `node` makes, each from [`node_test`].
pub fn suite_by(repo: &Repo, name: &str, node: &dyn Fn() -> Result<Command>) -> Result<()> {
    let _lock = lock(repo, name)?;
    prepare(repo, name)?;
    let bundles = bundle(repo, name, sources(repo, name)?)?;
    let is_alone = |bundle: &PathBuf| {
        let file = bundle.to_string_lossy();
        ALONE.iter().any(|alone| file.ends_with(&format!("{alone}{BUNDLE}")))
    };
    let (alone, others): (Vec<PathBuf>, Vec<PathBuf>) = bundles.into_iter().partition(is_alone);
    let at_a_time = SIDE_BY_SIDE.iter().find(|(suite, _)| *suite == name);
    let judge = |part: &str, files: &[PathBuf], at_a_time: Option<u8>| match files {
        [] => Ok(()),
        files => run(node()?, &repo.out("js-tests").join(part), files, at_a_time),
    };
    // What fails in one part is no reason not to see the other.
    let passed = judge(&format!("{name}.tap"), &others, at_a_time.map(|(_, files)| *files));
    judge(&format!("{name}-alone.tap"), &alone, Some(1)).and(passed)
}

/// Runs these files, so many at a time unless the command or Node knows better, and judges the record.
fn run(mut node: Command, record: &Path, files: &[PathBuf], at_a_time: Option<u8>) -> Result<()> {
    let said = node
        .get_args()
        .any(|word| word.to_string_lossy().starts_with(AT_A_TIME));
    if let Some(number) = at_a_time.filter(|_| !said) {
        node.arg(format!("{AT_A_TIME}{number}"));
    }
    process::run(
        node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
            .args(["--test-reporter=tap"])
            .arg(format!("--test-reporter-destination={}", record.display()))
            .args(files),
    )?;
    let tap = fs::read_to_string(record).context("node left no record of the tests")?;
    none_empty(&tap)?;
    counts(&tap)
}

/// Runs only the tests of a suite whose name contains `test`; what node said, in TAP. Not anchored: newer versions of
/// Node compare with the names of the enclosing suites in front.
pub fn single(repo: &Repo, name: &str, test: &str) -> Result<String> {
    let _lock = lock(repo, name)?;
    prepare(repo, name)?;
    let all = sources(repo, name)?;
    let names_it = |source: &PathBuf| fs::read_to_string(source).is_ok_and(|text| text.contains(test));
    let mut chosen: Vec<PathBuf> = all.iter().filter(|source| names_it(source)).cloned().collect();
    if chosen.is_empty() {
        // A title that the test puts together is in no file as it stands.
        chosen = all;
    }
    let bundles = bundle(repo, name, chosen)?;
    let mut node = node_test(repo, FILE_MS_MAX)?;
    node.arg(format!("--test-name-pattern={}", escape(test)))
        .arg("--test-reporter=tap")
        .args(&bundles);
    Ok(process::capture(&mut node)?.1)
}

/// Builds what one suite needs beside the package.
fn prepare(repo: &Repo, name: &str) -> Result<()> {
    if name == rust_app::SUITE {
        rust_app::build(repo)
    } else {
        Ok(())
    }
}

/// One run of a suite at a time: each begins by emptying the folder of the bundles.
fn lock(repo: &Repo, name: &str) -> Result<fs::File> {
    checkout::lock(&repo.out("js-tests").join(name))
}

/// `node --test` without the files; a test, and a file of tests, may take so many ms.
pub fn node_test(repo: &Repo, file_ms_max: u32) -> Result<Command> {
    let mut node = repo.command("node");
    node.args(["--test", "--enable-source-maps"])
        .arg(format!("--test-timeout={file_ms_max}"));
    if let Some(path) = setup::installed_chromium()? {
        node.env("CHROMIUM", path);
    }
    Ok(node)
}

fn sources(repo: &Repo, name: &str) -> Result<Vec<PathBuf>> {
    let sources = files(&repo.path("tests").join(name), SOURCE);
    if sources.is_empty() {
        bail!("tests/{name} holds no *{SOURCE}");
    }
    Ok(sources)
}

fn bundle(repo: &Repo, name: &str, sources: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    let folder = repo.out("js-tests").join(name);
    repo::fresh_folder(&folder)?;
    process::run(
        repo.npm_bin("esbuild")
            .args(sources)
            .args([
                "--bundle",
                "--platform=node",
                "--format=esm",
                "--packages=external",
                "--target=node20",
            ])
            .args(["--sourcemap=inline", "--out-extension:.js=.mjs", "--log-level=warning"])
            .arg(format!("--outbase=tests/{name}"))
            .arg(format!("--outdir={}", folder.display())),
    )?;
    Ok(files(&folder, BUNDLE))
}

/// The files below a folder whose names end so, those of its subfolders as well.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(self::files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Fails when a file holds no test. Node then reports the file itself as one that passed.
fn none_empty(tap: &str) -> Result<()> {
    let titles = tap
        .lines()
        .filter_map(|line| line.strip_prefix("ok ")?.split_once(" - ").map(|(_, title)| title));
    let empty: Vec<&str> = titles.filter(|title| title.ends_with(BUNDLE)).collect();
    if !empty.is_empty() {
        bail!("no test in {}", empty.join(", "));
    }
    Ok(())
}

/// Judges the totals at the end of a TAP record: tests ran, and none was left out.
fn counts(tap: &str) -> Result<()> {
    let count = |what: &str| {
        let line = tap
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(&format!("# {what} ")));
        line.and_then(|number| number.trim().parse::<u32>().ok())
            .with_context(|| format!("no count of {what} in the record"))
    };
    if count("tests")? == 0 {
        bail!("no test ran");
    }
    match count("skipped")? + count("todo")? {
        0 => Ok(()),
        left_out => bail!("{left_out} tests are skipped or marked todo"),
    }
}

/// A regular expression that matches exactly `text`.
fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            (!c.is_alphanumeric() && c.is_ascii() && c != ' ')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_tests_or_with_skipped_ones_fails() {
        let tap = |tests, skipped| format!("1..1\n# tests {tests}\n# pass 1\n# skipped {skipped}\n# todo 0\n");
        assert!(counts(&tap(3, 0)).is_ok());
        assert!(counts(&tap(0, 0)).is_err() && counts(&tap(3, 1)).is_err() && counts("ok 1").is_err());
    }

    #[test]
    fn a_file_without_tests_fails() {
        assert!(none_empty("# Subtest: t\nok 1 - t\nok 2 - what x.test.mjs is for\n").is_ok());
        assert!(none_empty("ok 1 - t\nok 2 - /x/target/js-tests/facade/x.test.mjs\n").is_err());
    }

    #[test]
    fn subfolders_are_searched() {
        let folder = std::env::temp_dir().join(format!("sapwood-files-{}", std::process::id()));
        for file in ["b.test.ts", "below/deep/a.test.ts", "below/support.ts"] {
            repo::write(&folder.join(file), "").expect("a temporary file can be written");
        }
        let found = files(&folder, SOURCE);
        assert_eq!(found, [folder.join("b.test.ts"), folder.join("below/deep/a.test.ts")]);
        fs::remove_dir_all(&folder).expect("it was made");
    }

    #[test]
    fn a_name_is_matched_literally() {
        assert_eq!(escape("500, 500 (twice) é"), "500\\, 500 \\(twice\\) é");
    }
}
